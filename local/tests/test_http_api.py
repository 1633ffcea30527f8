"""HTTP APIs on the local cloud: the event, simple responses, mappings and paths as on AWS."""

from __future__ import annotations

import asyncio
import json

import pytest
from botocore.exceptions import ClientError

from local.cloud.extensions import http_and_web_socket_authorizers
from local.cloud.gateway_client import send


@pytest.fixture(autouse=True)
def fresh_backend(api):
    """Every test begins with a backend that has received no request."""
    api.cloud.forget_backend_requests()


def allowed(context: dict) -> dict:
    return {"raw": {"isAuthorized": True, "context": context}}


def received(response, name: str) -> list[str]:
    assert response.status == 200, response.body
    return [value for key, value in response.json["headers"] if key.lower() == name]


def test_the_event_is_payload_2_0_as_aws_sends_it(api):
    headers = [("X-One", "a"), ("x-one", "b"), ("Cookie", "a=1; b=2"), ("COOKIE", "c=3"), ("User-Agent", "test")]
    assert api.send_to_http_api("GET", "/a%20b//c%2Fd?q=1&q=2", headers).status == 200
    event = api.event()
    assert (event["version"], event["type"], event["routeKey"]) == ("2.0", "REQUEST", "ANY /{proxy+}")
    assert (event["rawPath"], event["rawQueryString"]) == ("/a b//c/d", "q=1&q=2")
    assert event["pathParameters"] == {"proxy": "a b//c/d"}
    assert event["cookies"] == ["a=1", "b=2", "c=3"]
    assert event["headers"]["x-one"] == "a,b"
    assert "cookie" not in event["headers"]
    context = event["requestContext"]
    assert context["stage"] == "$default"
    assert context["domainName"] == f"{api.http_api_id}.execute-api.localhost"
    assert (context["http"]["sourceIp"], context["http"]["userAgent"]) == ("127.0.0.1", "test")
    assert event["routeArn"].endswith(f":{api.http_api_id}/$default/GET/a b//c/d")


def test_the_escape_of_an_escape_is_the_only_one_that_stays(api):
    assert api.send_to_http_api("GET", "/a%252Fb").status == 200
    assert api.event()["rawPath"] == "/a%252Fb"


@pytest.mark.parametrize(
    ("response", "status", "message"),
    [
        ({"raw": {"isAuthorized": False, "context": {"body": "{}"}}}, 403, "Forbidden"),
        ({"raw": {"isAuthorized": "true"}}, 500, "Internal Server Error"),
        ({"raw": {"policyDocument": {}}}, 500, "Internal Server Error"),
        ({"error": "Unauthorized"}, 401, "Unauthorized"),
        ({"error": "unauthorized"}, 500, "Internal Server Error"),
        ({"error": "Unauthorized: why"}, 500, "Internal Server Error"),
    ],
    ids=str,
)
def test_every_refusal_is_api_gateway_s_own(api, response, status, message):
    got = api.send_to_http_api("GET", "/x", authorizer=response)
    assert (got.status, got.json) == (status, {"message": message})
    assert api.cloud.backend_requests() == []


def test_an_authorizer_that_takes_too_long_gives_no_response():
    async def never():
        await asyncio.Event().wait()

    assert http_and_web_socket_authorizers.MAX_RESPONSE_SECONDS == 10
    assert asyncio.run(http_and_web_socket_authorizers.in_time(never(), 0.01)) is None


def test_a_mapping_overwrites_the_client_s_header_in_any_case(api):
    for name in ["X-User", "x-user", "X-USER"]:
        response = api.send_to_http_api("GET", "/x", [(name, "admin")], authorizer=allowed({"x_user": "ada"}))
        assert received(response, "x-user") == ["ada"]


def test_a_mapping_without_a_value_leaves_the_client_s_header(api):
    for context in ({}, {"x_user": ""}):
        response = api.send_to_http_api("GET", "/x", [("X-User", "admin")], authorizer=allowed(context))
        assert received(response, "x-user") == ["admin"]


def test_a_key_with_a_hyphen_can_t_be_mapped(api):
    response = api.send_to_http_api("GET", "/x", [("X-Hyphen", "admin")], authorizer=allowed({"x-user": "ada"}))
    assert received(response, "x-hyphen") == ["admin"]


def test_headers_are_appended_and_removed(api):
    headers = [("X-More", "a"), ("X-Gone", "a")]
    response = api.send_to_http_api("GET", "/x", headers, authorizer=allowed({"more": "b"}))
    assert (received(response, "x-more"), received(response, "x-gone")) == (["a,b"], [])


def test_the_client_s_authorization_reaches_the_backend(api):
    response = api.send_to_http_api("GET", "/x", [("Authorization", "Bearer a")])
    assert received(response, "authorization") == ["Bearer a"]


@pytest.mark.parametrize("name", ["Authorization", "x-amz-a", "Access-Control-Allow-Origin", "Origin", "via"])
def test_a_reserved_header_can_t_be_mapped(api, name):
    with pytest.raises(ClientError, match="are restricted"):
        api.cloud.client("apigatewayv2").create_integration(
            ApiId=api.http_api_id,
            IntegrationType="HTTP_PROXY",
            IntegrationUri="https://backend.example.com",
            PayloadFormatVersion="1.0",
            RequestParameters={f"overwrite:header.{name}": "a"},
        )


