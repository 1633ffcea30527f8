"""A gate that leaves a vouched header out of its context lets a forged one arrive: so the other tests can fail."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import pytest

from .seen import users

AUTHORIZER = Path(__file__).with_name("granting_authorizer.py")


@pytest.fixture
def careless(gate):
    """The deployed API with another authorizer: it grants every request, and its context lacks `x-user`."""
    functions, gateway = gate.cloud.client("lambda"), gate.cloud.client("apigateway")
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        entry = zipfile.ZipInfo("bootstrap")
        entry.external_attr = 0o755 << 16
        file.writestr(entry, AUTHORIZER.read_text())
        file.writestr("context.json", json.dumps({"authorization": "none"}))
    function = functions.create_function(
        FunctionName="careless",
        Runtime="provided.al2023",
        Handler="bootstrap",
        Timeout=10,
        Role=functions.get_function(FunctionName=gate.function_name)["Configuration"]["Role"],
        Code={"ZipFile": archive.getvalue()},
    )
    (authorizer,) = gateway.get_authorizers(restApiId=gate.api_id)["items"]
    stage = gateway.get_stage(restApiId=gate.api_id, stageName=gate.stage)
    uri = f"arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{function['FunctionArn']}/invocations"

    def replace(path, value):
        return {"patchOperations": [{"op": "replace", "path": path, "value": value}]}

    def point_at(authorizer_uri):
        gateway.update_authorizer(
            restApiId=gate.api_id, authorizerId=authorizer["id"], **replace("/authorizerUri", authorizer_uri)
        )

    def serve(deployment):
        gateway.update_stage(restApiId=gate.api_id, stageName=gate.stage, **replace("/deploymentId", deployment))

    point_at(uri)
    # A stage serves what was deployed to it.
    deployment = gateway.create_deployment(restApiId=gate.api_id)["id"]
    serve(deployment)
    yield gate
    point_at(authorizer["authorizerUri"])
    serve(stage["deploymentId"])
    gateway.delete_deployment(restApiId=gate.api_id, deploymentId=deployment)
    functions.delete_function(FunctionName="careless")


def test_a_gate_that_leaves_a_header_out_lets_the_forged_one_arrive(careless):
    assert careless.send("GET", "/v1/account/7", [("X-User", "admin")]).status == 200
    assert users(careless.cloud.backend_requests()[0]) == ["admin"]
