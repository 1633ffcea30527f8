"""Attach, send, verify, break, repair and detach: on APIs that the tests make, and byte for byte as before."""

from __future__ import annotations

import json

import pytest

from local.demo_requests import ADA, SESSION

from .apis import MOCK, STAGE, WAYS, content, document
from .conftest import AttachedApi

FORGED = ("X-User", "mallory")


def received(response, name: str) -> list[str]:
    """What the backend received in a header."""
    assert response.status == 200, response.body
    return [value for key, value in response.json["headers"] if key.lower() == name.lower()]


def observed(api) -> list:
    """What clients see of the API."""
    seen = []
    for method, path, headers in (
        ("GET", "/health", [FORGED]),
        ("GET", "/v1/account/7", []),
        ("GET", "/v1/account/7", [FORGED]),
        ("GET", "/v1/public/a/b", [FORGED]),
        ("GET", "/nowhere", []),
        ("OPTIONS", "/v1/account/7", []),
    ):
        response = api.send(method, path, headers)
        reached = response.status == 200 and method != "OPTIONS"
        user = received(response, "x-user") if reached else response.body
        seen.append((method, path, response.status, user))
    return seen


@pytest.mark.parametrize("way", WAYS)
def test_an_api_is_attached_called_verified_and_detached_as_it_was(apis, attached_gate, way):
    api = apis[way]
    before, seen = content(api.cloud, api.api_id), observed(api)

    plan = api.attach()
    assert plan.code == 0, plan.output
    assert f"stage `{STAGE}`; gate `attached`" in plan.output
    for line in (
        "~ ANY /v1/account/{id}",
        "authorization  NONE -> oathgate_attached_",
        "-> context.authorizer.x-user",
        "PUT /v1/account/{id} is a Lambda proxy",
        "none is made without --apply",
    ):
        assert line in plan.output, plan.output
    assert content(api.cloud, api.api_id) == before
    assert api.attach("--verify").code == 1

    done = api.attach("--apply")
    assert done.code == 0, done.output
    verified = api.attach("--verify")
    assert verified.code == 0, verified.output

    # Granted, with the session's user.
    response = api.send("GET", "/v1/account/7", [SESSION])
    assert received(response, "x-user") == [ADA]
    assert received(response, "authorization")[0].startswith("Bearer ey")
    # A function reads the same in the context.
    assert api.send("PUT", "/v1/account/7", [SESSION]).json == {"user": ADA, "path": "/v1/account/7"}
    # Refused, with Oathkeeper's message.
    assert api.send("GET", "/v1/account/7").status == 401
    assert api.send("GET", "/v1/account/7").json["error"]["message"] == "Access credentials are invalid"
    for method in ("GET", "PUT"):
        for name in ("X-User", "x-user", "X-USER"):
            assert api.send(method, "/v1/account/7", [SESSION, (name, "mallory")]).status == 403
    # A guest, whom the backend cannot take for a user.
    assert received(api.send("GET", "/v1/public/a/b"), "x-user") != ["mallory"]
    # Open, and nothing forged arrives there.
    health = api.send("GET", "/health", [FORGED])
    assert set(received(health, "x-user")) == {"none"}
    # API Gateway's own response to preflights.
    preflight = api.send("OPTIONS", "/v1/account/7")
    assert ("OPTIONS", "/v1/account/7", preflight.status, preflight.body) == seen[-1]

    attached = content(api.cloud, api.api_id)
    again = api.attach("--apply")
    assert "nothing to change" in again.output, again.output
    assert content(api.cloud, api.api_id) == attached

    taken_off = api.attach("--detach", "--drain-seconds", "0")
    assert taken_off.code == 0, taken_off.output
    assert content(api.cloud, api.api_id) == before
    assert observed(api) == seen
    left = api.cloud.client("ssm").get_parameters_by_path(Path="/oathgate/attached/attached", Recursive=True)
    assert left["Parameters"] == []


def test_what_is_broken_by_hand_is_named_and_repaired(fresh):
    assert fresh.attach("--apply").code == 0
    gateway = fresh.cloud.client("apigateway")
    (resource,) = [
        item["id"]
        for item in gateway.get_resources(restApiId=fresh.api_id)["items"]
        if item["path"] == "/v1/account/{id}"
    ]
    at = {"restApiId": fresh.api_id, "resourceId": resource, "httpMethod": "ANY"}
    opened = [{"op": "replace", "path": "/authorizationType", "value": "NONE"}]
    gateway.update_method(**at, patchOperations=opened)
    name = "/requestParameters/integration.request.header.X-User"
    gateway.update_integration(**at, patchOperations=[{"op": "remove", "path": name}])

    broken = fresh.attach("--verify")
    assert broken.code == 1
    assert "ANY /v1/account/{id} has no authorizer\n" in broken.output
    assert "ANY /v1/account/{id} does not set X-User from context.authorizer.x-user\n" in broken.output
    # What the stage serves is intact until that is deployed.
    assert "stage `live`" not in broken.output.rpartition("REST API")[0]
    gateway.create_deployment(restApiId=fresh.api_id, stageName=STAGE)
    served = fresh.attach("--verify").output
    assert "serves ANY /v1/account/{id} without an authorizer" in served
    assert fresh.send("GET", "/v1/account/7", [FORGED]).status == 200

    assert fresh.attach("--apply").code == 0
    assert fresh.attach("--verify").code == 0
    assert fresh.send("GET", "/v1/account/7", [FORGED]).status != 200
    assert fresh.attach("--detach", "--drain-seconds", "0").code == 0


