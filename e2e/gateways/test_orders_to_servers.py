"""No header of a client's becomes an order to the gateway, neither by the gate's response nor by the backend's."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from e2e.seen import folded, users
from local.demo_requests import SESSION

from .programs import HOST, get

#: Headers of a response that some server in front obeys; the second part is those that control nginx.
ORDERS = [
    ("X-Accel-Redirect", "/account/7"),
    ("X-Accel-Redirect", "/_oathgate"),
    ("x-accel-redirect", "@refused"),
    ("X-Accel-Limit-Rate", "1"),
    ("X-Accel-Buffering", "no"),
    ("X-Accel-Expires", "3600"),
    ("X-Sendfile", "/etc/hostname"),
    ("X-Lighttpd-Send-File", "/etc/hostname"),
    ("X-Reproxy-URL", "http://127.0.0.1:1/"),
]

#: Headers that end with a connection.
OF_CONNECTION = [
    ("Connection", "close, X-Custom"),
    ("Keep-Alive", "timeout=1"),
    ("Proxy-Authenticate", "Basic"),
    ("Proxy-Connection", "keep-alive"),
    ("TE", "trailers"),
    ("Trailer", "X-User"),
    ("Upgrade", "h2c"),
    ("X-Custom", "named by Connection"),
]


class Echoing(BaseHTTPRequestHandler):
    """A careless gate: it grants every request, and its response has every header of the request."""

    def log_message(self, *_):
        pass

    def do_GET(self):
        self.send_response(200)
        for name, value in self.headers.items():
            if folded(name) not in ("CONTENT_LENGTH", "CONNECTION", "TRANSFER_ENCODING", "HOST"):
                self.send_header(name, value)
        # A client's may have been removed on the way here.
        for name, value in self.server.orders:
            self.send_header(name, value)
        self.send_header("Content-Length", "0")
        self.end_headers()


@pytest.fixture
def careless_gate(gateway):
    """Puts a careless gate in the place of the real one; orders in its response can be set."""
    gateway.site.oracle.stop()
    server = ThreadingHTTPServer(("127.0.0.1", gateway.site.oracle.port), Echoing)
    server.orders = []
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()
    gateway.site.oracle.start()


def is_the_backend_s_response(gateway, response, path):
    (received,) = gateway.received()
    assert (response.status, received["path"]) == (200, path)
    return received


@pytest.mark.parametrize("order", ORDERS, ids=str)
def test_an_order_of_a_client_s_is_not_obeyed(gateway, order):
    response = gateway.send("GET", "/health", [order, ("X-User", "admin")])
    assert users(is_the_backend_s_response(gateway, response, "/health")) in ([], [""])


@pytest.mark.parametrize("order", ORDERS, ids=str)
def test_no_order_is_obeyed_where_the_gate_repeats_it(gateway, careless_gate, order):
    careless_gate.orders = [order]
    response = gateway.send("GET", "/health", [order])
    is_the_backend_s_response(gateway, response, "/health")


@pytest.mark.parametrize("path", ["/health", "/account/7"])
def test_the_gate_repeats_no_order_and_nothing_of_the_connection(site, path):
    forwarded = [("X-Forwarded-Method", "GET"), ("X-Forwarded-Uri", path), ("X-Forwarded-Host", HOST)]
    sent = [*forwarded, SESSION, *ORDERS, *OF_CONNECTION, ("X-Other", "stays")]
    response = get(site.oracle.port, "GET", "/decisions", sent)
    assert response.status == 200
    orders = {folded(name) for name, _ in [*ORDERS, *OF_CONNECTION]}
    got = {folded(name) for name, _ in response.headers}
    # Only a server that closes the connection sends the header.
    assert got & orders <= {"CONNECTION"}
    assert ("X_OTHER" in got) == (path == "/health")
