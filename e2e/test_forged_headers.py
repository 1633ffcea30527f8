"""Nothing the client sends reaches the backend as a header that the gate vouches for.

Every test runs twice, because it is not known of AWS whether a mapping to `X-User` replaces a client's `x-user`.
"""

from __future__ import annotations

import pytest

from local.demo_requests import ADA, SESSION

from .seen import users, verified_claims, vouched

pytestmark = pytest.mark.usefixtures("mappings")

#: path, headers with which it is granted, and the user that the backend must receive
ROUTES = [
    pytest.param("/health", [], "none", id="open"),
    pytest.param("/v1/public/news", [], "guest", id="guest"),
    pytest.param("/v1/account/7", [SESSION], ADA, id="session"),
]

#: The same on the stage that replaces what clients forge.
REPLACING_ROUTES = [
    pytest.param("/open/a", [], "none", id="open"),
    pytest.param("/user/a", [SESSION], ADA, id="session"),
]

#: Forged headers: refused, or replaced by the gate's where the stage says so.
FORGED = [
    [("X-User", "admin")],
    [("x-user", "admin")],
    [("X-USER", "admin")],
    [("x-UsEr", "admin")],
    [("X-User", "admin"), ("X-User", "root")],
    [("x-user", "admin"), ("X-USER", "root"), ("X-User", "toor")],
    [("X-User", "")],
    [("X-User", "none")],
    [("X-User", "admin, root")],
]

FORGED_TOKENS = [("Authorization", "Bearer forged"), ("authorization", "Basic YWRtaW46")]

#: Forged headers that only some backends would take for the vouched ones: refused, or removed.
LOOKALIKES = [
    [("X_User", "admin")],
    [("x_user", "admin")],
    [("X_USER", "admin"), ("X-User", "root")],
]


@pytest.mark.parametrize("forged", FORGED, ids=str)
@pytest.mark.parametrize(("path", "headers", "user"), ROUTES)
def test_a_forged_header_is_refused_in_every_spelling(gate, path, headers, user, forged):
    response = gate.send("GET", path, [*headers, *forged])
    assert (response.status, response.json["error"]["code"]) == (403, 400)
    assert gate.cloud.backend_requests() == []
    assert gate.send("GET", path, headers).status == 200
    assert users(gate.cloud.backend_requests()[0]) == [user]


def spared(forged: list[tuple[str, str]], mapped: str, mappings: str) -> list[str]:
    """The forged values that mappings leave beside the gate's: those of another spelling, where they are case-sensitive."""
    return [value for name, value in forged if mappings == "case-sensitive" and name != mapped]


@pytest.mark.parametrize("forged", FORGED, ids=str)
@pytest.mark.parametrize(("path", "headers", "user"), REPLACING_ROUTES)
def test_a_stage_that_replaces_forged_headers_is_as_safe_as_the_mappings(second, path, headers, user, forged, mappings):
    assert second.send("GET", path, [*headers, *forged]).status == 200
    (received,) = second.cloud.backend_requests()
    assert users(received) == [*spared(forged, "X-User", mappings), user]


def test_a_forged_token_is_replaced_in_the_spelling_that_is_mapped(gate):
    forged = [("Authorization", "Bearer forged")]
    assert gate.send("GET", "/v1/account/7", [SESSION, *forged]).status == 200
    assert gate.send("GET", "/health", forged).status == 200
    account, health = gate.cloud.backend_requests()
    assert verified_claims(account, gate.public_keys())["sub"] == ADA
    assert vouched(health) == {"AUTHORIZATION": ["none"], "X_USER": ["none"]}


def test_a_forged_token_in_another_spelling_is_what_a_backend_has_to_verify(gate, mappings):
    forged = [("authorization", "Bearer forged")]
    assert gate.send("GET", "/health", forged).status == 200
    (health,) = gate.cloud.backend_requests()
    assert vouched(health)["AUTHORIZATION"] == [*spared(forged, "Authorization", mappings), "none"]


def test_a_client_with_a_token_is_not_a_guest(gate):
    # As in Oathkeeper: `anonymous` passes over every request with an Authorization header.
    assert gate.send("GET", "/v1/public/news", FORGED_TOKENS[:1]).status == 401
    assert gate.cloud.backend_requests() == []


@pytest.mark.parametrize("path", ["/health", "/v1/public/news", "/v1/account/7"])
@pytest.mark.parametrize(
    "tokens", [FORGED_TOKENS, FORGED_TOKENS[::-1], [FORGED_TOKENS[0], ("AUTHORIZATION", "")]], ids=str
)
def test_two_tokens_are_refused(gate, path, tokens):
    response = gate.send("GET", path, [SESSION, *tokens])
    assert (response.status, response.json["error"]["code"]) == (403, 400)
    assert gate.cloud.backend_requests() == []


@pytest.mark.parametrize("forged", LOOKALIKES, ids=str)
@pytest.mark.parametrize(("path", "headers", "user"), ROUTES)
def test_a_lookalike_never_arrives(gate, path, headers, user, forged):
    response = gate.send("GET", path, [*headers, *forged])
    received = gate.cloud.backend_requests()
    assert response.status != 200 or users(received[0]) == [user]
    assert response.status == 200 or received == []


@pytest.mark.parametrize(
    "forwarded",
    [
        [("X-Forwarded-Uri", "/health")],
        [("X-Forwarded-Method", "GET"), ("X-Forwarded-Host", "api.example.test"), ("X-Forwarded-Uri", "/v1/public/x")],
        [("X-HTTP-Method-Override", "GET")],
    ],
)
def test_forwarded_headers_do_not_change_what_is_decided(gate, forwarded):
    assert gate.send("GET", "/v1/account/7", forwarded).status == 401
    assert gate.send("GET", "/v1/closed", forwarded).status == 403
    assert gate.cloud.backend_requests() == []


@pytest.mark.parametrize("header", ["X-Original-URL", "X-Rewrite-URL"])
def test_a_header_that_names_another_rule_s_path_is_refused(gate, header):
    for path, named in [("/health", "/v1/account/7"), ("/v1/account/7", "/health")]:
        response = gate.send("GET", path, [SESSION, (header, named)])
        assert (response.status, response.json["error"]["code"]) == (403, 400)
    assert gate.cloud.backend_requests() == []


def test_a_session_cookie_on_its_own_line_counts(gate):
    assert gate.send("GET", "/v1/account/7", [("Cookie", "theme=dark"), SESSION]).status == 200
    assert users(gate.cloud.backend_requests()[0]) == [ADA]


@pytest.mark.parametrize("name", ["cookie", "COOKIE", "Cookie"])
def test_the_cookie_header_counts_in_any_case(gate, name):
    assert gate.send("GET", "/v1/account/7", [(name, SESSION[1])]).status == 200


def test_two_sessions_in_one_request_give_one_user(gate):
    cookies = [("Cookie", "ory_kratos_session=ada-session; ory_kratos_session=grace-session")]
    response = gate.send("GET", "/v1/account/7", cookies)
    for received in gate.cloud.backend_requests():
        assert response.status == 200
        assert users(received) == [verified_claims(received, gate.public_keys())["sub"]]
