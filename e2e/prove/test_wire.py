"""The client of the suite sends what it is given, over HTTP/1.1 and over HTTP/2 with TLS."""

from __future__ import annotations

import asyncio
import ipaddress
import json
import socket
import threading
from datetime import datetime, timedelta, timezone

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from hypercorn.asyncio import serve
from hypercorn.config import Config

from .wire import Address, send


async def echo(scope, receive, send_event):
    """Responds with the request as the server read it."""
    if scope["type"] != "http":
        return
    body = b""
    while (event := await receive())["type"] == "http.request":
        body += event.get("body", b"")
        if not event.get("more_body"):
            break
    echoed = {
        "version": scope["http_version"],
        "method": scope["method"],
        "path": scope["raw_path"].decode(),
        "headers": [[name.decode(), value.decode()] for name, value in scope["headers"]],
        "body": body.decode(),
    }
    await send_event({"type": "http.response.start", "status": 207, "headers": [(b"x-echo", b"yes")]})
    await send_event({"type": "http.response.body", "body": json.dumps(echoed).encode()})


def certificate(folder) -> Config:
    """A server's configuration with a certificate for this machine."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(timezone.utc)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), True)
        .sign(key, hashes.SHA256())
    )
    (folder / "cert.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    config = Config()
    config.certfile, config.keyfile = str(folder / "cert.pem"), str(folder / "key.pem")
    return config


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tls")
    config = certificate(folder)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    config.bind = [f"127.0.0.1:{port}"]
    loop = asyncio.new_event_loop()
    stop = asyncio.Event()

    async def run():
        await serve(echo, config, shutdown_trigger=stop.wait)

    thread = threading.Thread(target=lambda: loop.run_until_complete(run()), daemon=True)
    thread.start()
    for _ in range(200):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                break
            threading.Event().wait(0.05)
    yield Address("127.0.0.1", port, True, "api.example.com", "/stage", config.certfile)
    loop.call_soon_threadsafe(stop.set)
    thread.join(10)


@pytest.mark.parametrize("version", ["http/1.1", "h2"])
def test_path_and_body_arrive_as_they_are_given(address, version):
    response = send(address, version, "POST", "/a/%2e%2e/b//c%2Fd?e=f", [("X-One", "1")], b"seven")
    echoed = response.json
    assert (response.status, response.header("x-echo")) == (207, "yes")
    assert echoed["version"] == {"http/1.1": "1.1", "h2": "2"}[version]
    assert (echoed["method"], echoed["path"], echoed["body"]) == ("POST", "/stage/a/%2e%2e/b//c%2Fd", "seven")


@pytest.mark.parametrize("version", ["http/1.1", "h2"])
def test_repeated_headers_stay_apart(address, version):
    echoed = send(address, version, "GET", "/", [("x-user", "a"), ("x-user", "b")]).json
    assert [value for name, value in echoed["headers"] if name == "x-user"] == ["a", "b"]


def test_http2_has_names_in_lower_case(address):
    echoed = send(address, "h2", "GET", "/", [("X-User", "a")]).json
    assert ["x-user", "a"] in echoed["headers"]


def test_a_certificate_that_is_not_trusted_is_refused(address):
    strange = Address(address.host, address.port, True, address.authority)
    with pytest.raises(OSError, match="certificate"):
        send(strange, "h2", "GET", "/", [])
