"""The demo's requests are decided as the demo expects."""

from __future__ import annotations

import pytest

from local.demo_requests import REQUESTS
from local.demonstration import Seen, unexpected


@pytest.mark.parametrize("request_", REQUESTS, ids=lambda one: one.what)
def test_a_request_is_decided_as_expected(gate, request_):
    response = gate.send(request_.method, request_.path, list(request_.headers))
    received = gate.cloud.backend_requests()
    seen = Seen(received[0]["headers"], gate.public_keys()) if received else None
    assert unexpected(request_, response, seen) == []


def test_a_preflight_is_answered_without_the_backend(gate):
    response = gate.send(
        "OPTIONS", "/v1/account/7", [("Origin", "https://app.example.test"), ("Access-Control-Request-Method", "PUT")]
    )
    assert response.status == 204
    assert response.header("access-control-allow-origin") == "https://app.example.test"
    assert gate.cloud.backend_requests() == []


@pytest.mark.parametrize("path", ["/v1/account/7", "/v1/closed", "/v1/nowhere"])
def test_a_refusal_can_be_read_by_the_page_that_sent_the_request(gate, path):
    response = gate.send("GET", path, [("Origin", "https://app.example.test")])
    assert response.status in (401, 403)
    assert response.header("access-control-allow-origin") == "https://app.example.test"


@pytest.mark.parametrize("method", ["POST", "DELETE", "PATCH", "TRACE", "PROPFIND"])
def test_a_method_that_the_rule_does_not_name_is_refused(gate, method):
    assert gate.send(method, "/health").status == 403
    assert gate.cloud.backend_requests() == []
