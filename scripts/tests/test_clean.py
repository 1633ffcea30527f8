"""`make clean` leaves what is committed, and nothing that was built or installed."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def ignored() -> list[str]:
    """The folders that git ignores, since building or installing makes them."""
    lines = (ROOT / ".gitignore").read_text().splitlines()
    names = [line.strip("/").replace("*", ".0123") for line in lines if line.endswith("/")]
    return [name for name in names if name != "__pycache__"]


def test_everything_that_git_ignores_is_removed(tmp_path):
    shutil.copy(ROOT / "Makefile", tmp_path)
    folders = ignored()
    assert {"target", "dist", "node_modules", ".venv", ".local", "cdk.out", "cdk.out.0123"} <= set(folders)
    for name in folders:
        (tmp_path / name / "inner").mkdir(parents=True)
    subprocess.run(["make", "clean"], cwd=tmp_path, check=True, capture_output=True)
    assert [name for name in folders if (tmp_path / name).exists()] == []
    assert (tmp_path / "Makefile").exists()
