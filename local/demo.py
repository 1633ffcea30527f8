#!/usr/bin/env python3
"""`make demo`: from a fresh clone to a deployed API that serves real requests, all on this machine.

This file runs before anything is installed, so it needs nothing but Python. It
installs and builds what is missing, then hands over to local/demonstration.py.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]

#: Seconds between progress lines of a step that prints nothing itself.
TICK = 10


def step(title: str, command: list[str], quiet: bool = True) -> None:
    """Runs one step and prints how long it took; its output is shown where it fails, or where it is not quiet."""
    print(f"• {title} …", flush=True)
    begun = time.monotonic()
    done = threading.Event()

    def tick() -> None:
        while not done.wait(TICK):
            print(f"  … still running after {time.monotonic() - begun:.0f} s", flush=True)

    if quiet:
        threading.Thread(target=tick, daemon=True).start()
    pipe = subprocess.PIPE if quiet else None
    finished = subprocess.run(command, cwd=ROOT, stdout=pipe, stderr=subprocess.STDOUT if quiet else None, text=True)
    done.set()
    if finished.returncode != 0:
        print(finished.stdout or "", end="")
        print(f"  failed: {' '.join(command)}", file=sys.stderr)
        sys.exit(1)
    print(f"  done in {time.monotonic() - begun:.1f} s", flush=True)


def main() -> None:
    """Prepares this clone and shows the gate at work."""
    tools = subprocess.run(["scripts/prerequisites"], cwd=ROOT)
    if tools.returncode != 0:
        sys.exit("the tools above are needed; install them and run `make demo` again")
    step("Python packages, in .venv", ["make", ".venv"])
    step("Node packages, in node_modules", ["make", "node_modules"])
    step("The gate: the functions and the command line", ["make", "binaries"], quiet=False)
    python = str(ROOT / ".venv" / "bin" / "python")
    os.chdir(ROOT)
    os.execv(python, [python, "-m", "local.demonstration"])


if __name__ == "__main__":
    main()
