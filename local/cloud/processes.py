"""Starts and stops the local cloud's processes, and remembers them between commands."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

#: Where `make binaries` puts the programs that it builds.
BUILT = ROOT / (os.environ.get("CARGO_TARGET_DIR") or "target") / "debug"

#: Seconds that a process may take until it responds, and until it has ended.
START_SECONDS = 60
STOP_SECONDS = 10


class LocalCloudError(Exception):
    """An error that the user can fix; the message says how."""


def without_aws_settings() -> dict[str, str]:
    """This process's environment without anything of the developer's own set-up of AWS and the CDK."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "CDK_"))}


def port_in_use(port: int) -> bool:
    """Whether something listens on this port of 127.0.0.1."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


@dataclass
class Process:
    """One process of the local cloud: what to run, on which port, and where its files are."""

    name: str
    module: str
    port: int
    folder: Path
    arguments: tuple[str, ...] = ()
    environment: dict[str, str] = field(default_factory=dict)

    @property
    def log(self) -> Path:
        """Where its output goes."""
        return self.folder / f"{self.name}.log"

    @property
    def pid_file(self) -> Path:
        """Where its process id is remembered."""
        return self.folder / f"{self.name}.pid"

    def health(self) -> dict | None:
        """Its health document; None where nothing, or another program, responds on its port."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/_oathgate/health", timeout=2) as response:
                found = json.load(response)
        except (OSError, ValueError, urllib.error.URLError):
            return None
        return found if isinstance(found, dict) and found.get("service") == self.name else None

    def running(self) -> bool:
        """Whether the process that this folder remembers is the one that responds."""
        found = self.health()
        return found is not None and found.get("pid") == self._remembered()

    def _remembered(self) -> int | None:
        try:
            return int(self.pid_file.read_text())
        except (OSError, ValueError):
            return None

    def start(self) -> bool:
        """Starts it and waits until it responds; False where it was running already."""
        if self.running():
            return False
        if port_in_use(self.port):
            raise LocalCloudError(
                f"port {self.port}, wanted for the {self.name}, is taken by another program; end that program"
                " or choose another port with OATHGATE_LOCAL_PORT"
            )
        self.folder.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            child = subprocess.Popen(
                [sys.executable, "-m", self.module, *self.arguments],
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                env={**_clean_environment(), **self.environment},
            )
        self.pid_file.write_text(str(child.pid))
        deadline = time.monotonic() + START_SECONDS
        while not self.running():
            if child.poll() is not None:
                self.pid_file.unlink(missing_ok=True)
                raise LocalCloudError(f"the {self.name} ended at once; the end of {self.log}:\n{self._tail()}")
            if time.monotonic() > deadline:
                self.stop()
                raise LocalCloudError(f"the {self.name} did not respond within {START_SECONDS} s; see {self.log}")
            time.sleep(0.05)
        return True

    def stop(self) -> bool:
        """Ends it; False where it was not running. Never ends a process that is not ours."""
        pid = self._remembered()
        if pid is None or not _is_ours(pid, self.module):
            self.pid_file.unlink(missing_ok=True)
            return False
        os.kill(pid, signal.SIGTERM)
        deadline = time.monotonic() + STOP_SECONDS
        while _is_ours(pid, self.module) and time.monotonic() < deadline:
            time.sleep(0.05)
        # It leads its own group: what is left of it, and the functions it ran, end here.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(pid, signal.SIGKILL)
        self.pid_file.unlink(missing_ok=True)
        return True

    def _tail(self) -> str:
        lines = self.log.read_text(errors="replace").splitlines()[-15:]
        return "\n".join(f"  {line}" for line in lines)


def _clean_environment() -> dict[str, str]:
    """The part of our environment that a child process needs. Functions inherit the emulator's environment, as they would
    not on AWS, so no credential and no setting of the developer may be in it."""
    keep = ("PATH", "HOME", "LANG", "LC_ALL", "SYSTEMROOT", "VIRTUAL_ENV")
    return {name: os.environ[name] for name in keep if name in os.environ}


def _is_ours(pid: int, module: str) -> bool:
    """Whether a process with this id runs this module: ids are used again."""
    try:
        done, _ = os.waitpid(pid, os.WNOHANG)
        if done == pid:
            return False
    except ChildProcessError:
        pass
    try:
        command = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        listed = subprocess.run(["ps", "-ww", "-o", "command=", "-p", str(pid)], capture_output=True, text=True)
        command = listed.stdout
    return module in command
