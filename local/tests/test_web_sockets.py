"""WebSocket APIs on the local cloud: which clients may connect, and what the endpoint behind the routes receives."""

from __future__ import annotations

import base64
import time

import pytest

from local.cloud.web_socket_client import Refused


@pytest.fixture(autouse=True)
def fresh_backend(api):
    """Every test begins with a backend that has received no request, and ends when the last connection is known to be closed."""
    api.cloud.forget_backend_requests()
    yield
    opened = [request for request in api.cloud.backend_requests() if headers_of(request, "x-event") == ["CONNECT"]]
    closed: list[dict] = []
    while len(closed) < len(opened) - len(refused_by_the_endpoint(opened)):
        time.sleep(0.02)
        closed = [
            request for request in api.cloud.backend_requests() if headers_of(request, "x-event") == ["DISCONNECT"]
        ]


def refused_by_the_endpoint(opened: list[dict]) -> list[dict]:
    return [request for request in opened if headers_of(request, "x-echo-status")]


def headers_of(request: dict, name: str) -> list[str]:
    return [value for key, value in request["headers"] if key.lower() == name]


def test_the_event_has_the_client_s_headers_as_they_were_sent(api):
    with api.open_web_socket([("X-One", "a"), ("X-One", "b"), ("x-two", "c")], "/test?token=a&token=b"):
        event = api.event()
    assert event["methodArn"].endswith(f":{api.web_socket_api_id}/test/$connect")
    assert event["multiValueHeaders"]["X-One"] == ["a", "b"]
    assert (event["headers"]["X-One"], event["headers"]["x-two"]) == ("b", "c")
    assert "Upgrade" not in event["headers"]
    assert event["multiValueQueryStringParameters"] == {"token": ["a", "b"]}
    context = event["requestContext"]
    assert (context["eventType"], context["routeKey"], context["stage"]) == ("CONNECT", "$connect", "test")
    assert context["domainName"] == f"{api.web_socket_api_id}.execute-api.localhost"


@pytest.mark.parametrize(
    ("response", "status"),
    [
        ({"effect": "Deny"}, 403),
        ({"error": "Unauthorized"}, 401),
        ({"error": "anything"}, 500),
        ({"context": {"map": {}}}, 500),
        ({"context": {"large": "x" * 8_192}}, 500),
    ],
    ids=["denied", "unauthorized", "failed", "a map", "too large"],
)
def test_a_refused_client_gets_a_plain_response(api, response, status):
    with pytest.raises(Refused) as refusal:
        api.open_web_socket(authorizer=response)
    assert refusal.value.response.status == status
    assert api.cloud.backend_requests() == []


def test_the_endpoint_receives_every_event_with_the_authorizer_s_context(api):
    with api.open_web_socket([("X-Own", "mine")], authorizer={"context": {"x_user": "ada"}}) as connection:
        connection.send('{"action": "say", "text": "hello"}')
        api.cloud.await_backend_requests(2)
    opened, message, closed = api.cloud.await_backend_requests(3)
    ids = {headers_of(request, "x-connection")[0] for request in (opened, message, closed)}
    assert len(ids) == 1
    assert [headers_of(request, "x-user") for request in (opened, message, closed)] == [["ada"]] * 3
    events = [headers_of(request, "x-event") for request in (opened, message, closed)]
    assert events == [["CONNECT"], ["MESSAGE"], ["DISCONNECT"]]
    assert (message["method"], message["path"]) == ("POST", "/socket")
    assert base64.b64decode(message["body_base64"]) == b'{"action": "say", "text": "hello"}'
    # Frames have no headers: what the client sent with the first request goes with that alone.
    assert [headers_of(request, "x-own") for request in (opened, message, closed)] == [["mine"], [], []]


def test_a_mapping_without_a_value_leaves_the_client_s_header(api):
    with api.open_web_socket([("X-User", "admin")], authorizer={"context": {}}):
        (opened,) = api.cloud.await_backend_requests(1)
    assert headers_of(opened, "x-user") == ["admin"]


def test_the_endpoint_s_response_reaches_no_client_without_a_route_response(api):
    with api.open_web_socket() as connection:
        connection.send("one")
        api.cloud.await_backend_requests(2)
        connection._socket.settimeout(0.2)
        with pytest.raises(TimeoutError):
            connection.receive()


def test_an_endpoint_that_refuses_ends_the_connection(api):
    with pytest.raises(Refused):
        api.open_web_socket([("X-Echo-Status", "403")])


def test_a_stage_that_does_not_exist_opens_no_connection(api):
    with pytest.raises(Refused) as refusal:
        api.open_web_socket(target="/other")
    assert refusal.value.response.status == 403
