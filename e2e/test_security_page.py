"""Every proof that docs/security.md names exists."""

from __future__ import annotations

import functools
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PAGE = (ROOT / "docs" / "security.md").read_text(encoding="utf8")

#: The rows of the table that names a proof for each attack, and the words in backticks in their last column.
PROOFS = [
    (row.split(" | ")[0].strip("| "), re.findall(r"`([^`]+)`", row.rsplit(" | ", 1)[-1]))
    for row in PAGE.split("| attack |")[1].split("\n\n")[0].splitlines()[2:]
]


@functools.cache
def written_tests() -> set[str]:
    """The names of all functions in Rust and Python sources; those of tests are among them."""
    found: set[str] = set()
    for folder, pattern, function in (
        ("authorizer", "*.rs", r"^\s*(?:async )?fn (\w+)\("),
        ("e2e", "*.py", r"^def (test_\w+)\("),
    ):
        for file in (ROOT / folder).rglob(pattern):
            found.update(re.findall(function, file.read_text(encoding="utf8"), re.MULTILINE))
    return found


def make_targets() -> set[str]:
    return set(re.findall(r"^([\w-]+(?: [\w-]+)*):", (ROOT / "Makefile").read_text(encoding="utf8"), re.MULTILINE))


def there(name: str, tests: set[str]) -> bool:
    """Whether a proof is there: a make target, a file or folder, a recorded suite, a fault, or a test."""
    if name.startswith("make "):
        return any(name.removeprefix("make ") in targets.split() for targets in make_targets())
    if "/" in name:
        return (ROOT / name).exists() or (ROOT / "authorizer" / "engine" / "src" / name).exists()
    if any((ROOT / "conformance" / "suites").glob(name)):
        return True
    if " " in name:
        return f"| {name} |" in (ROOT / "docs" / "faults.md").read_text(encoding="utf8")
    return name in tests


@pytest.mark.parametrize(("attack", "proofs"), PROOFS, ids=[attack for attack, _ in PROOFS])
def test_every_attack_has_proofs_and_they_are_there(attack, proofs):
    tests = written_tests()
    assert proofs, f"there is no proof that this is stopped: {attack}"
    assert [name for name in proofs if not there(name, tests)] == []


def test_a_proof_that_is_not_there_is_noticed():
    tests = written_tests()
    for name in ("it_does_what_no_test_does", "e2e/test_nothing.py", "make nothing", "no such fault", "authn-nothing*"):
        assert not there(name, tests), name