def test_another_version_comes_with_an_authorizer_of_its_own(fresh, attached_gate, contract, tmp_path):
    assert fresh.attach("--apply").code == 0
    functions = fresh.cloud.client("lambda")
    name = attached_gate.function_name
    variables = functions.get_function_configuration(FunctionName=name)["Environment"]["Variables"]
    functions.update_function_configuration(
        FunctionName=name, Environment={"Variables": variables | {"OATHGATE_LOG_LEVEL": "warn"}}
    )
    version = functions.publish_version(FunctionName=name)["FunctionArn"]
    next_contract = tmp_path / "contract.json"
    next_contract.write_text(json.dumps(contract | {"functionArn": version}))
    source = ("--contract", str(next_contract))

    stale = fresh.attach("--verify", source=source)
    assert stale.code == 1
    assert "is decided by the authorizer `oathgate_attached_" in stale.output
    assert fresh.attach("--apply", source=source).code == 0
    assert fresh.attach("--verify", source=source).code == 0
    assert received(fresh.send("GET", "/v1/account/7", [SESSION]), "x-user") == [ADA]
    names = [item["name"] for item in fresh.cloud.client("apigateway").get_authorizers(restApiId=fresh.api_id)["items"]]
    assert len(names) == 2
    assert fresh.attach("--detach", "--drain-seconds", "0", source=source).code == 0


def test_what_does_not_exist_is_an_error(fresh):
    nowhere = fresh.attach("--rest-api-id", "nowhere", "--apply")
    assert (nowhere.code, "there is no REST API `nowhere`" in nowhere.output) == (2, True), nowhere.output
    other_stage = fresh.attach("--api-stage", "prod")
    assert "the REST API has no stage `prod`; its stages are live" in other_stage.output
    unknown = fresh.attach("--exclude", "GET /helth", "--apply")
    assert unknown.code == 1
    assert "the API has no method `GET /helth` to exclude; did you mean `GET /health`?" in unknown.output
    not_deployed = fresh.attach(source=("--stage", "none"))
    assert not_deployed.code == 2
    assert "the stage `none` exports no contract" in not_deployed.output


def test_changes_that_are_not_deployed_are_refused_unless_included(fresh):
    gateway = fresh.cloud.client("apigateway")
    root = next(item for item in gateway.get_resources(restApiId=fresh.api_id)["items"] if item["path"] == "/")
    at = {"restApiId": fresh.api_id, "resourceId": root["id"], "httpMethod": "GET"}
    gateway.put_method(**at, authorizationType="NONE")
    gateway.put_integration(**at, type="HTTP_PROXY", integrationHttpMethod="GET", uri="http://127.0.0.1:1/")
    refused = fresh.attach("--apply")
    assert refused.code == 1
    assert "GET / is new" in refused.output
    assert fresh.send("GET", "/v1/account/7").status == 200


def test_a_record_of_many_methods_is_kept_in_several_parameters(attached_gate, cloud):
    health = document(cloud, "unused", "many")["paths"]["/health"]
    mock = {"get": {"responses": {}, "x-amazon-apigateway-integration": {**MOCK, "type": "mock"}}}
    paths = {"/health": health} | {f"/{number}": mock for number in range(260)}
    gateway = cloud.client("apigateway")
    body = {"openapi": "3.0.1", "info": {"title": "many", "version": "1"}, "paths": paths}
    api = AttachedApi(cloud, gateway.import_rest_api(body=json.dumps(body).encode())["id"])
    gateway.create_deployment(restApiId=api.api_id, stageName=STAGE)
    before = content(cloud, api.api_id)
    assert api.attach("--apply").code == 0

    def kept() -> list[str]:
        path = f"/oathgate/attached/attached/{api.api_id}"
        pages = cloud.client("ssm").get_paginator("get_parameters_by_path").paginate(Path=path, Recursive=True)
        return [found["Value"] for page in pages for found in page["Parameters"]]

    assert len(kept()) > 2
    assert max(len(value.encode()) for value in kept()) <= 4096
    assert api.attach("--verify").code == 0
    assert api.attach("--detach", "--drain-seconds", "0").code == 0
    assert content(cloud, api.api_id) == before
    assert kept() == []
    gateway.delete_rest_api(restApiId=api.api_id)
