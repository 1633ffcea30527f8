"""The emulator's process: `python -m local.cloud.server`, started by the launcher.

Checks the pins, installs the extensions and serves on 127.0.0.1. The port comes
as `GATEWAY_PORT`, which the emulator reads too.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys

from . import extensions, pinned

#: Identifies our emulator, with its extensions, and its process.
HEALTH = "/_oathgate/health"

#: Takes the mode of header mappings: see extensions/header_mappings.py.
MAPPINGS = "/_oathgate/mappings"


def with_control(app, port: int):
    """Responds to the launcher's own requests, and leaves the rest to the emulator."""

    async def wrapped(scope, receive, send):
        if scope["type"] != "http" or scope["path"] not in (HEALTH, MAPPINGS):
            await app(scope, receive, send)
            return
        status, document = 200, _health(port)
        if scope["path"] == MAPPINGS:
            mode = (await receive()).get("body", b"").decode(errors="replace")
            status, document = _set_mappings(mode)
        body = json.dumps(document).encode()
        headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    return wrapped


def _health(port: int) -> dict:
    names = [module.__name__.rpartition(".")[2] for module in extensions.ALL]
    return {"service": "cloud", "pid": os.getpid(), "port": port, "extensions": names}


def _set_mappings(mode: str) -> tuple[int, dict]:
    try:
        extensions.header_mappings.set_mode(mode)
    except ValueError as reason:
        return 400, {"error": str(reason)}
    return 200, {"mappings": mode}


def main() -> int:
    """Serves until it is stopped; 1 where the installed emulator is not the pinned one."""
    try:
        pinned.check(extensions.ALL)
    except pinned.EmulatorChanged as reason:
        print(reason, file=sys.stderr)
        return 1

    from hypercorn.asyncio import serve
    from hypercorn.config import Config
    from ministack import app as emulator
    from ministack.services import apigateway_v1

    extensions.install_all(emulator, apigateway_v1)
    extensions.header_mappings.set_mode(os.environ[extensions.header_mappings.VARIABLE])
    port = int(os.environ["GATEWAY_PORT"])
    config = Config()
    config.bind = [f"127.0.0.1:{port}"]
    config.keep_alive_timeout = 75
    config.h11_pass_raw_headers = True
    config.loglevel = "WARNING"
    remembered = extensions.web_sockets.remember_opening(extensions.raw_request.remember_raw_request(emulator.app))
    asyncio.run(serve(with_control(remembered, port), config))
    return 0


if __name__ == "__main__":
    sys.exit(main())
