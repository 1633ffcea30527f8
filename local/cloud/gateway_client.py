"""Sends requests to a deployed API as a client on a socket would: nothing normalised, nothing added.

Ordinary HTTP clients clean up paths, merge header names and refuse odd
spellings; an attacker does not.
"""

from __future__ import annotations

import http.client
import json
from dataclasses import dataclass


@dataclass(frozen=True)
class Response:
    """What the client received."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def header(self, name: str) -> str | None:
        """The first value of a header, whatever the case of its name."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)

    def all(self, name: str) -> list[str]:
        """Every value of a header."""
        return [value for key, value in self.headers if key.lower() == name.lower()]

    @property
    def json(self):
        """The body as JSON."""
        return json.loads(self.body)


def send(
    port: int,
    api_id: str,
    stage: str | None,
    method: str,
    path: str,
    headers: list[tuple[str, str]] | None = None,
    body: bytes = b"",
    host: str | None = None,
    timeout: float = 60,
) -> Response:
    """Sends one request, byte for byte as given, to a stage of a deployed API.

    Without a stage the path is the whole path, as for a custom domain.
    """
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
    target = f"/{stage}{path}" if stage else path
    return exchange(connection, method, target, host or f"{api_id}.execute-api.localhost:{port}", headers or [], body)


def exchange(
    connection: http.client.HTTPConnection,
    method: str,
    target: str,
    host: str,
    headers: list[tuple[str, str]],
    body: bytes = b"",
) -> Response:
    """Sends one request, byte for byte as given, over a connection that is closed afterwards."""
    # http.client refuses paths with odd bytes; this is a client that sends them.
    connection._validate_path = lambda _url: None
    try:
        connection.putrequest(method, target, skip_host=True, skip_accept_encoding=True)
        connection.putheader("Host", host)
        for name, value in headers:
            connection.putheader(name, value.encode("utf-8"))
        if body:
            connection.putheader("Content-Length", str(len(body)))
        connection.endheaders(body or None)
        response = connection.getresponse()
        return Response(response.status, tuple(response.getheaders()), response.read())
    finally:
        connection.close()
