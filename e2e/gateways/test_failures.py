"""When a part fails, nothing passes."""

from __future__ import annotations

import pytest

from local.demo_requests import SESSION

from .programs import get


@pytest.fixture
def session_service(gateway):
    """Sets how the session service behaves, and puts it back."""
    port = gateway.site.sessions.port
    yield lambda mode: get(port, "PUT", "/_oathgate/mode", [], mode.encode())
    get(port, "PUT", "/_oathgate/mode", [], b"normal")


@pytest.mark.parametrize("mode", ["error", "html", "garbage"])
def test_no_request_passes_when_the_session_service_fails(gateway, session_service, mode):
    session_service(mode)
    assert gateway.send("GET", "/account/7", [SESSION]).status in (401, 403)
    assert gateway.received() == []


def test_without_a_gate_nothing_passes(gateway):
    gateway.site.oracle.stop()
    try:
        for path in ("/health", "/public/x", "/account/7"):
            assert gateway.send("GET", path, [SESSION]).status in (500, 502, 503)
        assert gateway.received() == []
    finally:
        gateway.site.oracle.start()
    assert gateway.send("GET", "/health").status == 200
