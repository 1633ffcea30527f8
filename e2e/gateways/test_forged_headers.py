"""Nothing that the client writes reaches the backend as a header that the gate sets."""

from __future__ import annotations

import pytest

from e2e.seen import folded, users, verified_claims
from local.demo_requests import ADA, SESSION

FORGED = [
    [("X-User", "admin")],
    [("x-user", "admin")],
    [("X-USER", "admin"), ("x-User", "root")],
    [("X-User", "")],
    [("X-User", "admin, root")],
    [("X_User", "admin")],
    [("x_user", "admin"), ("X-User", "root")],
    [("X-User", "admin"), ("Connection", "X-User")],
]


@pytest.mark.parametrize("forged", FORGED, ids=str)
@pytest.mark.parametrize(
    ("path", "headers", "user"),
    [
        pytest.param("/health", [], [""], id="open"),
        pytest.param("/public/news", [], ["guest"], id="guest"),
        pytest.param("/account/7", [SESSION], [ADA], id="session"),
    ],
)
def test_a_forged_user_is_replaced_or_removed(gateway, path, headers, user, forged):
    assert gateway.send("GET", path, [*headers, *forged]).status == 200
    (received,) = gateway.received()
    assert (users(received) or [""]) == user


@pytest.mark.parametrize("named", ["Authorization", "authorization, X-User", "close, AUTHORIZATION"])
def test_a_forged_token_is_replaced(gateway, named):
    forged = [("Authorization", "Bearer forged"), ("Connection", named)]
    assert gateway.send("GET", "/account/7", [SESSION, *forged]).status == 200
    assert verified_claims(gateway.received()[0], gateway.keys())["sub"] == ADA


def test_two_forged_tokens_are_refused(gateway):
    forged = [("Authorization", "Bearer forged"), ("authorization", "Basic YWRtaW46")]
    assert gateway.send("GET", "/account/7", [SESSION, *forged]).status == 400
    assert gateway.received() == []


def test_a_client_with_a_token_is_not_a_guest(gateway):
    assert gateway.send("GET", "/public/news", [("Authorization", "Bearer x")]).status == 401
    assert gateway.received() == []


@pytest.mark.parametrize(
    "forwarded",
    [
        [("X-Forwarded-Uri", "/health")],
        [("X-Forwarded-Method", "HEAD"), ("X-Forwarded-Uri", "/public/x")],
        [("X-Forwarded-Host", "elsewhere.example"), ("X-Forwarded-Proto", "ftp")],
        [("x-forwarded-uri", "/health"), ("X-FORWARDED-URI", "/health")],
        [("X_Forwarded_Uri", "/health")],
        [("Connection", "X-Forwarded-Uri, X-Forwarded-Method"), ("X-Forwarded-Uri", "/health")],
    ],
    ids=str,
)
def test_forwarded_headers_do_not_change_what_is_decided(gateway, forwarded):
    assert gateway.send("GET", "/account/7", forwarded).status == 401
    assert gateway.send("GET", "/closed", forwarded).status == 403
    assert gateway.send("GET", "/nowhere", forwarded).status == 404
    assert gateway.received() == []


@pytest.mark.parametrize("header", ["X-Original-URL", "X-Rewrite-URL"])
def test_a_header_that_names_another_rule_s_path_is_refused(gateway, header):
    for path, named in [("/health", "/account/7"), ("/account/7", "/health")]:
        assert gateway.send("GET", path, [SESSION, (header, named)]).status == 400
    assert gateway.received() == []


@pytest.mark.parametrize("path", ["/_oathgate", "/decisions", "/decisions/health"])
def test_the_gate_itself_cannot_be_called_from_outside(gateway, path):
    assert gateway.send("GET", path, [("X-Forwarded-Uri", "/health")]).status == 404
    assert gateway.received() == []


def test_no_other_header_is_lost(gateway):
    sent = [("Cookie", "theme=dark"), ("Accept-Language", "eo"), ("X-Custom", "kept"), ("If-None-Match", '"x"')]
    assert gateway.send("GET", "/public/x", sent).status == 200
    (received,) = gateway.received()
    arrived = {(folded(name), value) for name, value in received["headers"]}
    assert {(folded(name), value) for name, value in sent} <= arrived
