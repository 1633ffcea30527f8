"""`.ci/run` gives `make` a machine that has nothing yet, with the clients configured as they are here."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

#: Runs in place of `make`: writes its environment to a file and exits as the test wants.
MAKE = """#!/usr/bin/env python3
import json, os, pathlib, shutil, sys
if sys.argv[1:] == ["clean"]:
    sys.exit(0)
files = {}
for name in ("HOME", "CARGO_HOME", "npm_config_cache", "PIP_CACHE_DIR"):
    folder = pathlib.Path(os.environ[name])
    found = [pathlib.Path(at, name) for at, _, names in os.walk(folder, followlinks=True) for name in names]
    files[name] = {str(path.relative_to(folder)): path.read_text() for path in found}
programs = [name for name in ("cargo", "cargo-of-earlier") if shutil.which(name)]
noted = [sys.argv[1:], dict(os.environ), files, programs]
pathlib.Path(os.environ["NOTED"]).write_text(json.dumps(noted))
sys.exit(int(os.environ["STATUS"]))
"""


@dataclass
class Run:
    """What `make` got from `.ci/run`."""

    status: int
    targets: list[str]
    environment: dict[str, str]
    files: dict[str, dict[str, str]]
    programs: list[str]


@pytest.fixture
def ci(tmp_path):
    """Runs `.ci/run` for a user with this home."""
    programs = tmp_path / "programs"
    programs.mkdir()
    (programs / "make").write_text(MAKE)
    (programs / "make").chmod(0o755)
    # So that nothing is installed.
    for name in ("nginx", "caddy", "chromium"):
        (programs / name).symlink_to("/bin/true")
    home = tmp_path / "home"
    home.mkdir()
    noted = tmp_path / "noted.json"

    def run(*targets: str, status: int = 0, path: str = "", **more: str) -> Run:
        environment = {
            "HOME": str(home),
            "PATH": f"{programs}:{path}/usr/local/bin:/usr/bin:/bin",
            "NOTED": str(noted),
            "STATUS": str(status),
            **more,
        }
        finished = subprocess.run([ROOT / ".ci" / "run", *targets], env=environment, capture_output=True, text=True)
        assert noted.exists(), finished.stderr
        return Run(finished.returncode, *json.loads(noted.read_text()))

    run.home = home
    return run


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def test_home_and_caches_are_empty_whatever_the_user_has(ci):
    for file in (
        ".cargo/registry/cache/a.crate",
        ".npm/_cacache/a",
        ".cache/pip/a",
        ".local/bin/a",
        ".aws/credentials",
    ):
        write(ci.home / file, "left from earlier")
    run = ci()
    assert run.files == {"HOME": {}, "CARGO_HOME": {}, "npm_config_cache": {}, "PIP_CACHE_DIR": {}}
    assert str(ci.home) not in {run.environment[name] for name in ("HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME")}


def test_clients_keep_their_configuration(ci):
    for file in (".npmrc", ".gitconfig", ".config/pip/pip.conf", ".cargo/config.toml"):
        write(ci.home / file, f"of {file}")
    run = ci()
    assert run.files["HOME"] == {name: f"of {name}" for name in (".npmrc", ".gitconfig", ".config/pip/pip.conf")}
    assert run.files["CARGO_HOME"] == {"config.toml": "of .cargo/config.toml"}


def test_toolchains_of_the_user_are_kept_and_what_cargo_installed_is_not(ci):
    programs = ci.home / ".cargo" / "bin"
    for name in ("cargo", "cargo-of-earlier"):
        write(programs / name, "#!/bin/sh\n")
        (programs / name).chmod(0o755)
    run = ci(path=f"{programs}:")
    assert run.environment["RUSTUP_HOME"] == str(ci.home / ".rustup")
    assert run.environment["PYENV_ROOT"] == str(ci.home / ".pyenv")
    assert run.programs == ["cargo"]


def test_builds_of_elsewhere_are_not_used(ci):
    elsewhere = ("CARGO_TARGET_DIR", "RUSTC_WRAPPER", "OATHGATE_CLI", "OATHGATE_BINARIES", "OATHGATE_PREBUILT_DIR")
    run = ci(**dict.fromkeys(elsewhere, "/elsewhere"))
    assert not {name for name in elsewhere if name in run.environment}


def test_everything_is_checked_unless_targets_are_named(ci):
    assert ci().targets == ["test"]
    assert ci("lint", "test-infra").targets == ["lint", "test-infra"]


@pytest.mark.parametrize("status", [0, 2])
def test_its_status_is_that_of_make_and_its_caches_are_gone(ci, status):
    run = ci(status=status)
    assert run.status == status
    for name in ("HOME", "CARGO_HOME", "npm_config_cache"):
        assert not Path(run.environment[name]).exists()
