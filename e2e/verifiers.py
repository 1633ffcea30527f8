"""The backends of examples/verify-tokens, each with a stock JWT library: tokens in, verdicts out."""

from __future__ import annotations

import shutil
import subprocess
import sys
import threading
import warnings
from pathlib import Path

from local.cloud.processes import BUILT, ROOT

EXAMPLES = ROOT / "examples" / "verify-tokens"


class Verifier:
    """One of them, running. It fetches the keys by itself."""

    def __init__(self, name: str, command: list[str], url: str, issuer: str):
        self.name = name
        #: its verdict about each token, in order
        self.verdicts: list[str] = []
        self._process = subprocess.Popen(
            [*command, url, issuer], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        for line in self._process.stdout or ():
            self.verdicts.append(line.rstrip())

    def verify(self, token: str) -> None:
        """Sends a token; its verdict comes later."""
        assert self._process.stdin is not None
        self._process.stdin.write(token + "\n")
        self._process.stdin.flush()

    def end(self) -> list[str]:
        """Every verdict."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._reader.join(30)
        status = self._process.wait(30)
        stderr = self._process.stderr
        assert status == 0, f"{self.name}: {stderr.read() if stderr else ''}"
        return self.verdicts


def commands(folder: Path) -> dict[str, list[str]]:
    """How each is started, after its dependencies are there and it is built."""
    node = folder / "node"
    shutil.copytree(EXAMPLES / "node", node, ignore=shutil.ignore_patterns("node_modules"))
    shutil.copy(ROOT / ".npmrc", node)
    npm = ["npm", "ci", "--no-audit", "--no-fund", "--silent"]
    go = folder / "verify-go"
    building = [subprocess.Popen(npm, cwd=node)]
    has_go = shutil.which("go") is not None
    if has_go:
        building.append(subprocess.Popen(["go", "build", "-o", str(go), "."], cwd=EXAMPLES / "go"))
    else:
        warnings.warn("go is not installed: examples/verify-tokens/go verifies nothing", stacklevel=2)
    for process in building:
        assert process.wait(120) == 0, process.args
    return {
        "node": ["node", str(node / "verify.mjs")],
        "python": [sys.executable, str(EXAMPLES / "python" / "verify.py")],
        **({"go": [str(go)]} if has_go else {}),
        "rust": [str(BUILT / "verify-tokens")],
    }
