"""The programs behind and in front of the gate, each in a process of its own."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from local.cloud.gateway_client import Response, send
from local.cloud.processes import BUILT, ROOT, port_in_use

EXAMPLES = ROOT / "local" / "gateways"

#: The addresses that the example files name.
ORACLE, BACKEND, SESSIONS = "127.0.0.1:4456", "127.0.0.1:4567", "127.0.0.1:4568"
GATEWAY = {"nginx": "listen 127.0.0.1:8080", "caddy": "http://:8080"}
HOST = "api.example.test"
START_SECONDS = 30


def free_port() -> int:
    """A port of 127.0.0.1 that nothing listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def oathgate() -> Path:
    """The program under test, as `make binaries` builds it."""
    return Path(os.environ.get("OATHGATE_CLI") or BUILT / "oathgate")


def example(name: str, ports: dict[str, int]) -> str:
    """An example file with other ports in place of those it names, every one of which must be in it."""
    text = (EXAMPLES / name).read_text(encoding="utf8")
    for address, port in ports.items():
        assert address in text, f"{name} does not name {address}"
        text = text.replace(address, f"{address.rpartition(':')[0]}:{port}")
    return text


@dataclass
class Program:
    """A program with one port."""

    name: str
    port: int
    folder: Path
    command: list[str]
    environment: dict[str, str] = field(default_factory=dict)

    @property
    def log(self) -> Path:
        """What it writes."""
        return self.folder / f"{self.name}.log"

    def start(self) -> None:
        """Starts it and waits until it listens."""
        with self.log.open("ab") as log:
            self.child = subprocess.Popen(
                self.command,
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env={"PATH": os.environ["PATH"], "HOME": str(self.folder), **self.environment},
            )
        deadline = time.monotonic() + START_SECONDS
        while not port_in_use(self.port):
            assert self.child.poll() is None, f"{self.name} ended at once:\n{self.log.read_text(errors='replace')}"
            assert time.monotonic() < deadline, f"{self.name} does not listen:\n{self.log.read_text(errors='replace')}"
            time.sleep(0.05)

    def stop(self) -> None:
        """Ends it."""
        self.child.terminate()
        try:
            self.child.wait(timeout=15)
        except subprocess.TimeoutExpired:
            self.child.kill()
            self.child.wait()


class Site:
    """Everything behind a gateway: the gate, a backend and a session service."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.backend = self._service("backend")
        self.sessions = self._service("sessions")
        shutil.copy(EXAMPLES / "rules.yml", folder)
        (folder / "config.yml").write_text(example("config.yml", {SESSIONS: self.sessions.port}), encoding="utf8")
        keys = subprocess.run([oathgate(), "credentials", "generate"], capture_output=True, check=True)
        self.jwks = folder / "jwks.json"
        self.jwks.write_bytes(keys.stdout)
        port = free_port()
        settings = {"SERVE_API_PORT": str(port), "MUTATORS_ID_TOKEN_CONFIG_JWKS_URL": f"file://{self.jwks}"}
        command = [str(oathgate()), "serve", "--config", str(folder / "config.yml")]
        self.oracle = Program("oathgate", port, folder, command, settings)

    def _service(self, name: str) -> Program:
        port = free_port()
        command = [sys.executable, "-m", f"local.services.{name}", str(port)]
        return Program(name, port, self.folder, command)

    @contextlib.contextmanager
    def running(self):
        """Runs all three."""
        with contextlib.ExitStack() as stack:
            for program in (self.backend, self.sessions, self.oracle):
                program.start()
                stack.callback(program.stop)
            yield self

    def gateway(self, name: str) -> Program:
        """nginx or Caddy with the example's configuration, not started yet."""
        port = free_port()
        ports = {GATEWAY[name]: port, ORACLE: self.oracle.port, BACKEND: self.backend.port}
        if name == "nginx":
            (self.folder / "nginx.conf").write_text(example("nginx.conf", ports), encoding="utf8")
            around = shutil.copy(EXAMPLES / "nginx-alone.conf", self.folder)
            command = ["nginx", "-e", "stderr", "-p", str(self.folder), "-c", str(around)]
        else:
            file = self.folder / "Caddyfile"
            file.write_text(example("Caddyfile", ports), encoding="utf8")
            command = ["caddy", "run", "--adapter", "caddyfile", "--config", str(file)]
        return Program(name, port, self.folder, command)


def get(port: int, method: str, path: str, headers=(), body: bytes = b"") -> Response:
    """One request to a gateway, byte for byte as given."""
    return send(port, "", None, method, path, list(headers), body, host=HOST)
