"""A real browser, and the site that it opens: example.test.

`https://api.example.test` passes everything on to the deployed API, as a custom
domain does. `https://www.example.test/login` is the login page, and
`https://app.example.test` has pages that scripts run in. The browser finds all
of them at one port of this machine, behind a certificate made for the test.
"""

from __future__ import annotations

import contextlib
import datetime
import json
import shutil
import ssl
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from local.cloud.gateway_client import Response

#: Seconds until the browser must be done.
PATIENCE = 60

DOMAIN = "example.test"

#: Sends the API a request, with method, path, headers and body.
Send = Callable[[str, str, list[tuple[str, str]], bytes], Response]

_HOP_BY_HOP = frozenset(["host", "connection", "content-length", "transfer-encoding", "keep-alive", "accept-encoding"])


def program() -> str | None:
    """The browser of this machine."""
    return next(
        (found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), None
    )


class Site:
    """The site under example.test, while it is served."""

    def __init__(self, send: Send, pages: dict[str, str]):
        #: by address without scheme: the HTML that stands there
        self._pages = pages
        self._ask = send
        #: every address that was requested, in order, without scheme
        self.requested: list[str] = []
        #: what pages reported, in order
        self.reports: list[dict] = []
        self._changed = threading.Condition()

    def report_of(self, page: str) -> dict:
        """What the page of this name reported, once it has."""
        deadline = time.monotonic() + PATIENCE
        with self._changed:
            while True:
                found = next((report for report in self.reports if report["page"] == page), None)
                if found:
                    return found
                left = deadline - time.monotonic()
                assert left > 0, f"the page {page} reported nothing; the browser requested {self.requested}"
                self._changed.wait(left)

    def respond(self, handler: BaseHTTPRequestHandler) -> None:
        """Responds to one request of the browser."""
        host = handler.headers.get("Host", "").partition(":")[0]
        body = handler.rfile.read(int(handler.headers.get("Content-Length") or 0))
        with self._changed:
            self.requested.append(f"{handler.command} {host}{handler.path}")
            if handler.path == "/report" and handler.command == "POST":
                self.reports.append(json.loads(body))
                self._changed.notify_all()
        if host == f"api.{DOMAIN}":
            kept = [(name, value) for name, value in handler.headers.items() if name.lower() not in _HOP_BY_HOP]
            response = self._ask(handler.command, handler.path, kept, body)
            self._send(handler, response.status, list(response.headers), response.body)
            return
        html = self._pages.get(host + handler.path.partition("?")[0], "")
        self._send(handler, 200 if html else 404, [("Content-Type", "text/html; charset=utf-8")], html.encode())

    @staticmethod
    def _send(handler: BaseHTTPRequestHandler, status: int, headers: list[tuple[str, str]], content: bytes) -> None:
        handler.send_response_only(status)
        for name, value in headers:
            if name.lower() not in _HOP_BY_HOP:
                handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(content)))
        handler.end_headers()
        if handler.command != "HEAD":
            handler.wfile.write(content)

    @contextlib.contextmanager
    def served(self) -> Iterator[int]:
        """Serves the site, and returns its port."""

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, format, *args):
                """Quiet."""

            def handle_one_request(inner):
                with contextlib.suppress(ConnectionError, ssl.SSLError):
                    super().handle_one_request()

            def _any(inner):
                self.respond(inner)

            do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = do_OPTIONS = _any

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.daemon_threads = True
        server.socket = _certified().wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            server.server_close()


@contextlib.contextmanager
def opened(address: str, port: int, folder: Path) -> Iterator[None]:
    """A browser that opens an address of the site and stays there until this ends."""
    with _profile() as profile:
        process = subprocess.Popen(
            [*_command(port, profile), address],
            stdout=(folder / "browser.log").open("wb"),
            stderr=subprocess.STDOUT,
        )
        try:
            yield
        finally:
            process.terminate()
            process.wait(PATIENCE)


def screenshot(address: str, port: int, picture: Path) -> None:
    """Takes a screenshot of an address of the site."""
    with _profile() as profile:
        options = [f"--screenshot={picture}", "--window-size=900,500", "--virtual-time-budget=10000"]
        command = [*_command(port, profile), *options, address]
        subprocess.run(command, check=True, capture_output=True, timeout=PATIENCE)


@contextlib.contextmanager
def _profile() -> Iterator[Path]:
    """A folder that a browser keeps its own things in.

    The browser's helpers outlive it for a moment and still write there, which must fail no test.
    """
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        yield Path(folder)


def _command(port: int, profile: Path) -> list[str]:
    return [
        program() or "chromium",
        "--headless=new",
        # The browser runs what this test serves and nothing else, often as root in a container.
        "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--ignore-certificate-errors",
        f"--host-resolver-rules=MAP *.{DOMAIN} 127.0.0.1:{port}, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
        f"--user-data-dir={profile}",
    ]


def _certified() -> ssl.SSLContext:
    """A self-signed certificate, which the browser is configured to accept."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, DOMAIN)])
    now = datetime.datetime.now(datetime.timezone.utc)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(f"*.{DOMAIN}")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with tempfile.NamedTemporaryFile(suffix=".pem") as file:
        private = serialization.PrivateFormat.PKCS8
        file.write(key.private_bytes(serialization.Encoding.PEM, private, serialization.NoEncryption()))
        file.write(certificate.public_bytes(serialization.Encoding.PEM))
        file.flush()
        context.load_cert_chain(file.name)
    return context
