"""The configuration beside handlers: ports, time-outs, cross-origin requests, logs, traces."""

import base64
import datetime
import functools

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

ORIGINS = ("https://app.example.com", "https://*.example.com", "*", "http://localhost:3000")


def make(chance):
    """`serve`, `log`, `tracing`, …; the ports are filled in when the world is staged."""
    api = {
        "port": "${API_PORT}",
        **chance.options(
            host=(0.3, lambda: "127.0.0.1"),
            timeout=(0.2, lambda: timeout(chance)),
            cors=(0.25, lambda: cors(chance)),
            tls=(0.1, lambda: tls(chance)),
        ),
    }
    proxy = {
        "port": "${PROXY_PORT}",
        **chance.options(
            host=(0.3, lambda: "127.0.0.1"),
            timeout=(0.2, lambda: timeout(chance)),
            cors=(0.2, lambda: cors(chance)),
            tls=(0.2, lambda: tls(chance)),
            trust_forwarded_headers=(0.2, lambda: chance.maybe(0.5)),
        ),
    }
    prometheus = {
        "port": "${METRICS_PORT}",
        **chance.options(
            host=(0.3, lambda: "127.0.0.1"),
            metrics_path=(0.2, lambda: "/numbers"),
            metric_name_prefix=(0.2, lambda: "gate_"),
            hide_request_paths=(0.2, lambda: chance.maybe(0.5)),
            collapse_request_paths=(0.2, lambda: chance.maybe(0.5)),
        ),
    }
    return {
        "serve": {"api": api, "proxy": proxy, "prometheus": prometheus},
        "log": {
            "level": "debug",
            **chance.options(
                format=(0.5, lambda: chance.one("json", "text", "gelf")),
                leak_sensitive_values=(0.3, lambda: chance.maybe(0.3)),
                redaction_text=(0.2, lambda: "hidden"),
                additional_redacted_headers=(0.2, lambda: ["X-One"]),
            ),
        },
        **chance.options(
            tracing=(0.2, lambda: tracing(chance)),
            version=(0.2, lambda: "v0.40.6"),
            profiling=(0.08, lambda: chance.one("cpu", "mem", "")),
        ),
    }


def timeout(chance):
    return chance.options(read=(0.8, lambda: "30s"), write=(0.8, lambda: "60s"), idle=(0.8, lambda: "60s"))


def cors(chance):
    return chance.options(
        enabled=(1.0, lambda: chance.maybe(0.8)),
        allowed_origins=(0.7, lambda: chance.some(ORIGINS, 1, 3)),
        allowed_methods=(0.5, lambda: chance.some(("GET", "POST", "PUT", "DELETE", "PATCH", "HEAD"), 1)),
        allowed_headers=(0.5, lambda: chance.some(("Authorization", "Content-Type", "X-One", "*"), 1)),
        exposed_headers=(0.5, lambda: chance.some(("Content-Type", "X-User"), 1)),
        allow_credentials=(0.5, lambda: chance.maybe(0.6)),
        max_age=(0.5, lambda: chance.one(0, 600, -1)),
        debug=(0.5, lambda: chance.maybe(0.3)),
    )


def tracing(chance):
    """Spans go to a port where no program listens."""
    providers = chance.options(
        jaeger=(
            0.5,
            lambda: {
                "local_agent_address": "127.0.0.1:1",
                "sampling": {"server_url": "http://127.0.0.1:1/sampling", "trace_id_ratio": 0.5},
            },
        ),
        zipkin=(0.5, lambda: {"server_url": "http://127.0.0.1:1/api/v2/spans", "sampling": {"sampling_ratio": 0.5}}),
        otlp=(
            0.5,
            lambda: {
                "server_url": "127.0.0.1:1",
                "insecure": True,
                "authorization_header": "Bearer x",
                "sampling": {"sampling_ratio": 1},
            },
        ),
    )
    return {
        "service_name": "gate",
        "deployment_environment": "test",
        "providers": providers,
        **({"provider": next(iter(providers)).replace("otlp", "otel")} if providers else {}),
    }


def tls(chance):
    parts = dict(zip(("cert", "key"), certificate(), strict=True))
    if chance.maybe(0.5):
        return {part: {"base64": base64.b64encode(text).decode()} for part, text in parts.items()}
    return {part: {"path": f"${{FOLDER}}/server.{part}"} for part in parts}


@functools.cache
def certificate():
    """A certificate for the local host and its key, as PEM; the key is the same each time, so are the worlds."""
    key = ec.derive_private_key(0xC0FFEE, ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), 1)
        .not_valid_before(datetime.datetime(2020, 1, 1))
        .not_valid_after(datetime.datetime(2100, 1, 1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256(), ecdsa_deterministic=True)
    )
    pem = serialization.Encoding.PEM
    return made.public_bytes(pem), key.private_bytes(
        pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
