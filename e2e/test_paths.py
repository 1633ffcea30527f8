"""A path means one thing: what a guest gets through can't be read by a backend as something else."""

from __future__ import annotations

import posixpath
import re
from urllib.parse import unquote_to_bytes

import pytest

#: Attempts to reach the account of someone else by way of a route that is open to guests.
CROOKED = [
    "/v1/account/7/../../public/x",
    "/v1/closed/../public/x",
    "/internal/keys/../../v1/public/x",
    "/v1/public/../account/7",
    "/v1/public/./../account/7",
    "/v1/public//../account/7",
    "/v1/public/..//account/7",
    "/v1/public/%2e%2e/account/7",
    "/v1/public/%2E%2E/account/7",
    "/v1/public/.%2e/account/7",
    "/v1/public/..%2faccount/7",
    "/v1/public/..%2Faccount%2F7",
    "/v1/public/%2e%2e%2faccount%2f7",
    "/v1/public%2f..%2faccount/7",
    "/v1/public/..\\account\\7",
    "/v1/public/..%5caccount%5c7",
    "/v1/public/..;/account/7",
    "/v1/public/..;a=b/account/7",
    "/v1/public/%2e%2e;/account/7",
    "/v1/public/..%c0%afaccount/7",
    "/v1/public/%c0%ae%c0%ae/account/7",
    "/v1/public/x%00/../../account/7",
    "/health/../v1/account/7",
    "/health%2f..%2fv1%2faccount%2f7",
    "//v1/account/7",
    "/v1//account/7",
    "/v1/account/7/",
    "/v1/account/7//",
    "/v1/./account/7",
    "/v1/%61ccount/7",
    "/V1/account/7",
    "/v1/account/7%20",
    "/v1/account/7?x=/health",
    "/v1/account/7#/../../public/x",
]

#: Paths that a guest may request.
STRAIGHT = [
    "/v1/public/a",
    "/v1/public/a/b.c",
    "/v1/public/a%20b",
    "/v1/public/caf%C3%A9",
    "/v1/public/a+b,c:d@e!$'()=~",
    "/v1/public/$%7Baws:username%7D",
    "/v1/public/" + "long/" * 70 + "path",
]


def readings(path: str) -> set[str]:
    """Every way in which a backend could plausibly read a path that it receives."""
    raw = path.partition("?")[0].partition("#")[0].encode()
    once = unquote_to_bytes(raw)
    # Over-long forms of `.` and `/`, which lax decoders accept.
    lax = once.replace(b"\xc0\xae", b".").replace(b"\xc0\xaf", b"/")
    found = set()
    for reading in (raw, once, lax, once.partition(b"\0")[0]):
        text = reading.decode("utf-8", "replace")
        for slashes in (text, text.replace("\\", "/")):
            for parameters in (slashes, re.sub(r";[^/]*", "", slashes)):
                found.add(posixpath.normpath("/" + parameters.lstrip("/")))
    return found


def for_guests(path: str) -> bool:
    """Whether a guest may have this, by the demo's rules."""
    return path == "/health" or path.startswith("/v1/public/")


@pytest.mark.parametrize("path", CROOKED)
def test_a_guest_never_gets_through_to_what_some_backend_reads_as_an_account(gate, path):
    response = gate.send("GET", path)
    received = gate.cloud.backend_requests()
    if response.status != 200:
        assert response.status in (400, 401, 403)
        assert received == []
        return
    wrong = [reading for reading in readings(received[0]["path"]) if not for_guests(reading)]
    assert wrong == []


@pytest.mark.parametrize("path", STRAIGHT)
def test_an_ordinary_path_arrives_as_it_was_sent(gate, path):
    response = gate.send("GET", path)
    assert response.status == 200, response.body
    assert gate.cloud.backend_requests()[0]["path"] == path


@pytest.mark.parametrize("path", ["/v1/public/*", "/v1/public/a*b", "/v1/public/${aws:username}"])
def test_what_iam_could_take_for_a_wildcard_is_refused_or_arrives_as_it_was_sent(gate, path):
    assert gate.send("GET", path).status in (200, 403)
    assert [received["path"] for received in gate.cloud.backend_requests()] in ([], [path])


def test_a_very_long_path_is_allowed_or_refused_but_does_not_break_the_gate(gate):
    assert gate.send("GET", "/v1/public/" + "x" * 1200).status in (200, 403)


@pytest.mark.parametrize(
    "path",
    [
        "/app/../v1/public/x",
        "/app/x/../../v1/public/x",
        "/settings//../../v1/public/x",
        "/v1/account/7/../../public/x",
        "/v1/closed/../public/x",
        "/internal/keys/../../v1/public/x",
    ],
)
def test_a_path_that_is_public_once_it_is_cleaned_and_something_else_as_it_is_written_is_refused(gate, path):
    response = gate.send("GET", path)
    assert (response.status, response.json["error"]["code"]) == (403, 400)
    assert gate.cloud.backend_requests() == []
