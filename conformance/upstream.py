"""The services of a suite in one server: it responds as the case says, and keeps the requests that it received."""

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from .suite import pairs

# Headers that an HTTP client adds by itself are not part of a decision.
TRANSPORT = {
    "accept",
    "accept-encoding",
    "b3",
    "connection",
    "content-length",
    "host",
    "traceparent",
    "tracestate",
    "transfer-encoding",
    "uber-trace-id",
    "user-agent",
    "x-b3-sampled",
    "x-b3-spanid",
    "x-b3-traceid",
}
METHODS = ("GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "QUERY")


class Upstream(ThreadingHTTPServer):
    daemon_threads = True
    allow_reuse_address = True

    def __init__(self):
        self.lock = threading.Lock()
        self.stubs, self.calls, self.used = [], [], {}
        super().__init__(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()

    def load(self, stubs):
        """Forgets the case before, and responds from now on by these stubs: the first that fits, else 404."""
        with self.lock:
            self.calls.clear()
            self.used.clear()
            self.stubs = stubs

    def choose(self, request, path, body):
        with self.lock:
            for index, stub in enumerate(self.stubs):
                if fits(stub, request, path, body) and self.used.get(index, 0) < stub.get("times", 1 << 30):
                    self.used[index] = self.used.get(index, 0) + 1
                    return stub
        return {"status": 404, "body": {"error": "no stub"}}


def fits(stub, request, path, body):
    if stub["path"] not in ("*", path) or stub.get("method", request.command) != request.command:
        return False
    for name, part in stub.get("when", {}).items():
        text = body.decode("utf8", "replace") if name == "$body" else ", ".join(request.headers.get_all(name) or [])
        if part not in text:
            return False
    return True


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1

    def log_message(self, *_):
        pass

    def read_body(self):
        if (self.headers.get("Transfer-Encoding") or "").lower() != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))
        body = b""
        while size := int(self.rfile.readline().split(b";")[0], 16):
            body += self.rfile.read(size + 2)[:size]
        self.rfile.readline()
        return body

    def respond(self):
        body = self.read_body()
        call = seen(self, body)
        with self.server.lock:
            self.server.calls.append(call)
        stub = self.server.choose(self, self.path.split("?")[0], body)
        if stub.get("drop"):
            self.close_connection = True
            return
        time.sleep(stub.get("delay_ms", 0) / 1000)
        if stub.get("echo"):
            stub = {**stub, "body": echoed(body, stub.get("body", {}))}
        try:
            self.write(stub)
        except OSError:
            pass  # the gate has given up waiting

    def write(self, stub):
        content = stub.get("body", "")
        text = isinstance(content, str)
        payload = content.encode() if text else json.dumps(content).encode()
        headers = pairs(stub.get("headers"))
        if not any(name.lower() == "content-type" for name, _ in headers):
            headers.append(("Content-Type", "text/plain" if text else "application/json"))
        self.send_response(stub.get("status", 200))
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(payload)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(payload)


def echoed(body, more):
    """The JSON object that was sent, with more members: a service that adds to a session."""
    try:
        sent = json.loads(body)
    except ValueError:
        return more
    return {**sent, **more} if isinstance(sent, dict) else more


for method in METHODS:
    setattr(Handler, f"do_{method}", Handler.respond)


def seen(request, body):
    """A request that was received, without what the transport adds."""
    headers = {}
    for name, value in request.headers.items():
        name = name.lower()
        if name not in TRANSPORT:
            headers[name] = f"{headers[name]}, {value}" if name in headers else value
    try:
        content = json.loads(body) if body else None
    except ValueError:
        content = body.decode("utf8", "replace")
    if isinstance(content, dict) and isinstance(content.get("context"), dict) and "requestedAt" in content["context"]:
        content["context"]["requestedAt"] = bool(content["context"]["requestedAt"])
    return {
        "method": request.command,
        "path": request.path,
        "headers": dict(sorted(headers.items())),
        "body": content,
    }
