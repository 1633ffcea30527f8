"""An API is changed as on AWS: what is refused, what a change leaves behind, what an import includes."""

from __future__ import annotations

import json

import pytest
from botocore.exceptions import ClientError

URI = "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:000000000000:function:f:1/invocations"

DOCUMENT = {
    "openapi": "3.0.1",
    "info": {"title": "orders", "version": "1"},
    "paths": {
        "/orders/{id}": {
            "x-amazon-apigateway-any-method": {
                "parameters": [{"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}],
                "responses": {},
                "x-amazon-apigateway-integration": {
                    "type": "http_proxy",
                    "httpMethod": "ANY",
                    "uri": "http://127.0.0.1:1/orders/{id}",
                    "requestParameters": {"integration.request.path.id": "method.request.path.id"},
                },
            },
        }
    },
}


@pytest.fixture
def gateway(cloud):
    return cloud.client("apigateway")


@pytest.fixture
def orders(gateway):
    """An API that was imported, and its one method."""
    api = gateway.import_rest_api(body=json.dumps(DOCUMENT).encode())["id"]
    items = gateway.get_resources(restApiId=api, embed=["methods"])["items"]
    (resource,) = [item["id"] for item in items if item["path"] == "/orders/{id}"]
    yield {"restApiId": api, "resourceId": resource, "httpMethod": "ANY"}
    gateway.delete_rest_api(restApiId=api)


@pytest.fixture
def authorizer(gateway, orders):
    """An authorizer that the method does not have yet."""
    made = gateway.create_authorizer(
        restApiId=orders["restApiId"], name="gate", type="REQUEST", authorizerUri=URI, authorizerResultTtlInSeconds=0
    )
    return made["id"]


def patch(gateway, method, *changes):
    keys = ("op", "path", "value")
    return gateway.update_method(
        **method, patchOperations=[dict(zip(keys, change, strict=False)) for change in changes]
    )


def by_authorizer(gateway, method, authorizer):
    return patch(
        gateway,
        method,
        ("replace", "/authorizationType", "CUSTOM"),
        ("replace", "/authorizerId", authorizer),
    )


def test_an_import_includes_every_method_and_the_parameters(gateway, orders):
    method = gateway.get_method(**orders)
    assert method["requestParameters"] == {"method.request.path.id": True}
    assert method["methodIntegration"]["type"] == "HTTP_PROXY"
    assert method["methodIntegration"]["requestParameters"] == {"integration.request.path.id": "method.request.path.id"}


def test_a_request_authorizer_has_no_identity_source_unless_one_is_given(gateway, orders, authorizer):
    found = gateway.get_authorizer(restApiId=orders["restApiId"], authorizerId=authorizer)
    assert not found.get("identitySource")


def test_two_authorizers_of_an_api_cannot_have_one_name(gateway, orders, authorizer):
    with pytest.raises(ClientError, match="name must be unique"):
        gateway.create_authorizer(restApiId=orders["restApiId"], name="gate", type="REQUEST", authorizerUri=URI)


def test_an_authorizer_that_a_method_has_cannot_be_deleted(gateway, orders, authorizer):
    by_authorizer(gateway, orders, authorizer)
    at = {"restApiId": orders["restApiId"], "authorizerId": authorizer}
    with pytest.raises(
        ClientError, match=r"Cannot delete authorizer 'gate', is referenced in method: ANY//orders/\{id\}"
    ):
        gateway.delete_authorizer(**at)
    patch(gateway, orders, ("replace", "/authorizationType", "NONE"), ("replace", "/authorizerId", ""))
    assert "authorizerId" not in gateway.get_method(**orders)
    gateway.delete_authorizer(**at)


def test_a_method_cannot_have_an_authorizer_that_does_not_exist(gateway, orders):
    with pytest.raises(ClientError, match="Invalid authorizer ID"):
        by_authorizer(gateway, orders, "nobody")
    assert gateway.get_method(**orders)["authorizationType"] == "NONE"


def test_scopes_are_added_and_removed_one_by_one(gateway, orders):
    patch(gateway, orders, ("add", "/authorizationScopes", "a"), ("add", "/authorizationScopes", "b"))
    assert gateway.get_method(**orders)["authorizationScopes"] == ["a", "b"]
    patch(gateway, orders, ("remove", "/authorizationScopes", "a"))
    assert gateway.get_method(**orders)["authorizationScopes"] == ["b"]


def test_a_name_in_the_path_of_a_patch_may_hold_a_slash(gateway, orders):
    path = "/requestTemplates/application~1json"
    change = {"op": "add", "path": path, "value": "{}"}
    gateway.update_integration(**orders, patchOperations=[change])
    assert gateway.get_integration(**orders)["requestTemplates"] == {"application/json": "{}"}
    gateway.update_integration(**orders, patchOperations=[{"op": "remove", "path": path}])
    assert not gateway.get_integration(**orders).get("requestTemplates")


def test_an_export_is_one_of_what_the_stage_serves(gateway, orders, authorizer):
    api = orders["restApiId"]
    by_authorizer(gateway, orders, authorizer)
    gateway.create_deployment(restApiId=api, stageName="live")
    patch(gateway, orders, ("replace", "/authorizationType", "NONE"))

    def exported():
        wanted = {"restApiId": api, "stageName": "live", "exportType": "oas30"}
        document = gateway.get_export(**wanted, parameters={"extensions": "integrations,authorizers"})
        return json.loads(document["body"].read())["paths"]["/orders/{id}"]["x-amazon-apigateway-any-method"]

    assert exported()["security"] == [{"gate": []}]
    gateway.create_deployment(restApiId=api, stageName="live")
    assert "security" not in exported()
