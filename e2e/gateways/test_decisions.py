"""Each outcome reaches the client and the backend as in Oathkeeper."""

from __future__ import annotations

import pytest

from e2e.seen import users, verified_claims, vouched
from local.demo_requests import ADA, SESSION

JSON_ERRORS = "application/json"


def test_an_open_route_is_open_and_the_backend_receives_no_identity(gateway):
    assert gateway.send("GET", "/health").status == 200
    (received,) = gateway.received()
    assert "".join(users(received)) == ""


def test_a_guest_is_named_in_a_signed_token(gateway):
    assert gateway.send("GET", "/public/news").status == 200
    (received,) = gateway.received()
    assert users(received) == ["guest"]
    assert verified_claims(received, gateway.keys())["sub"] == "guest"


def test_the_owner_of_a_session_is_named_in_a_signed_token(gateway):
    assert gateway.send("GET", "/account/7", [SESSION]).status == 200
    (received,) = gateway.received()
    assert users(received) == [ADA]
    claims = verified_claims(received, gateway.keys())
    assert claims["sub"] == ADA
    assert claims["session"]["identity"]["traits"]["email"] == "ada@example.com"


@pytest.mark.parametrize(
    ("method", "path", "headers", "status"),
    [
        pytest.param("GET", "/account/7", [], 401, id="no session"),
        pytest.param("GET", "/account/7", [("Cookie", "ory_kratos_session=stale")], 401, id="a session that has ended"),
        pytest.param("GET", "/closed", [], 403, id="denied"),
        pytest.param("GET", "/closed", [SESSION], 403, id="denied to the owner of a session too"),
        pytest.param("GET", "/nowhere", [SESSION], 404, id="no rule"),
        pytest.param("PATCH", "/account/7", [SESSION], 404, id="no rule for the method"),
        pytest.param("GET", "/public/%2e%2e/account/7", [], 400, id="an ambiguous path"),
    ],
)
def test_a_refusal_keeps_its_status_and_never_reaches_the_backend(gateway, method, path, headers, status):
    response = gateway.send(method, path, headers)
    assert response.status == status
    assert response.header("Content-Type").startswith(JSON_ERRORS)
    assert response.json["error"]["code"] == status
    assert gateway.received() == []


def test_a_page_without_a_session_redirects_the_browser_to_the_login_and_back(gateway):
    response = gateway.send("GET", "/app/settings?tab=1&x=a%2Fb")
    assert response.status == 302
    came_from = "http%3A%2F%2Fapi.example.test%2Fapp%2Fsettings%3Ftab%3D1%26x%3Da%252Fb"
    assert response.header("Location") == f"https://www.example.test/login?return_to={came_from}"
    assert gateway.received() == []


def test_a_body_reaches_the_backend_whole(gateway):
    body = bytes(range(256)) * 400
    response = gateway.send("POST", "/public/upload", [("Content-Type", "image/png"), ("X-Echo-Body", "yes")], body)
    assert response.status == 200
    assert response.body == body


def test_a_refused_body_goes_nowhere(gateway):
    assert gateway.send("PUT", "/account/7", [("Content-Type", "text/plain")], b"x" * 100_000).status == 401
    assert gateway.received() == []


@pytest.mark.parametrize("status", [401, 403, 404, 418, 500, 503])
def test_the_backend_s_own_responses_are_not_changed(gateway, status):
    response = gateway.send("GET", "/public/x", [("X-Echo-Status", str(status))])
    assert response.status == status
    assert response.header("X-Backend") == "sample"
    assert vouched(response.json)["X_USER"] == ["guest"]


def test_head_is_decided_like_get(gateway):
    response = gateway.send("HEAD", "/public/news")
    assert (response.status, response.body) == (200, b"")
    assert gateway.send("HEAD", "/app/settings").status == 404
