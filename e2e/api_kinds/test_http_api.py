"""A stage with an HTTP API: what it grants, refuses, and passes to the backend."""

from __future__ import annotations

import pytest

from conformance import token
from local.demo_requests import ADA, SESSION

from ..seen import values
from ..test_paths import CROOKED, STRAIGHT, for_guests, readings
from .stages import TOKEN_HEADER

FORBIDDEN = (403, {"message": "Forbidden"})


def received(gate) -> dict:
    (request,) = gate.cloud.backend_requests()
    return request


def for_anybody(path: str) -> bool:
    return for_guests(path) or path == "/status"


def test_a_session_reaches_the_backend_as_user_and_signed_token(http_gate):
    assert http_gate.send("GET", "/v1/account/7?q=a%20b", [SESSION]).status == 200
    request = received(http_gate)
    assert (request["path"], request["query"]) == ("/v1/account/7", "q=a%20b")
    assert values(request, "X-User") == [ADA]
    (brought,) = values(request, TOKEN_HEADER)
    shown = token.show(brought, http_gate.public_keys())
    assert (shown["verified"], shown["claims"]["sub"]) == (True, ADA)
    assert values(request, "Authorization") == []


def test_where_a_rule_sets_nothing_the_backend_receives_the_placeholder(http_gate):
    for path in ("/status", "/"):
        http_gate.cloud.forget_backend_requests()
        assert http_gate.send("POST", path).status == 200
        request = received(http_gate)
        assert (request["method"], request["path"]) == ("POST", path)
        assert (values(request, "X-User"), values(request, TOKEN_HEADER)) == (["none"], ["none"])


def test_authorization_is_the_client_s_own_and_has_nothing_of_the_gate_s(http_gate):
    assert http_gate.send("GET", "/status", [("Authorization", "Bearer mine")]).status == 200
    request = received(http_gate)
    assert (values(request, "Authorization"), values(request, TOKEN_HEADER)) == (["Bearer mine"], ["none"])


@pytest.mark.parametrize(
    ("path", "status", "message"),
    [
        ("/v1/account/7", 401, "Unauthorized"),
        ("/v1/closed", 403, "Forbidden"),
        ("/of/no/rule", 403, "Forbidden"),
    ],
)
def test_every_refusal_is_api_gateway_s_own(http_gate, path, status, message):
    response = http_gate.send("GET", path)
    assert (response.status, response.json) == (status, {"message": message})
    assert http_gate.cloud.backend_requests() == []


def test_no_request_passes_when_the_session_service_fails(http_gate):
    http_gate.cloud.set_session_service("error")
    try:
        response = http_gate.send("GET", "/v1/account/7", [SESSION])
    finally:
        http_gate.cloud.set_session_service("normal")
    assert (response.status, response.json) in [
        (401, {"message": "Unauthorized"}),
        (500, {"message": "Internal Server Error"}),
    ]
    assert http_gate.cloud.backend_requests() == []


@pytest.mark.parametrize("name", ["X-User", "x-user", "X-USER", "X_User", "X-Token", "x-token", "x_token", "X.Token"])
@pytest.mark.parametrize(("path", "headers"), [("/status", []), ("/v1/account/7", [SESSION])], ids=["open", "session"])
def test_a_forged_header_is_refused_in_every_spelling(http_gate, name, path, headers):
    response = http_gate.send("GET", path, [*headers, (name, "admin")])
    assert (response.status, response.json) == FORBIDDEN
    assert http_gate.cloud.backend_requests() == []


#: Paths that this API could read differently than others, and those that only decoding makes ambiguous.
DECODED = ["/v1/public/a%252Fb", "/v1/public/100%25", "/v1/public/a%3Fb", "/v1/public/a%23b", "/v1/public/a%5Cb"]


@pytest.mark.parametrize("path", [*CROOKED, *DECODED, "/v1/public%2F..%2Fv1%2Faccount%2F7", "/%2e%2e/v1/account/7"])
def test_a_guest_never_gets_through_to_what_some_backend_reads_as_an_account(http_gate, path):
    response = http_gate.send("GET", path)
    if response.status != 200:
        assert response.status in (400, 401, 403, 404)
        assert http_gate.cloud.backend_requests() == []
        return
    assert [reading for reading in readings(received(http_gate)["path"]) if not for_anybody(reading)] == []


@pytest.mark.parametrize("path", DECODED)
def test_a_path_that_decoding_makes_ambiguous_is_refused(http_gate, path):
    response = http_gate.send("GET", path)
    assert (response.status, response.json) == FORBIDDEN
    assert http_gate.cloud.backend_requests() == []


@pytest.mark.parametrize("path", [path for path in STRAIGHT if "%7B" not in path])
def test_an_ordinary_path_arrives_as_it_was_sent(http_gate, path):
    assert http_gate.send("GET", path).status == 200
    assert received(http_gate)["path"] == path


def test_an_encoded_slash_is_a_slash_to_the_gate_and_to_the_backend(http_gate):
    assert http_gate.send("GET", "/v1%2Faccount/7").status == 401
    assert http_gate.send("GET", "/v1%2Fpublic/a").status == 200
    assert received(http_gate)["path"] == "/v1/public/a"


def test_a_page_of_another_origin_may_send_and_read(http_gate):
    origin = ("Origin", "https://app.example.test")
    preflight = http_gate.send("OPTIONS", "/v1/account/7", [origin, ("Access-Control-Request-Method", "GET")])
    assert (preflight.status, preflight.header("Access-Control-Allow-Origin")) == (204, origin[1])
    assert http_gate.cloud.backend_requests() == []
    response = http_gate.send("GET", "/v1/account/7", [SESSION, origin])
    assert (response.status, response.header("Access-Control-Allow-Origin")) == (200, origin[1])
    other = http_gate.send("OPTIONS", "/status", [("Origin", "https://elsewhere.test")])
    assert (other.status, other.header("Access-Control-Allow-Origin")) == (403, None)


def test_the_stack_s_output_leads_to_the_api(http_gate):
    assert http_gate.output_url.endswith(f"/{http_gate.api_id}/$default/")
