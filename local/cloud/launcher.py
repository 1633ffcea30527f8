"""The local cloud as a whole: the emulator, the sample backend and the sample session service."""

from __future__ import annotations

import json
import os
import shutil
import time
import urllib.request

import botocore.session

from .extensions import header_mappings
from .processes import ROOT, LocalCloudError, Process, port_in_use, without_aws_settings

DEFAULT_PORT = 4566


def port_from_environment() -> int:
    """The emulator's port: OATHGATE_LOCAL_PORT, or the emulator's own default."""
    text = os.environ.get("OATHGATE_LOCAL_PORT", str(DEFAULT_PORT))
    if not text.isdigit() or not 1024 <= int(text) <= 65_000:
        raise LocalCloudError(f"OATHGATE_LOCAL_PORT is `{text}`; it must be a port from 1024 to 65000")
    return int(text)


def mappings_from_environment() -> str:
    """How header mappings compare names: OATHGATE_LOCAL_MAPPINGS, or in any case."""
    mode = os.environ.get(header_mappings.VARIABLE, header_mappings.ANY_CASE)
    if mode not in header_mappings.MODES:
        known = " or ".join(f"`{known}`" for known in header_mappings.MODES)
        raise LocalCloudError(f"{header_mappings.VARIABLE} is `{mode}`; it must be {known}")
    return mode


class LocalCloud:
    """One local cloud. Its three processes listen on its port and the two after it."""

    def __init__(self, port: int):
        self.port = port
        self.endpoint = f"http://127.0.0.1:{port}"
        self.folder = ROOT / ".local" / str(port)
        temporary = self.folder / "tmp"
        self.emulator = Process(
            "cloud",
            "local.cloud.server",
            port,
            self.folder,
            environment={
                "GATEWAY_PORT": str(port),
                # Functions reach the emulator by this, as they reach AWS without it.
                "AWS_ENDPOINT_URL": self.endpoint,
                header_mappings.VARIABLE: mappings_from_environment(),
                "TMPDIR": str(temporary),
                "S3_DATA_DIR": str(temporary / "s3"),
                "STATE_DIR": str(temporary / "state"),
                # Neither Docker nor other listeners: the emulator runs functions as processes.
                "DOCKER_HOST": f"unix://{temporary}/no-docker.sock",
                "IOT_MTLS_ENABLED": "0",
                "SFTP_ENABLED": "0",
                "LOG_LEVEL": "INFO",
                "PYTHONUNBUFFERED": "1",
            },
        )
        self.backend = Process("backend", "local.services.backend", port + 1, self.folder, (str(port + 1),))
        self.sessions = Process("sessions", "local.services.sessions", port + 2, self.folder, (str(port + 2),))

    @classmethod
    def on_free_ports(cls, first: int) -> LocalCloud:
        """A cloud on the first free ports from here on, so that test runs of several clones do not collide.

        Processes that an earlier run of this clone left there are ended.
        """
        for port in range(first, first + 300, 10):
            cloud = cls(port)
            cloud.stop()
            if not any(port_in_use(process.port) for process in cloud.processes):
                return cloud
        raise LocalCloudError(f"the ports from {first} on are all taken; end the programs that use them")

    @property
    def processes(self) -> tuple[Process, Process, Process]:
        """All three, in the order in which they are started."""
        return self.backend, self.sessions, self.emulator

    def start(self) -> list[Process]:
        """Starts what is not running, and returns what it started."""
        (self.folder / "tmp").mkdir(parents=True, exist_ok=True)
        return [process for process in self.processes if process.start()]

    def stop(self) -> list[Process]:
        """Stops everything, and returns what was running. What was deployed is lost."""
        stopped = [process for process in reversed(self.processes) if process.stop()]
        shutil.rmtree(self.folder / "tmp", ignore_errors=True)
        return stopped

    def reset(self) -> None:
        """Empties the cloud: stacks, functions, secrets, buckets. The processes go on."""
        if not self.emulator.running():
            raise LocalCloudError(f"no local cloud is running on port {self.port}; start it first")
        request = urllib.request.Request(f"{self.endpoint}/_ministack/reset", method="POST")
        with urllib.request.urlopen(request, timeout=60) as response:
            response.read()

    def backend_requests(self) -> list[dict]:
        """The requests that the sample backend has received since it last forgot them, oldest first."""
        return self._control("GET", self.backend, "requests")

    def await_backend_requests(self, count: int, patience: float = 60) -> list[dict]:
        """The requests that the sample backend has received, oldest first, once there are `count` of them."""
        deadline = time.monotonic() + patience
        while len(received := self.backend_requests()) < count:
            if time.monotonic() > deadline:
                raise LocalCloudError(
                    f"{len(received)} of {count} requests reached the backend within {patience} seconds"
                )
            time.sleep(0.02)
        return received

    def forget_backend_requests(self) -> None:
        """Makes the sample backend forget its requests."""
        self._control("DELETE", self.backend, "requests")

    def set_mappings(self, mode: str) -> None:
        """Makes header mappings compare names in `any-case` or `case-sensitive`."""
        self._control("PUT", self.emulator, "mappings", mode.encode())

    def set_session_service(self, mode: str) -> None:
        """Makes the sample session service behave or misbehave: see local/services/sessions.py."""
        self._control("PUT", self.sessions, "mode", mode.encode())

    def add_sessions(self, sessions: dict[str, dict]) -> None:
        """Makes the sample session service know more sessions, in the form of local/services/sessions.json."""
        self._control("PUT", self.sessions, "known", json.dumps(sessions).encode())

    def session_requests(self) -> int:
        """How many requests the sample session service has received so far."""
        return self._control("GET", self.sessions, "requests")["requests"]

    @staticmethod
    def _control(method: str, service: Process, name: str, body: bytes | None = None):
        url = f"http://127.0.0.1:{service.port}/_oathgate/{name}"
        with urllib.request.urlopen(urllib.request.Request(url, body, method=method), timeout=10) as response:
            return json.load(response)

    def environment(self) -> dict[str, str]:
        """The variables by which a tool such as the CDK or the AWS CLI uses this cloud, and never AWS."""
        return {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_REGION": "us-east-1",
            "AWS_DEFAULT_REGION": "us-east-1",
            "CDK_DEFAULT_ACCOUNT": "000000000000",
            "CDK_DEFAULT_REGION": "us-east-1",
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        }

    def tool_environment(self) -> dict[str, str]:
        """The whole environment of such a tool: nothing of the developer's AWS set-up reaches it, and nothing of it AWS."""
        return without_aws_settings() | self.environment()

    def client(self, service: str, region: str = "us-east-1"):
        """An AWS client that talks to this cloud."""
        return botocore.session.Session().create_client(
            service,
            region_name=region,
            endpoint_url=self.endpoint,
            aws_access_key_id="test",
            aws_secret_access_key="test",
        )
