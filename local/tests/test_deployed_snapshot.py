"""A stage serves what was deployed to it: changes act with the next deployment, not before."""

from __future__ import annotations

import json

import pytest
from botocore.exceptions import ClientError

from local.cloud.gateway_client import send

FUNCTION_URI = "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{}/invocations"


@pytest.fixture
def gateway(api):
    return api.cloud.client("apigateway")


@pytest.fixture
def proxy(api, gateway):
    """The method that passes everything on, by its API and resource."""
    items = gateway.get_resources(restApiId=api.api_id)["items"]
    (resource,) = [item["id"] for item in items if item["path"] == "/{proxy+}"]
    return {"restApiId": api.api_id, "resourceId": resource, "httpMethod": "ANY"}


def sent(api, stage="test", context=None, effect="Allow"):
    steer = [("X-Steer", json.dumps({"context": context or {}, "effect": effect}))]
    return send(api.cloud.port, api.api_id, stage, "GET", "/x", steer)


def received(api, name, stage="test", context=None):
    response = sent(api, stage, context)
    assert response.status == 200, response.body
    return [value for key, value in response.json["headers"] if key.lower() == name]


@pytest.fixture
def next_stage(api, gateway):
    """Deploys what is live now to a stage of its own; the stage `test` keeps its deployment."""
    made = []

    def deploy():
        deployment = gateway.create_deployment(restApiId=api.api_id)["id"]
        gateway.create_stage(restApiId=api.api_id, stageName="next", deploymentId=deployment)
        made.append(deployment)
        return "next"

    yield deploy
    for deployment in made:
        gateway.delete_stage(restApiId=api.api_id, stageName="next")
        gateway.delete_deployment(restApiId=api.api_id, deploymentId=deployment)


MAPPING = "/requestParameters/integration.request.header.X-Extra"


def test_a_changed_integration_acts_with_the_next_deployment(api, gateway, proxy, next_stage):
    added = [{"op": "add", "path": MAPPING, "value": "'extra'"}]
    gateway.update_integration(**proxy, patchOperations=added)
    try:
        assert received(api, "x-extra") == []
        assert received(api, "x-extra", next_stage()) == ["extra"]
        assert received(api, "x-extra") == []
    finally:
        gateway.update_integration(**proxy, patchOperations=[{"op": "remove", "path": MAPPING}])
    assert received(api, "x-extra", "next") == ["extra"]


def test_a_changed_method_acts_with_the_next_deployment(api, gateway, proxy, next_stage):
    method = gateway.get_method(**proxy)
    gateway.update_method(**proxy, patchOperations=[{"op": "replace", "path": "/authorizationType", "value": "NONE"}])
    try:
        assert sent(api, effect="Deny").status == 403
        assert sent(api, next_stage(), effect="Deny").status == 200
    finally:
        back = [
            {"op": "replace", "path": f"/{name}", "value": method[name]}
            for name in ("authorizationType", "authorizerId")
        ]
        gateway.update_method(**proxy, patchOperations=back)


def test_a_changed_authorizer_acts_with_the_next_deployment(api, gateway, next_stage):
    (authorizer,) = gateway.get_authorizers(restApiId=api.api_id)["items"]
    place = {"restApiId": api.api_id, "authorizerId": authorizer["id"]}
    nowhere = FUNCTION_URI.format("arn:aws:lambda:us-east-1:000000000000:function:not-there")
    change = [{"op": "replace", "path": "/authorizerUri", "value": nowhere}]
    gateway.update_authorizer(**place, patchOperations=change)
    try:
        assert sent(api).status == 200
        assert sent(api, next_stage()).status == 500
    finally:
        back = [{"op": "replace", "path": "/authorizerUri", "value": authorizer["authorizerUri"]}]
        gateway.update_authorizer(**place, patchOperations=back)


def test_a_deployment_keeps_an_authorizer_that_is_deleted(api, gateway, proxy, next_stage):
    (kept,) = gateway.get_authorizers(restApiId=api.api_id)["items"]
    other = gateway.create_authorizer(
        restApiId=api.api_id,
        name="other",
        type="REQUEST",
        authorizerUri=kept["authorizerUri"],
        authorizerResultTtlInSeconds=0,
    )
    point_at = [{"op": "replace", "path": "/authorizerId", "value": other["id"]}]
    gateway.update_method(**proxy, patchOperations=point_at)
    stage = next_stage()
    back = [{"op": "replace", "path": "/authorizerId", "value": kept["id"]}]
    gateway.update_method(**proxy, patchOperations=back)
    gateway.delete_authorizer(restApiId=api.api_id, authorizerId=other["id"])
    assert received(api, "x-user", stage, {"x-user": "ada"}) == ["ada"]


def test_a_changed_gateway_response_acts_with_the_next_deployment(api, gateway, next_stage):
    where = {"restApiId": api.api_id, "responseType": "ACCESS_DENIED"}
    before = gateway.get_gateway_response(**where)
    gateway.put_gateway_response(**where, statusCode="402")
    try:
        assert sent(api, effect="Deny", context={"body": "1"}).status == 403
        assert sent(api, next_stage(), effect="Deny").status == 402
    finally:
        kept = ("statusCode", "responseParameters", "responseTemplates")
        gateway.put_gateway_response(**where, **{name: before[name] for name in kept})


def test_a_deployment_that_a_stage_serves_cannot_be_deleted(api, gateway):
    stage = gateway.get_stage(restApiId=api.api_id, stageName="test")
    with pytest.raises(ClientError, match="Active stages"):
        gateway.delete_deployment(restApiId=api.api_id, deploymentId=stage["deploymentId"])
    assert sent(api).status == 200
