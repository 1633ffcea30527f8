"""Conventions of the whole tree that no linter checks; docs/development.md states them."""

from __future__ import annotations

import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
#: Lines that a file of Python may have.
MAX_LINES = 400


def tracked(*patterns: str) -> list[Path]:
    """The files of the repository that match, those that are not committed yet included."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", *patterns]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
    return [Path(name) for name in sorted(set(listed)) if (ROOT / name).exists()]


def unit_tests_beside_their_module(files: list[Path]) -> list[str]:
    """Rust's unit tests in a sibling file: they belong into `x.rs` or `x/tests.rs`."""
    return [str(file) for file in files if "src" in file.parts and file.name.endswith("_tests.rs")]


def test_unit_tests_of_rust_stand_in_their_module():
    assert unit_tests_beside_their_module(tracked("authorizer/*.rs", "bench/*.rs")) == []


def test_a_file_of_unit_tests_beside_its_module_is_noticed():
    files = [Path("authorizer/engine/src/gate_tests.rs"), Path("authorizer/engine/src/gate/tests.rs")]
    assert unit_tests_beside_their_module(files) == ["authorizer/engine/src/gate_tests.rs"]


def test_tests_of_python_are_in_files_that_pytest_collects():
    stray = [
        str(file)
        for file in tracked("*.py")
        if not file.name.startswith("test_") and "\ndef test_" in (ROOT / file).read_text(encoding="utf8")
    ]
    assert stray == []


def test_files_of_python_have_one_subject():
    long = {str(file): len((ROOT / file).read_text(encoding="utf8").splitlines()) for file in tracked("*.py")}
    assert {file: lines for file, lines in long.items() if lines > MAX_LINES} == {}
