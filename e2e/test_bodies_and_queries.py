"""A granted request arrives complete, and so does its response."""

from __future__ import annotations

import base64
from urllib.parse import parse_qsl

import pytest

from local.demo_requests import SESSION

BYTES = bytes(range(256)) * 64


@pytest.mark.parametrize(
    ("method", "path", "headers"),
    [
        ("POST", "/v1/public/upload", []),
        ("PUT", "/v1/account/7", [SESSION]),
        ("DELETE", "/v1/account/7", [SESSION]),
    ],
)
@pytest.mark.parametrize("media_type", ["application/octet-stream", "text/plain", "multipart/form-data; boundary=x"])
def test_a_body_arrives_byte_by_byte(gate, method, path, headers, media_type):
    response = gate.send(method, path, [*headers, ("Content-Type", media_type)], BYTES)
    assert response.status == 200
    (received,) = gate.cloud.backend_requests()
    assert received["method"] == method
    assert base64.b64decode(received["body_base64"]) == BYTES
    assert ["Content-Type", media_type] in received["headers"]


def test_a_binary_response_comes_back_byte_by_byte(gate):
    response = gate.send("POST", "/v1/public/x", [("Content-Type", "image/png"), ("X-Echo-Body", "yes")], BYTES)
    assert (response.status, response.body) == (200, BYTES)
    assert response.header("content-type") == "image/png"


def test_status_and_headers_of_the_backend_come_back(gate):
    response = gate.send("GET", "/v1/public/x", [("X-Echo-Status", "404")])
    assert response.status == 404
    assert response.all("set-cookie") == ["first=1; Path=/", "second=2; Path=/"]


def test_a_head_has_no_body(gate):
    response = gate.send("HEAD", "/v1/public/x")
    assert (response.status, response.body) == (200, b"")
    assert gate.cloud.backend_requests()[0]["method"] == "HEAD"


@pytest.mark.parametrize(
    "query", ["a=1", "a=1&a=2&b=", "path=%2Fv1%2Fclosed", "q=caf%C3%A9&r=a+b%26c", "x=/v1/account/7"]
)
def test_a_query_arrives_and_changes_no_decision(gate, query):
    assert gate.send("GET", f"/v1/public/x?{query}").status == 200
    received = gate.cloud.backend_requests()[0]["query"]
    assert parse_qsl(received, keep_blank_values=True) == parse_qsl(query, keep_blank_values=True)
    assert gate.send("GET", f"/v1/closed?{query}").status == 403


def test_other_headers_arrive_with_their_repeats(gate):
    assert (
        gate.send("GET", "/v1/public/x", [("X-Other", "1"), ("X-Other", "2"), ("Accept-Language", "de")]).status == 200
    )
    headers = gate.cloud.backend_requests()[0]["headers"]
    assert [value for name, value in headers if name == "X-Other"] == ["1", "2"]
    assert ["Accept-Language", "de"] in headers
