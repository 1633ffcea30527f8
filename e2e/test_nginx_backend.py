"""The nginx configurations of docs/backends.md accept what the page says, and nothing else."""

from __future__ import annotations

import contextlib
import http.client
import re
import secrets
import shutil
import ssl
import string
import subprocess
from pathlib import Path

import pytest

from local.cloud.processes import ROOT

from .gateways.programs import Program, free_port

pytestmark = pytest.mark.skipif(shutil.which("nginx") is None, reason="this machine has no nginx")

PAGE = (ROOT / "docs" / "backends.md").read_text(encoding="utf8")
CERTIFICATE, SECRET_HEADER = re.findall(r"```nginx\n(.*?)```", PAGE, re.DOTALL)

FRAME = """
daemon off;
pid nginx.pid;
error_log stderr;
events {{}}
http {{
  access_log off;
  client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fastcgi; uwsgi_temp_path uwsgi; scgi_temp_path scgi;
  {text}
}}
"""


@pytest.fixture
def serving(tmp_path):
    """Runs nginx with a text of the page, in a folder in place of /etc/nginx."""
    with contextlib.ExitStack() as stack:

        def serve(text: str, port: int) -> None:
            configuration = FRAME.format(text=text.replace("/etc/nginx", str(tmp_path)))
            (tmp_path / "nginx.conf").write_text(configuration, encoding="utf8")
            nginx = Program("nginx", port, tmp_path, ["nginx", "-p", f"{tmp_path}/", "-c", "nginx.conf"])
            stack.callback(nginx.stop)
            nginx.start()

        yield serve


def certificate(folder: Path, name: str) -> tuple[str, str]:
    """A self-signed certificate, as API Gateway's do, and its key."""
    pem, key = folder / f"{name}.pem", folder / f"{name}.key"
    subject = ["-subj", f"/CN={name}", "-addext", f"subjectAltName=DNS:{name}"]
    new = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"]
    subprocess.run([*new, *subject, "-keyout", key, "-out", pem], check=True, capture_output=True)
    return str(pem), str(key)


def status_over_tls(port: int, trusted: str, own: tuple[str, str] | None) -> int:
    context = ssl.create_default_context(cafile=trusted)
    context.check_hostname = False
    if own is not None:
        context.load_cert_chain(*own)
    connection = http.client.HTTPSConnection("127.0.0.1", port, context=context, timeout=10)
    connection.request("GET", "/")
    return connection.getresponse().status


def test_only_the_current_and_the_next_client_certificate_are_let_in(serving, tmp_path):
    server, _ = certificate(tmp_path, "orders")
    first, following, other = (certificate(tmp_path, name) for name in ("first", "following", "other"))
    (tmp_path / "gateway.pem").write_text(Path(first[0]).read_text() + Path(following[0]).read_text())
    port = free_port()
    text = CERTIFICATE.replace("listen 443 ssl;", f"listen 127.0.0.1:{port} ssl;\n  location / {{ return 204; }}")
    serving(text, port)
    assert [status_over_tls(port, server, own) for own in (first, following)] == [204, 204]
    # nginx responds 400 inside of a connection whose certificate is missing or unknown.
    assert [status_over_tls(port, server, own) for own in (None, other)] == [400, 400]


def test_only_the_values_that_count_are_let_in(serving, tmp_path):
    # As long as those that Secrets Manager makes.
    current, following = (
        "".join(secrets.choice(string.ascii_letters + string.digits) for _ in range(64)) for _ in "ab"
    )
    (tmp_path / "gate-secrets.conf").write_text(f'"{current}" 1;\n"{following}" 1;\n')
    port = free_port()
    text = SECRET_HEADER.replace("server {", f"server {{\n  listen 127.0.0.1:{port};\n  location / {{ return 204; }}")
    serving(text, port)
    statuses = []
    for value in (current, following, "other", current[:-1], f"{current}x", "", None):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        connection.request("GET", "/", headers={} if value is None else {"X-Gate-Secret": value})
        statuses.append(connection.getresponse().status)
    assert statuses == [204, 204, 403, 403, 403, 403, 403]
