"""What a gateway sends to the gate: everything about the request but its body."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from .programs import HOST, get


class Refusing(BaseHTTPRequestHandler):
    """Takes the place of the gate: keeps what it receives, and refuses every request."""

    def log_message(self, *_):
        pass

    def do_GET(self):
        self.server.received.append((self.path, {name.lower(): value for name, value in self.headers.items()}))
        self.send_response(401)
        self.send_header("Content-Length", "0")
        self.end_headers()


@pytest.fixture
def received(gateway):
    """The requests to a gate in the place of the real one."""
    gateway.site.oracle.stop()
    server = ThreadingHTTPServer(("127.0.0.1", gateway.site.oracle.port), Refusing)
    server.received = []
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.received
    server.shutdown()
    server.server_close()
    gateway.site.oracle.start()


def test_a_decision_request_has_method_scheme_host_path_and_query_as_they_were_sent(gateway, received):
    sent = [("Cookie", "a=1"), ("Authorization", "Bearer x"), ("Content-Type", "text/plain"), ("X-User", "admin")]
    response = get(gateway.port, "POST", "/a%2Fb/../c?token=x%20y&b", sent, b"body")
    assert response.status == 401
    ((target, headers),) = received
    assert target == "/decisions?token=x%20y&b"
    assert {name: value for name, value in headers.items() if name.startswith("x-")} == {
        "x-forwarded-for": "127.0.0.1",
        "x-forwarded-host": HOST,
        "x-forwarded-method": "POST",
        "x-forwarded-proto": "http",
        "x-forwarded-uri": "/a%2Fb/../c?token=x%20y&b",
    }
    assert headers["host"] == HOST
    assert headers["cookie"] == "a=1"
    assert headers["authorization"] == "Bearer x"
    assert "content-length" not in headers or headers["content-length"] == "0"
