"""One HTTP/1.1 request, byte for byte as given: client libraries refuse or repair what attackers send."""

import http.client
import socket

SECONDS = 20


def send(port, method, target, headers, body=b""):
    """The response's status, its headers as pairs, and its body. Each character of a text is one byte."""
    lines = [f"{method} {target} HTTP/1.1", *(f"{name}: {value}" for name, value in headers)]
    with socket.create_connection(("127.0.0.1", port), SECONDS) as connection:
        connection.sendall("\r\n".join([*lines, "", ""]).encode("latin-1") + body)
        response = http.client.HTTPResponse(connection, method=method)
        response.begin()
        content = response.read()
        return response.status, response.getheaders(), content
