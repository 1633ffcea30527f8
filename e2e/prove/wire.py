"""Sends requests as they are given, over HTTP/1.1 or HTTP/2: nothing normalised, nothing added but the host.

Ordinary HTTP clients clean up paths, merge header names and refuse odd spellings; an attacker does not.
"""

from __future__ import annotations

import http.client
import socket
import ssl
from dataclasses import dataclass

import h2.config
import h2.connection
import h2.events

from local.cloud.gateway_client import Response, exchange

#: Seconds for one request.
TIMEOUT = 60

Headers = list[tuple[str, str]]


@dataclass(frozen=True)
class Address:
    """Where an API is served: a host to connect to, the name to call it by, and what stands before every path."""

    host: str
    port: int
    tls: bool
    authority: str
    before: str = ""
    #: trusted certificates, where they are not the system's
    roots: str | None = None


def send(address: Address, version: str, method: str, path: str, headers: Headers, body: bytes = b"") -> Response:
    """Sends one request over `http/1.1` or `h2`."""
    sending = {"http/1.1": _over_http1, "h2": _over_http2}[version]
    return sending(address, method, address.before + path, headers, body)


def _context(address: Address, version: str) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=address.roots)
    context.set_alpn_protocols([version])
    return context


def _over_http1(address: Address, method: str, path: str, headers: Headers, body: bytes) -> Response:
    if address.tls:
        connection = http.client.HTTPSConnection(
            address.host, address.port, timeout=TIMEOUT, context=_context(address, "http/1.1")
        )
    else:
        connection = http.client.HTTPConnection(address.host, address.port, timeout=TIMEOUT)
    return exchange(connection, method, path, address.authority, headers, body)


def _over_http2(address: Address, method: str, path: str, headers: Headers, body: bytes) -> Response:
    """One request on a connection of its own. HTTP/2 has header names in lower case: others are sent so."""
    config = h2.config.H2Configuration(
        client_side=True, header_encoding="utf-8", validate_outbound_headers=False, normalize_outbound_headers=False
    )
    connection = h2.connection.H2Connection(config=config)
    pseudo = [(":method", method), (":scheme", "https"), (":authority", address.authority), (":path", path)]
    with (
        socket.create_connection((address.host, address.port), TIMEOUT) as plain,
        _context(address, "h2").wrap_socket(plain, server_hostname=address.host) as stream,
    ):
        if stream.selected_alpn_protocol() != "h2":
            raise ConnectionError(f"{address.host} does not support HTTP/2")
        connection.initiate_connection()
        lower = [(name.lower(), value) for name, value in headers]
        connection.send_headers(1, [*pseudo, *lower], end_stream=not body)
        if body:
            connection.send_data(1, body, end_stream=True)
        stream.sendall(connection.data_to_send())
        return _response_of(connection, stream)


def _response_of(connection: h2.connection.H2Connection, stream: ssl.SSLSocket) -> Response:
    status, headers, body = 0, [], b""
    while data := stream.recv(65_536):
        for event in connection.receive_data(data):
            if isinstance(event, h2.events.ResponseReceived):
                status = int(dict(event.headers)[":status"])
                headers = [(name, value) for name, value in event.headers if not name.startswith(":")]
            elif isinstance(event, h2.events.DataReceived):
                body += event.data
                connection.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
            elif isinstance(event, h2.events.StreamEnded):
                return Response(status, tuple(headers), body)
            elif isinstance(event, h2.events.StreamReset | h2.events.ConnectionTerminated):
                raise ConnectionResetError(f"the server ended the stream with error code {event.error_code}")
        stream.sendall(connection.data_to_send())
    raise ConnectionResetError("the server closed the connection before its response")
