"""A Lambda function behind the gate reads who is calling in the authorizer's context."""

from __future__ import annotations

import io
import json
import zipfile

import pytest

from local.cloud.processes import ROOT
from local.demo_requests import ADA, SESSION
from local.deployment import Deployment

EXAMPLES = ROOT / "examples" / "backends"
STAGE = "backends"


def packed(source: str) -> bytes:
    """A deployment package with one module."""
    package = io.BytesIO()
    with zipfile.ZipFile(package, "w") as archive:
        archive.writestr("backend.py", source)
    return package.getvalue()


@pytest.fixture(scope="module")
def function(cloud):
    """The example's function, with the event that it got in its answers beside what it says itself."""
    client = cloud.client("lambda")
    source = (EXAMPLES / "lambda_backend.py").read_text(encoding="utf8")
    source += "\n\ndef showing(event, context):\n    said = handler(event, context)\n"
    source += '    return {**said, "body": json.dumps({"said": json.loads(said["body"]), "event": event})}\n'
    made = client.create_function(
        FunctionName="backend",
        Runtime="python3.12",
        Role="arn:aws:iam::000000000000:role/backend",
        Handler="backend.showing",
        Code={"ZipFile": packed(source)},
    )
    yield made["FunctionArn"]
    client.delete_function(FunctionName="backend")


@pytest.fixture(scope="module")
def behind(gate, function):
    """A stage whose backend is the function."""
    stage = Deployment(gate.cloud, STAGE, {"backendUrl": None, "backend": {"functionArn": function}})
    stage.deploy()
    yield stage
    gate.cloud.client("cloudformation").delete_stack(StackName=stage.stack)


def test_a_function_is_told_who_is_calling_in_the_authorizers_context(behind):
    answer = behind.ask("GET", "/v1/account/7", [SESSION])
    assert answer.status == 200
    assert answer.json["said"] == {"user": ADA, "path": "/v1/account/7"}
    authorizer = answer.json["event"]["requestContext"]["authorizer"]
    assert authorizer["x-user"] == ADA
    assert authorizer["authorization"].startswith("Bearer ey")


def test_a_function_is_told_of_nobody_behind_a_rule_that_names_none(behind):
    answer = behind.ask("GET", "/health")
    assert answer.status == 403
    assert answer.json["event"]["requestContext"]["authorizer"]["x-user"] == "none"


def test_what_a_client_forges_reaches_a_function_in_no_place_that_the_gate_vouches_for(behind):
    for name in ("X-User", "x-user", "X_User"):
        assert behind.ask("GET", "/v1/account/7", [SESSION, (name, "mallory")]).status == 403
    # What clients send in good faith arrives among their own headers, and nowhere else.
    answer = behind.ask("GET", "/v1/account/7", [SESSION, ("Authorization", "Bearer mine")])
    event = answer.json["event"]
    assert answer.json["said"]["user"] == ADA
    assert "Bearer mine" in event["headers"].values()
    assert "mine" not in json.dumps(event["requestContext"]["authorizer"])


def test_a_function_is_not_called_for_a_request_that_is_refused(behind):
    for path, status in (("/v1/account/7", 401), ("/v1/closed", 403), ("/nowhere", 403)):
        answer = behind.ask("GET", path)
        assert answer.status == status
        assert b"requestContext" not in answer.body
