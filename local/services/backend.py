"""A sample backend: responds with the request that it received.

The response to any request is a JSON object: method, path and query as they came
over the wire, headers in order with their repeats, and the body in base64.

Headers of the request change the response:
  X-Echo-Status: 418     that status
  X-Echo-Body: yes       the request's body itself, with its content type

Controls:
  GET    /_oathgate/requests   what arrived so far, oldest first
  DELETE /_oathgate/requests   forgets it
"""

from __future__ import annotations

import base64
import threading
from collections import deque

from .http_service import Handler, serve


class Backend(Handler):
    """Responds with the request."""

    service = "backend"
    received: deque[dict] = deque(maxlen=1000)
    lock = threading.Lock()

    def handle_any(self) -> None:
        body = self.read_body()
        path, _, query = self.target.partition("?")
        seen = {
            "method": self.command,
            "path": path,
            "query": query,
            "headers": [[name, _text(value)] for name, value in self.headers.items()],
            "body_base64": base64.b64encode(body).decode(),
        }
        with self.lock:
            self.received.append(seen)
        status = int(self.headers.get("X-Echo-Status") or 200)
        extra = (("X-Backend", "sample"), ("Set-Cookie", "first=1; Path=/"), ("Set-Cookie", "second=2; Path=/"))
        if self.headers.get("X-Echo-Body"):
            content_type = self.headers.get("Content-Type") or "application/octet-stream"
            self.respond(status, body, [("Content-Type", content_type), *extra])
        else:
            self.respond_json(status, seen, extra)

    def control(self, name: str, body: bytes) -> bool:
        if name != "requests" or self.command not in ("GET", "DELETE"):
            return False
        with self.lock:
            if self.command == "DELETE":
                self.received.clear()
            self.respond_json(200, list(self.received))
        return True


def _text(value: str) -> str:
    """The header's bytes as UTF-8 where they are that; the library reads them as Latin-1."""
    return value.encode("latin-1", "surrogateescape").decode("utf-8", "replace")


if __name__ == "__main__":
    serve(Backend)
