"""The sample session service responds as Kratos does."""

from __future__ import annotations

import http.client

import pytest


def whoami(cloud, cookie=None):
    connection = http.client.HTTPConnection("127.0.0.1", cloud.sessions.port, timeout=5)
    connection.request("GET", "/sessions/whoami", headers={"Cookie": cookie} if cookie else {})
    response = connection.getresponse()
    return response.status, response.read()


def mode(cloud, value):
    connection = http.client.HTTPConnection("127.0.0.1", cloud.sessions.port, timeout=5)
    connection.request("PUT", "/_oathgate/mode", value)
    assert connection.getresponse().status == 200


@pytest.mark.parametrize("cookie", ["ory_session_slughere=ada-session", "a=b; ory_kratos_session=grace-session"])
def test_a_valid_session_is_a_200(cloud, cookie):
    status, body = whoami(cloud, cookie)
    assert status == 200
    assert b'"active": true' in body


@pytest.mark.parametrize(
    "cookie", [None, "ory_session_slughere=nobody", "ory_session_slughere=expired-session", "other=ada-session"]
)
def test_anything_else_is_a_401(cloud, cookie):
    status, body = whoami(cloud, cookie)
    assert status == 401
    assert b'"code": 401' in body


@pytest.mark.parametrize(
    ("misbehaviour", "status", "part"),
    [("error", 500, b"no database"), ("limit", 429, b"Too Many"), ("html", 200, b"<h1>"), ("garbage", 200, b"tru")],
)
def test_it_can_misbehave_and_recover(cloud, misbehaviour, status, part):
    mode(cloud, misbehaviour)
    try:
        received, body = whoami(cloud, "ory_session_slughere=ada-session")
    finally:
        mode(cloud, "normal")
    assert received == status
    assert part in body
    assert whoami(cloud, "ory_session_slughere=ada-session")[0] == 200
