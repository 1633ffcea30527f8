"""The path that the gate decided about is the path that the backend receives."""

from __future__ import annotations

import pytest

from e2e.test_paths import readings
from local.demo_requests import SESSION


@pytest.mark.parametrize(
    "path",
    [
        "/public/a",
        "/public/a//b",
        "/public/a%20b+c",
        "/public/%41%7e",
        "/public/caf%C3%A9",
        "/public/a:b@c,d;e=f!$'()*~",
        "/public/a/b/",
        "/public/" + "long/" * 200,
    ],
)
@pytest.mark.parametrize("query", ["", "?page=2", "?a=%2F%20&a=+b&c", "?next=/x?y=1&z"])
def test_path_and_query_arrive_as_they_were_sent(gateway, path, query):
    assert gateway.send("GET", path + query).status == 200
    (received,) = gateway.received()
    assert received["path"] == path
    assert "?" * bool(query) + received["query"] == query


@pytest.mark.parametrize(
    "path",
    [
        "/account/7/../../public/x",
        "/closed/../public/x",
        "/internal/keys/../../public/x",
        "/public/../account/7",
        "/public/./../account/7",
        "/public//../account/7",
        "/public/..//account/7",
        "/public/%2e%2e/account/7",
        "/public/.%2E/account/7",
        "/public/..%2faccount/7",
        "/public/..%2Faccount%2F7",
        "/public%2f..%2faccount/7",
        "/public/x%2f%2e%2e%2f..%2faccount/7",
        "/health/../account/7",
        "//account/7",
        "/account//7",
        "/account/7?x=/health",
        "/account/7?/../../health",
        "/account/7#/../../health",
    ],
)
def test_a_guest_never_reaches_what_some_backend_reads_as_an_account(gateway, path):
    response = gateway.send("GET", path)
    if response.status != 200:
        assert response.status in (301, 308, 400, 401, 404)
        assert gateway.received() == []
        return
    received = gateway.received()[0]["path"]
    wrong = [reading for reading in readings(received) if reading != "/health" and not reading.startswith("/public/")]
    assert wrong == []


def test_an_account_with_its_session_is_reached_at_its_own_path(gateway):
    assert gateway.send("GET", "/account/7?full=1", [SESSION]).status == 200
    (received,) = gateway.received()
    assert (received["path"], received["query"]) == ("/account/7", "full=1")
