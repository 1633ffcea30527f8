"""Serves a request to switch protocols as a plain request, as REST and HTTP APIs do.

The emulator's HTTP server would switch: its response to `Upgrade: h2c` is 101, and
`Upgrade: websocket` never reaches the API. AWS drops the header at the door and
serves the request. HTTP servers may ignore an upgrade they don't know (RFC 9110,
section 7.8), so the only upgrade known here is the one to WebSockets, in requests to a
WebSocket API.
"""

from __future__ import annotations

import h11
from hypercorn.protocol.h11 import H11Protocol

from . import web_sockets

EXTENDS = ()


def without_upgrade(request: h11.Request) -> h11.Request:
    """The same request without the headers that request another protocol, unless it opens a WebSocket of an API."""
    headers = {name.lower(): value.decode("latin-1") for name, value in request.headers}
    opens = headers.get(b"upgrade", "").strip().lower() == "websocket"
    if opens and web_sockets.is_addressed(headers.get(b"host", ""), request.target.decode("latin-1")):
        return request
    return h11.Request(
        method=request.method,
        target=request.target,
        headers=[(name, value) for name, value in request.headers.raw_items() if name.lower() != b"upgrade"],
        http_version=request.http_version,
    )


def install(app, apigw) -> None:
    check_protocol = H11Protocol._check_protocol
    create_stream = H11Protocol._create_stream

    async def _check_protocol(self, event):
        await check_protocol(self, without_upgrade(event))

    async def _create_stream(self, request):
        await create_stream(self, without_upgrade(request))

    H11Protocol._check_protocol = _check_protocol
    H11Protocol._create_stream = _create_stream
