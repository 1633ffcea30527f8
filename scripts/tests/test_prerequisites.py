"""`scripts/prerequisites` on machines that lack one of the tools, or have an old one."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

#: What every system has, and the script itself uses.
SYSTEM = ("sh", "env", "sed", "head", "awk", "mktemp", "rm")

#: A tool, and the message on a machine without it.
NEEDED = {
    "rustc": "missing: Rust 1.95 or newer",
    "cargo": "missing: cargo 1.95 or newer",
    "rustfmt": "missing: Rust's formatter (rustfmt)",
    "cargo-clippy": "missing: Rust's lints (cargo-clippy)",
    "cc": "missing: a C compiler (cc) and the C library's headers",
    "node": "missing: Node.js 20.0 or newer",
    "npm": "missing: npm 10.0 or newer",
    "python3": "missing: Python 3.10 or newer",
    "make": "missing: GNU make 4.0 or newer",
    "bash": "missing: bash 4.4 or newer",
    "git": "missing: git 2.0 or newer",
    "ps": "missing: the commands ps and kill",
    "kill": "missing: the commands ps and kill",
}

#: A tool, a script in its place, and the message then.
UNFIT = {
    "Rust of before": ("rustc", "echo 'rustc 1.94.1 (e408947bf 2026-03-25)'", "too old: Rust is 1.94.1, and 1.95"),
    "Rust without a component": ("rustfmt", "exit 1", "missing: Rust's formatter"),
    "Node of before": ("node", "echo v18.20.4", "too old: Node.js is 18.20.4, and 20.0"),
    "Python of before": ("python3", "echo Python 3.9.18", "too old: Python is 3.9.18, and 3.10"),
    "Python without venv": (
        "python3",
        '[ "$1" = --version ] && echo Python 3.11.2',
        "missing: Python's modules venv and ensurepip",
    ),
    "make as macOS brings it": ("make", "echo GNU Make 3.81", "too old: GNU make is 3.81, and 4.0"),
    "bash as macOS brings it": (
        "bash",
        "echo 'GNU bash, version 3.2.57(1)-release (arm64-apple-darwin23)'",
        "too old: bash is 3.2.57, and 4.4",
    ),
    "a compiler without headers": (
        "cc",
        'case $1 in --version) echo 13.2;; *) echo "stdlib.h: No such file" >&2; exit 1;; esac',
        "missing: a C compiler (cc) and the C library's headers",
    ),
}


#: The systems for which the message says where to get a tool.
SYSTEMS = ["Debian", "Fedora", "macOS"]


class Machine:
    """A folder of programs, which are all that the script finds."""

    def __init__(self, folder: Path):
        self.folder = folder
        for name in SYSTEM:
            (folder / name).symlink_to(shutil.which(name))
        for name in NEEDED:
            found = sys.executable if name == "python3" else shutil.which(name)
            # A compiler or a toolchain's launcher calls programs beside it, which are not looked for here.
            self.put(name, f"PATH='{os.environ['PATH']}' exec '{found}' \"$@\"")

    def put(self, name: str, script: str) -> None:
        """Puts a shell script in the place of a program."""
        program = self.folder / name
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(0o755)

    def remove(self, name: str) -> None:
        """Takes a program away."""
        (self.folder / name).unlink()

    def check(self) -> subprocess.CompletedProcess:
        """Runs the script."""
        environment = {**os.environ, "PATH": str(self.folder)}
        command = ["/bin/sh", ROOT / "scripts" / "prerequisites"]
        return subprocess.run(command, env=environment, capture_output=True, text=True, cwd=ROOT)


@pytest.fixture
def machine(tmp_path):
    return Machine(tmp_path)


def complaints(printed: str) -> dict[str, list[str]]:
    """Each complaint, with the systems for which the output says how to fix it."""
    found: dict[str, list[str]] = {}
    for line in printed.splitlines():
        if line.startswith("    "):
            system, how = line.split(maxsplit=1)
            assert how
            found[list(found)[-1]].append(system)
        else:
            found[line] = []
    return found


def test_a_machine_with_everything_passes_in_silence(machine):
    checked = machine.check()
    assert (checked.returncode, checked.stdout, checked.stderr) == (0, "", "")


@pytest.mark.parametrize("tool", NEEDED)
def test_a_missing_tool_is_named_with_how_to_get_it(machine, tool):
    machine.remove(tool)
    checked = machine.check()
    assert checked.returncode == 1
    found = complaints(checked.stderr)
    assert found.pop(NEEDED[tool]) == SYSTEMS
    # Python's modules are missing where Python is.
    assert set(found) <= {"missing: Python's modules venv and ensurepip"}


@pytest.mark.parametrize("case", UNFIT)
def test_an_unfit_tool_is_named_with_how_to_get_another(machine, case):
    tool, script, sentence = UNFIT[case]
    machine.put(tool, script)
    checked = machine.check()
    assert checked.returncode == 1
    [(complaint, systems)] = [one for one in complaints(checked.stderr).items() if one[0].startswith(sentence)]
    assert systems == SYSTEMS, complaint


def test_everything_that_is_missing_is_named_at_once(machine):
    for tool in NEEDED:
        machine.remove(tool)
    named = complaints(machine.check().stderr)
    assert set(NEEDED.values()) <= set(named)
