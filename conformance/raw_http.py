"""One HTTP/1.1 request, byte for byte as it is given: clients' libraries refuse or repair what attackers send."""

import http.client
import socket

SECONDS = 20


def ask(port, method, target, headers, body=b""):
    """The answer's status, its headers as pairs, and its body. Each text stands for the bytes of the same numbers."""
    lines = [f"{method} {target} HTTP/1.1", *(f"{name}: {value}" for name, value in headers)]
    with socket.create_connection(("127.0.0.1", port), SECONDS) as connection:
        connection.sendall("\r\n".join([*lines, "", ""]).encode("latin-1") + body)
        response = http.client.HTTPResponse(connection, method=method)
        response.begin()
        content = response.read()
        return response.status, response.getheaders(), content
