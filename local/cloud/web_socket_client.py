"""Opens WebSockets to a deployed API as a client on a socket would: headers byte for byte as given."""

from __future__ import annotations

import base64
import os
import socket
from collections.abc import Iterable

from wsproto.connection import Connection, ConnectionType
from wsproto.events import BytesMessage, CloseConnection, Ping, TextMessage

from .gateway_client import Response


class Refused(Exception):
    """The API did not open the connection."""

    def __init__(self, response: Response):
        super().__init__(f"refused with {response.status}")
        self.response = response


class WebSocket:
    """One open connection; closed at the end of its `with`."""

    def __init__(
        self,
        port: int,
        api_id: str,
        target: str,
        headers: Iterable[tuple[str, str]] = (),
        timeout: float = 30,
    ):
        """Opens `target` (`/<stage>?<query>`); `Refused` where the API does not."""
        self._socket = socket.create_connection(("127.0.0.1", port), timeout)
        try:
            self._open(f"{api_id}.execute-api.localhost:{port}", target, headers)
        except BaseException:
            self._socket.close()
            raise
        self._connection = Connection(ConnectionType.CLIENT)
        self._connection.receive_data(self._early)

    def _open(self, host: str, target: str, headers: Iterable[tuple[str, str]]) -> None:
        key = base64.b64encode(os.urandom(16)).decode()
        lines = [
            f"GET {target} HTTP/1.1",
            f"Host: {host}",
            "Connection: Upgrade",
            "Upgrade: websocket",
            f"Sec-WebSocket-Key: {key}",
            "Sec-WebSocket-Version: 13",
            *(f"{name}: {value}" for name, value in headers),
        ]
        self._socket.sendall("\r\n".join([*lines, "", ""]).encode())
        received = b""
        while b"\r\n\r\n" not in received:
            piece = self._socket.recv(65_536)
            if not piece:
                break
            received += piece
        head, _, self._early = received.partition(b"\r\n\r\n")
        status, *fields = head.decode("latin-1").split("\r\n")
        code = int(status.split(" ")[1]) if " " in status else 0
        if code != 101:
            headers = tuple((name, value.strip()) for name, _, value in (field.partition(":") for field in fields))
            raise Refused(Response(code, headers, self._early))

    def send(self, text: str) -> None:
        """Sends a message."""
        self._socket.sendall(self._connection.send(TextMessage(text)))

    def receive(self) -> str | None:
        """The next message; None where the API closes the connection."""
        text = ""
        while True:
            for event in self._connection.events():
                if isinstance(event, CloseConnection):
                    return None
                if isinstance(event, Ping):
                    self._socket.sendall(self._connection.send(event.response()))
                elif isinstance(event, TextMessage | BytesMessage):
                    text += event.data if isinstance(event.data, str) else event.data.decode()
                    if event.message_finished:
                        return text
            piece = self._socket.recv(65_536)
            self._connection.receive_data(piece or None)

    def __enter__(self) -> WebSocket:
        return self

    def __exit__(self, *_) -> None:
        try:
            self._socket.sendall(self._connection.send(CloseConnection(code=1000)))
        except OSError:
            pass
        finally:
            self._socket.close()
