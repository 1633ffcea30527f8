"""`.github/check-functions` lets a pipeline deploy only what its own build made."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def functions(tmp_path):
    """The functions of a build, as an artifact brings them: without permission to run."""
    script = tmp_path / ".github" / "check-functions"
    script.parent.mkdir()
    shutil.copy2(ROOT / ".github" / "check-functions", script)
    folder = tmp_path / "target" / "functions"
    lines = []
    for name in ("bootstrap/bootstrap", "oathgate", "oathgate-signing-keys/bootstrap"):
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(name)
        file.chmod(0o644)
        lines.append(f"{hashlib.sha256(name.encode()).hexdigest()}  {name}\n")
    (folder / "SHA256SUMS").write_text("".join(lines))
    return folder


def check(functions: Path, digest: str | None = None) -> subprocess.CompletedProcess:
    digest = digest or hashlib.sha256((functions / "SHA256SUMS").read_bytes()).hexdigest()
    return subprocess.run(
        [functions.parents[1] / ".github" / "check-functions", digest], capture_output=True, text=True
    )


def test_what_was_built_can_be_run(functions):
    assert check(functions).returncode == 0
    assert os.access(functions / "bootstrap" / "bootstrap", os.X_OK)
    assert os.access(functions / "oathgate", os.X_OK)


def change(functions: Path) -> None:
    (functions / "bootstrap" / "bootstrap").write_text("another")


def remove(functions: Path) -> None:
    (functions / "oathgate").unlink()


def add(functions: Path) -> None:
    (functions / "more").write_text("more")


@pytest.mark.parametrize("alter", [change, remove, add])
def test_what_was_not_built_in_this_run_is_refused(functions, alter):
    alter(functions)
    assert check(functions).returncode != 0
    assert not os.access(functions / "bootstrap" / "bootstrap", os.X_OK)


def test_sums_of_another_build_are_refused(functions):
    assert check(functions, hashlib.sha256(b"another").hexdigest()).returncode != 0
