"""A stage with a WebSocket API: which clients may connect, and what the backend receives of each event."""

from __future__ import annotations

import base64
from collections.abc import Iterable

import pytest

from local.cloud.web_socket_client import Refused, WebSocket
from local.demo_requests import ADA, SESSION

from ..seen import users, values, verified_claims


def connect(gate, headers: Iterable[tuple[str, str]], query: str = "") -> WebSocket:
    return WebSocket(gate.cloud.port, gate.api_id, f"/{gate.stage}{query}", headers)


def test_every_event_has_the_identity_that_was_vouched_for_when_the_client_connected(web_socket_gate):
    with connect(web_socket_gate, [SESSION]) as connection:
        connection.send("hello")
        # A message can't name another route, nor set another user.
        connection.send('{"action": "$disconnect", "headers": {"X-User": "admin"}}')
        web_socket_gate.cloud.await_backend_requests(3)
    events = web_socket_gate.cloud.await_backend_requests(4)
    kinds = [values(event, "Oathgate-Event") for event in events]
    assert kinds == [["CONNECT"], ["MESSAGE"], ["MESSAGE"], ["DISCONNECT"]]
    assert len({values(event, "Oathgate-Connection-Id")[0] for event in events}) == 1
    keys = web_socket_gate.public_keys()
    for event in events:
        assert event["method"] == "POST"
        assert users(event) == [ADA]
        assert verified_claims(event, keys)["sub"] == ADA
    assert base64.b64decode(events[1]["body_base64"]) == b"hello"


@pytest.mark.parametrize(
    ("headers", "status"),
    [([], 401), ([("Cookie", "ory_kratos_session=nobody")], 401), ([("Authorization", "Bearer forged")], 401)],
    ids=["nothing", "an unknown session", "a forged token"],
)
def test_a_client_without_a_session_does_not_connect(web_socket_gate, headers, status):
    with pytest.raises(Refused) as refusal:
        connect(web_socket_gate, headers)
    assert refusal.value.response.status == status
    assert web_socket_gate.cloud.backend_requests() == []


@pytest.mark.parametrize(
    "name",
    [
        "X-User",
        "x-user",
        "X-USER",
        "X_User",
        "Oathgate-Connection-Id",
        "oathgate-event",
        "OATHGATE_EVENT",
    ],
)
def test_a_forged_header_does_not_connect_in_any_spelling(web_socket_gate, name):
    with pytest.raises(Refused) as refusal:
        connect(web_socket_gate, [SESSION, (name, "admin")])
    assert refusal.value.response.status == 403
    assert web_socket_gate.cloud.backend_requests() == []


def test_a_token_of_the_client_s_own_is_replaced(web_socket_gate):
    with connect(web_socket_gate, [SESSION, ("Authorization", "Bearer forged")]):
        web_socket_gate.cloud.await_backend_requests(1)
    for event in web_socket_gate.cloud.await_backend_requests(2):
        assert verified_claims(event, web_socket_gate.public_keys())["sub"] == ADA


def test_no_client_connects_when_the_session_service_fails(web_socket_gate):
    web_socket_gate.cloud.set_session_service("error")
    try:
        with pytest.raises(Refused) as refusal:
            connect(web_socket_gate, [SESSION])
        assert refusal.value.response.status in (401, 500)
    finally:
        web_socket_gate.cloud.set_session_service("normal")


def test_the_stack_s_output_leads_to_the_api(web_socket_gate):
    expected = f"ws://127.0.0.1:{web_socket_gate.cloud.port}/_aws/execute-api/{web_socket_gate.api_id}/websocket"
    assert web_socket_gate.output_url == expected
