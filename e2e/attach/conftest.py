"""One gate for APIs that others have made, and the command that puts it in front of them."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass

import pytest

from local.cloud.gateway_client import Response, send
from local.cloud.launcher import LocalCloud
from local.cloud.processes import BUILT
from local.deployment import Deployment

from ..backend_function import backend_function
from .apis import STACK, STAGE, WAYS, by_hand

OATHGATE = BUILT / "oathgate"

#: The gate's stage.
GATE = "attached"


@dataclass(frozen=True)
class Run:
    """What a command printed, and its exit code."""

    code: int
    output: str


@dataclass(frozen=True)
class AttachedApi:
    """A REST API that the gate can be put in front of."""

    cloud: LocalCloud
    api_id: str

    def send(self, method: str, path: str, headers=(), body: bytes = b"") -> Response:
        """Sends a request to the API's stage."""
        return send(self.cloud.port, self.api_id, STAGE, method, path, list(headers), body)

    def _api(self, arguments: tuple[str, ...]) -> tuple[str, ...]:
        return () if "--rest-api-id" in arguments else ("--rest-api-id", self.api_id)

    def attach(self, *arguments: str, source: tuple[str, ...] = ("--stage", GATE), endpoint: str | None = None) -> Run:
        """`oathgate attach` for this API, at the cloud or at another endpoint of it."""
        done = subprocess.run(
            [OATHGATE, "attach", *source, *self._api(arguments), *arguments],
            env=self.cloud.tool_environment() | ({"AWS_ENDPOINT_URL": endpoint} if endpoint else {}),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=120,
        )
        return Run(done.returncode, done.stdout)


@pytest.fixture(scope="package")
def function(cloud):
    """The Lambda function of the examples, as a backend."""
    with backend_function(cloud, "attached-backend") as arn:
        yield arn


@pytest.fixture(scope="package")
def apis(cloud, function):
    """An API of each kind."""
    made = {way: AttachedApi(cloud, make(cloud, function)) for way, make in WAYS.items()}
    yield made
    cloud.client("cloudformation").delete_stack(StackName=STACK)
    for way, api in made.items():
        if way != "by CloudFormation":
            cloud.client("apigateway").delete_rest_api(restApiId=api.api_id)


@pytest.fixture(scope="package")
def attached_gate(gate, cloud, apis):
    """The gate's stage, for the API that was made by hand."""
    changes = {
        "backendUrl": None,
        "api": {"attach": apis["by hand"].api_id, "stage": STAGE, "exclude": ["GET /health"]},
    }
    stage = Deployment(gate.cloud, GATE, changes)
    stage.deploy()
    yield stage
    cloud.client("cloudformation").delete_stack(StackName=stage.stack)


@pytest.fixture
def fresh(attached_gate, cloud, function):
    """An API of a test's own."""
    api = AttachedApi(cloud, by_hand(cloud, function))
    yield api
    cloud.client("apigateway").delete_rest_api(restApiId=api.api_id)


@pytest.fixture
def contract(cloud, attached_gate):
    """What the gate exports."""
    value = cloud.client("ssm").get_parameter(Name=f"/oathgate/{GATE}/contract")["Parameter"]["Value"]
    return json.loads(value)