@pytest.mark.parametrize(
    ("requested", "sent"),
    [
        ("/a/b", "/below/a/b"),
        ("/a%2Fb", "/below/a/b"),
        ("/a%20b/%C3%BC", "/below/a%20b/%C3%BC"),
        ("/a//b/", "/below/a//b/"),
        ("/", "/root"),
    ],
)
def test_the_backend_is_sent_the_decoded_path_below_the_integration_s_own(api, requested, sent):
    response = api.send_to_http_api("POST", f"{requested}?q=a%20b", body=b"body")
    assert (response.json["path"], response.json["query"], response.json["method"]) == (sent, "q=a%20b", "POST")


def test_forwarded_takes_the_place_of_x_forwarded(api):
    response = api.send_to_http_api("GET", "/x", [("X-Forwarded-For", "198.51.100.7")])
    (forwarded,) = received(response, "forwarded")
    assert forwarded.startswith("for=198.51.100.7, by=")
    assert received(response, "x-forwarded-for") == []


def test_a_backend_that_can_t_be_reached_is_a_503(api):
    gateway = api.cloud.client("apigatewayv2")
    integration = gateway.create_integration(
        ApiId=api.http_api_id,
        IntegrationType="HTTP_PROXY",
        IntegrationUri="http://127.0.0.1:1",
        IntegrationMethod="ANY",
    )["IntegrationId"]
    route = gateway.create_route(ApiId=api.http_api_id, RouteKey="GET /gone", Target=f"integrations/{integration}")
    deployment = gateway.create_deployment(ApiId=api.http_api_id)["DeploymentId"]
    gateway.create_stage(ApiId=api.http_api_id, StageName="next", DeploymentId=deployment)
    try:
        response = send(api.cloud.port, api.http_api_id, "next", "GET", "/gone")
        assert (response.status, response.json) == (503, {"message": "Service Unavailable"})
    finally:
        gateway.delete_stage(ApiId=api.http_api_id, StageName="next")
        gateway.delete_deployment(ApiId=api.http_api_id, DeploymentId=deployment)
        gateway.delete_route(ApiId=api.http_api_id, RouteId=route["RouteId"])


def test_a_change_acts_with_the_next_deployment(api):
    gateway = api.cloud.client("apigatewayv2")
    (route,) = [found for found in gateway.get_routes(ApiId=api.http_api_id)["Items"] if found["RouteKey"] == "ANY /"]
    gateway.update_route(ApiId=api.http_api_id, RouteId=route["RouteId"], AuthorizationType="NONE")
    try:
        assert api.send_to_http_api("GET", "/", allow=False).status == 403
        deployment = gateway.create_deployment(ApiId=api.http_api_id)["DeploymentId"]
        gateway.create_stage(ApiId=api.http_api_id, StageName="next", DeploymentId=deployment)
        assert api.send_to_http_api("GET", "/next", allow=False).status == 200
        with pytest.raises(ClientError, match="must be moved or deleted"):
            gateway.delete_deployment(ApiId=api.http_api_id, DeploymentId=deployment)
        gateway.delete_stage(ApiId=api.http_api_id, StageName="next")
        gateway.delete_deployment(ApiId=api.http_api_id, DeploymentId=deployment)
    finally:
        gateway.update_route(
            ApiId=api.http_api_id,
            RouteId=route["RouteId"],
            AuthorizationType="CUSTOM",
            AuthorizerId=route["AuthorizerId"],
        )


def test_a_stage_without_a_deployment_serves_nothing(api):
    gateway = api.cloud.client("apigatewayv2")
    gateway.create_stage(ApiId=api.http_api_id, StageName="empty")
    try:
        assert send(api.cloud.port, api.http_api_id, "empty", "GET", "/x").status == 404
    finally:
        gateway.delete_stage(ApiId=api.http_api_id, StageName="empty")


def test_preflights_are_answered_as_the_stack_configures(api):
    origin = ("Origin", "https://app.example.com")
    preflight = api.send_to_http_api("OPTIONS", "/x", [origin])
    assert (preflight.status, preflight.header("Access-Control-Allow-Origin")) == (204, origin[1])
    assert (preflight.header("Access-Control-Allow-Methods"), preflight.header("Access-Control-Max-Age")) == (
        "GET",
        "60",
    )
    response = api.send_to_http_api("GET", "/x", [origin])
    assert (response.status, response.header("Access-Control-Allow-Origin")) == (200, origin[1])
    assert api.send_to_http_api("OPTIONS", "/x", [("Origin", "https://elsewhere.example")]).status == 403


def test_an_upgrade_to_web_sockets_is_a_plain_request(api):
    headers = [("Connection", "Upgrade"), ("Upgrade", "websocket"), ("Sec-WebSocket-Version", "13")]
    response = api.send_to_http_api("GET", "/x", headers, authorizer=allowed({"x_user": "ada"}))
    assert received(response, "x-user") == ["ada"]
    assert received(response, "upgrade") == []


def test_context_values_may_be_of_any_type(api):
    response = api.send_to_http_api("GET", "/x", authorizer=allowed({"x_user": 7, "map": {"a": [1]}}))
    assert received(response, "x-user") == ["7"]
    assert json.dumps(response.json)
