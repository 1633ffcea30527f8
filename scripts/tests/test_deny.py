"""`make deny` where the list of known vulnerabilities cannot be fetched."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

#: A cargo-deny without a network: it has advisories only where it may use the list of an earlier run.
CARGO_DENY = """#!/bin/sh
case "$*" in
  *--offline*advisories*) exit "$OFFLINE_STATUS" ;;
  *advisories*) echo "error: failed to fetch advisory database" >&2; exit 1 ;;
esac
"""


@pytest.fixture
def deny(tmp_path):
    program = tmp_path / "bin" / "cargo-deny"
    program.parent.mkdir()
    program.write_text(CARGO_DENY)
    program.chmod(0o755)
    rustup = os.environ.get("RUSTUP_HOME", f"{os.environ['HOME']}/.rustup")
    environment = {**os.environ, "RUSTUP_HOME": rustup, "PATH": f"{program.parent}:{os.environ['PATH']}"}

    def run(**variables: str) -> subprocess.CompletedProcess:
        more = {"CARGO_HOME": str(tmp_path / "cargo"), "OFFLINE_STATUS": "0", **variables}
        return subprocess.run([ROOT / "scripts" / "deny"], env=environment | more, capture_output=True, text=True)

    run.cargo_home = tmp_path / "cargo"
    return run


def test_without_a_list_it_fails_and_says_why(deny):
    refused = deny()
    assert refused.returncode == 1
    last = refused.stderr.strip().splitlines()[-1]
    assert last.startswith("deny: the list of known vulnerabilities cannot be fetched")
    assert "ADVISORIES=skip" in last


@pytest.mark.parametrize("status", [0, 1])
def test_an_earlier_list_is_used_and_its_age_printed(deny, status):
    held = deny.cargo_home / "advisory-dbs" / "advisory-db-0123456789abcdef"
    held.mkdir(parents=True)
    author = ["-c", "user.name=test", "-c", "user.email=test@example.com"]
    subprocess.run(["git", "init", "-q", held], check=True)
    subprocess.run(["git", "-C", held, *author, "commit", "-q", "--allow-empty", "-m", "entry"], check=True)
    checked = deny(OFFLINE_STATUS=str(status))
    assert "deny: its last entry is of 20" in checked.stderr
    assert checked.returncode == status


def test_the_check_can_be_left_out(deny):
    assert deny(ADVISORIES="skip").returncode == 0
