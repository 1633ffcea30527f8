"""Express and nginx, called with exactly the path that the gate granted."""

from __future__ import annotations

import contextlib
import shutil
import socket
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from local.cloud.gateway_client import send
from local.cloud.processes import ROOT, port_in_use

HERE = Path(__file__).parent
START_SECONDS = 30

#: What the shipped rules let a guest reach; the rest of a backend is closed, also where no rule matches it.
FOR_GUESTS = {"public", "health", "nothing"}


@dataclass(frozen=True)
class RealBackend:
    """One server that responds with the name of its part that serves a path."""

    name: str
    port: int

    def serves(self, path: str) -> str:
        """The part that serves a path; `nothing` where the server refuses it."""
        response = send(self.port, "", None, "GET", path, [], b"", host="backend.test")
        return response.body.decode() if response.status == 200 else "nothing"


@contextlib.contextmanager
def running(folder: Path):
    """Express, and nginx twice where this machine has it."""
    express, merging, keeping = (_free_port() for _ in range(3))
    backends = [RealBackend("express", express)]
    commands = [["node", str(HERE / "express.mjs"), str(express)]]
    if shutil.which("nginx") is not None:
        text = (HERE / "nginx.conf").read_text(encoding="utf8")
        text = text.replace("MERGING", str(merging)).replace("KEEPING", str(keeping))
        (folder / "nginx.conf").write_text(text, encoding="utf8")
        shutil.copy(HERE / "locations", folder / "locations")
        commands.append(["nginx", "-p", f"{folder}/", "-c", "nginx.conf"])
        backends += [RealBackend("nginx", merging), RealBackend("nginx without merged slashes", keeping)]
    log = (folder / "backends.log").open("w")
    started = [subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=log) for command in commands]
    try:
        _wait_for(backends, folder)
        yield backends
    finally:
        for process in started:
            process.terminate()
        for process in started:
            process.wait(10)
        log.close()


def _wait_for(backends: list[RealBackend], folder: Path) -> None:
    until = time.monotonic() + START_SECONDS
    while not all(port_in_use(backend.port) for backend in backends):
        if time.monotonic() > until:
            raise RuntimeError(f"a backend did not start: {(folder / 'backends.log').read_text()}")
        time.sleep(0.05)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


DOTS = [
    ".",
    "..",
    "...",
    "%2e%2e",
    ".%2E",
    "%252e%252e",
    "..;",
    "..;x=y",
    "%2e%2e%3b",
    "..%20",
    "%20..",
    "..%09",
    "..%00",
    "..%c2%a0",
    "%c0%ae%c0%ae",
    "%e0%80%ae%e0%80%ae",
    "%f0%80%80%ae%f0%80%80%ae",
    "%f8%80%80%80%ae%f8%80%80%80%ae",
    "%fc%80%80%80%80%ae%fc%80%80%80%80%ae",
    "%u002e%u002e",
    "%ef%bc%8e%ef%bc%8e",
    "..%5c",
    "..\\",
    "..%3fx",
    "..%23x",
]

SLASHES = ["//", "%2f", "%5c", "\\", "%252f", "%c0%af", "%e0%80%af", "/.;/", ";/", "/;x/", "%3f", "%23", "%20/", "./"]


def attacks(version: str) -> list[str]:
    """Paths that try to reach what is closed by way of what is open, by the shipped rules below a prefix."""
    public, account, closed = f"{version}/public", f"{version}/account/7", f"{version}/closed"
    found = []
    for dots in DOTS:
        found += [
            f"{account}/{dots}/{dots}/public/x",
            f"{closed}/{dots}/public/x",
            f"/internal/keys/{dots}/{dots}{public}/x",
            f"/app/{dots}{public}/x",
            f"{public}/{dots}/closed",
            f"{public}/x/{dots}/{dots}/account/7",
            f"/health/{dots}{closed}",
        ]
    for slash in SLASHES:
        found += [
            f"{public}{slash}..{slash}closed",
            f"{version}{slash}closed",
            f"{version}{slash}account{slash}7",
            f"{slash}internal/keys{public}/x",
            f"/internal{slash}..{public}/x",
            f"{closed}{slash}public/x",
        ]
    return [path if path.startswith("/") else f"/{path}" for path in found]
