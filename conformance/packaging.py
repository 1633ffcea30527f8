"""Packages a suite for the function, and lists the headers that its rules vouch for."""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path


def variables(stage):
    """The environment to package in: variables override the configuration when it is packaged."""
    return dict(os.environ, **stage.filled(stage.suite.spec.get("env", {})))


#: Why a suite has no package.
NOT_PACKAGED = "`oathgate package` refuses the configuration, and its rules are not one file"


def package_suite(stage, arguments):
    """The folder of the suite's package, or None where it has none: `NOT_PACKAGED`."""
    package = stage.folder / "package"
    if refuses_to_package(stage, package, arguments) and not pack_unchecked(stage, package, arguments):
        return None
    return package


def refuses_to_package(stage, package, arguments):
    """Whether `oathgate package` refuses the suite; otherwise its package is written."""
    done = subprocess.run(
        [program(arguments.oathgate), "package", "--config", str(stage.config)]
        + ["--bootstrap", program(arguments.bootstrap)]
        + ["--out", str(package)],
        capture_output=True,
        text=True,
        env=variables(stage),
        cwd=stage.folder,
    )
    if done.returncode not in (0, 1):
        raise SystemExit(f"conformance: {stage.suite.name}: package failed: {done.stderr}")
    return done.returncode == 1


def pack_unchecked(stage, package, arguments):
    """Packs the suite without any check: one with a rule that is wrong on purpose is refused by `oathgate package`, but can be
    decided. Returns whether it could, which takes rules of one file."""
    rules = stage.folder / "rules.json"
    listed = re.search(r"repositories:\n((?:\s+- .*\n)+)", stage.config.read_text())
    if not rules.exists() or not listed or listed.group(1).count("- ") != 1 or "/rules.json" not in listed.group(1):
        return False
    package.mkdir(exist_ok=True)
    # Cargo builds it beside `oathgate`.
    packer = Path(program(arguments.oathgate)).parent / "examples" / "pack_unchecked"
    subprocess.run([packer, stage.config, rules, package / "gate.packed"], check=True, cwd=stage.folder)
    shutil.copy(arguments.bootstrap, package / "bootstrap")
    return True


def vouched_headers(stage, arguments):
    """The context key of each vouched header, by the header's name in lower case."""
    done = subprocess.run(
        [program(arguments.oathgate), "headers", "--config", str(stage.config), "--format", "json"],
        capture_output=True,
        text=True,
        check=True,
        env=variables(stage),
        cwd=stage.folder,
    )
    return {entry["header"].lower(): entry["context_key"] for entry in json.loads(done.stdout)["vouched"]}


def program(path):
    """The absolute path of a program: it is started in a suite's folder."""
    return str(Path(path).resolve())
