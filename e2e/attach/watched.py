"""A proxy to the emulator's control plane that records what is requested, and can refuse it as IAM does."""

from __future__ import annotations

import json
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Watch:
    """What was requested, as actions of IAM and resources; and the write that is refused, if one is."""

    endpoint: str = ""
    requested: list[tuple[str, str]] = field(default_factory=list)
    refuse_write: int | None = None

    def writes(self) -> list[tuple[str, str]]:
        """The requests that change something."""
        reading = ("apigateway:GET", "ssm:Get")
        return [requested for requested in self.requested if not requested[0].startswith(reading)]

    def refuses(self) -> bool:
        """Whether the last recorded request is the one to refuse."""
        writes = self.writes()
        return self.refuse_write == len(writes) - 1 and bool(writes) and writes[-1] == self.requested[-1]


@contextmanager
def watched(endpoint: str) -> Iterator[Watch]:
    """The proxy, for as long as it is needed."""
    watch = Watch()

    class Door(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_any(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            target = self.headers.get("X-Amz-Target")
            if target is None:
                requested = f"apigateway:{self.command}", self.path.partition("?")[0]
            else:
                question = json.loads(body)
                names = question.get("Names") or [question.get("Name") or question["Path"]]
                requested = f"ssm:{target.partition('.')[2]}", names[0]
            watch.requested.append(requested)
            if watch.refuses():
                document = {
                    "__type": "AccessDeniedException",
                    "message": f"User: somebody is not authorized to perform: {requested[0]}",
                }
                self.respond(403, {"x-amzn-ErrorType": "AccessDeniedException"}, json.dumps(document).encode())
                return
            request = urllib.request.Request(
                endpoint + self.path, body or None, dict(self.headers), method=self.command
            )
            try:
                with urllib.request.urlopen(request, timeout=30) as response:
                    self.respond(response.status, dict(response.headers), response.read())
            except urllib.error.HTTPError as refused:
                self.respond(refused.code, dict(refused.headers), refused.read())

        def respond(self, status: int, headers: dict[str, str], body: bytes) -> None:
            self.send_response(status)
            for name, value in headers.items():
                if name.lower() not in ("content-length", "transfer-encoding", "connection", "date", "server"):
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = handle_any

        def log_message(self, *_arguments) -> None:
            """Records the request in the watch."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    watch.endpoint = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield watch
    finally:
        server.shutdown()
        server.server_close()
