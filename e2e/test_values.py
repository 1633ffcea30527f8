"""A value from a session reaches the backend unchanged as one header's value, or the request is refused."""

from __future__ import annotations

import socket

import pytest

from local.demo_requests import ADA, SESSION

from .second_stage import cookie, session
from .seen import folded, users

#: The bytes that the API accepts for all vouched headers together.
MOST_BYTES = 10_240

#: An identity of a session, and what the backend reads; nothing where the request must be refused.
VALUES = [
    pytest.param("ada", "ada", id="ordinary"),
    pytest.param("ada\r\nX-Admin: yes", None, id="line-break"),
    pytest.param("ada\nX-Admin: yes", None, id="line-feed"),
    pytest.param("ada\r\n\r\nGET /admin HTTP/1.1", None, id="another-request"),
    pytest.param("\r\n", None, id="line-break-alone"),
    pytest.param(" \t ", None, id="blanks"),
    pytest.param("ada\n", None, id="line-break-behind"),
    pytest.param(" ada", None, id="blank-before"),
    pytest.param("", "none", id="empty"),
    pytest.param("a\tb", "a\tb", id="tab-inside"),
    pytest.param("a\0b", None, id="nul"),
    pytest.param("a\x01", None, id="control-character"),
    pytest.param("a\x7f", None, id="delete"),
    pytest.param("a\x85X-Admin: yes", None, id="next-line"),
    pytest.param("none", None, id="placeholder"),
    pytest.param(" none ", None, id="placeholder-with-blanks"),
    pytest.param("x" * 8_000, "x" * 8_000, id="large"),
    pytest.param("x" * MOST_BYTES, None, id="too-large"),
    pytest.param("ü" * (MOST_BYTES // 2), None, id="too-large-in-bytes"),
]


def received_by_backend(gate, path, headers):
    """What reached the backend; nothing where the request was refused, with a 403 in the body."""
    response = gate.send("GET", path, headers)
    received = gate.cloud.backend_requests()
    if response.status == 200:
        return received[0]
    assert received == []
    # On this stage every refusal for good is a 302.
    assert (response.status, response.header("location")) == (302, None)
    assert response.json["error"] == {"code": 403, "status": "Forbidden", "message": "The request cannot be handed on"}
    return None


@pytest.mark.parametrize(("identity", "expected"), VALUES)
def test_a_subject_is_one_value_or_none(second, identity, expected):
    token = f"odd-{abs(hash(identity))}"
    second.cloud.add_sessions({token: session(identity)})
    received = received_by_backend(second, "/user/a", [cookie(token), ("X-User", "admin")])
    if expected is None:
        assert received is None
        return
    assert users(received) == [expected]
    names = [folded(name) for name, _ in received["headers"]]
    assert "X_ADMIN" not in names


def test_values_count_together(second):
    # The client's own headers count too.
    half = MOST_BYTES // 2
    second.cloud.add_sessions(
        {"two-halves": session("x" * half, "y" * half), "less": session("x" * (half - 1000), "y" * (half - 1000))}
    )
    assert received_by_backend(second, "/mail/a", [cookie("two-halves")]) is None
    own = ("X-Large", "z" * 4_000)
    assert received_by_backend(second, "/mail/a", [cookie("less"), own]) is None
    received = received_by_backend(second, "/mail/a", [cookie("less")])
    assert users(received) == ["x" * (half - 1000)]


def test_a_rule_that_sets_nothing_gives_every_header_the_placeholder(second):
    forged = [("X-User", "admin"), ("x-mail", "admin@example.test"), ("X-MAIL", "root@example.test")]
    assert second.send("GET", "/open/a", forged).status == 200
    (received,) = second.cloud.backend_requests()
    found = [(folded(name), value) for name, value in received["headers"] if folded(name) in ("X_USER", "X_MAIL")]
    assert sorted(found) == [("X_MAIL", "none"), ("X_USER", "none")]


def test_a_header_that_the_stage_leaves_to_clients_is_theirs_where_no_rule_sets_it(second):
    own = [("X-Note", "mine"), ("x-user", "admin")]
    for path in ("/open/a", "/note/a"):
        assert second.send("GET", path, own).status == 200
    seen = [dict(received["headers"]) for received in second.cloud.backend_requests()]
    notes = [[value for name, value in headers.items() if folded(name) == "X_NOTE"] for headers in seen]
    assert notes == [["mine"], ["from the gate"]]
    assert [users(received) for received in second.cloud.backend_requests()] == [["none"], ["none"]]


@pytest.mark.parametrize(
    "line",
    [
        b"X-User : admin",
        b" X-User: admin",
        b"X-User\t: admin",
        b"X-User\0: admin",
        b"X-User\x0b: admin",
        b"X-User: a\x01dmin",
        b"X-User: a\0dmin",
        b"X-User: a\rX-User: admin",
        b"X-Other: a\r\n X-User: admin",
        b"X-User:\r\n\tadmin",
        b"\xc3\x9c-User: admin",
        b"X\xe2\x80\x91User: admin",
        b"X.User: admin",
        b"X User: admin",
    ],
    ids=repr,
)
def test_a_name_or_value_that_http_forbids_brings_nothing_in(gate, line):
    host = f"{gate.api_id}.execute-api.localhost".encode()
    lines = [
        f"GET /{gate.stage}/v1/account/7 HTTP/1.1".encode(),
        b"Host: " + host,
        b": ".join(part.encode() for part in SESSION),
        line,
        b"Connection: close",
    ]
    with socket.create_connection(("127.0.0.1", gate.cloud.port), timeout=30) as connection:
        connection.sendall(b"\r\n".join(lines) + b"\r\n\r\n")
        response = b""
        while part := connection.recv(65_536):
            response += part
    status = int(response.split(b" ")[1])
    received = gate.cloud.backend_requests()
    if status == 200:
        assert users(received[0]) == [ADA]
    else:
        # A folded line makes the cookie before it another one.
        assert status in (400, 401, 403)
        assert received == []
