"""What the sample services share: the raw request line, JSON responses, the launcher's health check."""

from __future__ import annotations

import json
import os
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Handler(BaseHTTPRequestHandler):
    """An HTTP/1.1 handler that sees the request line as it came."""

    protocol_version = "HTTP/1.1"
    service = ""

    def log_message(self, format, *args):
        """Quiet: requests carry cookies and tokens, and these belong in no log."""

    @property
    def target(self) -> str:
        """Path and query exactly as sent; `self.path` has leading slashes merged."""
        return self.requestline.split(" ")[1]

    def read_body(self) -> bytes:
        """The request's body."""
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def respond(self, status: int, content: bytes, headers: list[tuple[str, str]]) -> None:
        """Sends one response; a HEAD gets the length and no body."""
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def respond_json(self, status: int, value, headers: tuple[tuple[str, str], ...] = ()) -> None:
        """Sends a value as JSON."""
        content = json.dumps(value, ensure_ascii=False).encode()
        self.respond(status, content, [("Content-Type", "application/json; charset=utf-8"), *headers])

    def handle_any(self) -> None:
        """Every method but the control requests; the services override it."""
        raise NotImplementedError

    def control(self, name: str, body: bytes) -> bool:
        """A request below `/_oathgate/` other than `health`; False where there is no such control."""
        return False

    def _dispatch(self) -> None:
        path = self.target.partition("?")[0]
        if path == "/_oathgate/health":
            self.respond_json(200, {"service": self.service, "pid": os.getpid()})
        elif path.startswith("/_oathgate/"):
            if not self.control(path[len("/_oathgate/") :], self.read_body()):
                self.respond_json(404, {"error": "no such control"})
        else:
            self.handle_any()

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = _dispatch


class Server(ThreadingHTTPServer):
    """A threading server for many connections at once."""

    daemon_threads = True
    request_queue_size = 256

    def handle_error(self, request, client_address):
        """A client that closed its connection is not an error."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


def serve(handler: type[Handler]) -> None:
    """Serves on the port given as the first argument, until ended; the second is an address other than 127.0.0.1."""
    port, address = int(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else "127.0.0.1"
    Server((address, port), handler).serve_forever()
