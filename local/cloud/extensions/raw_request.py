"""Gives API Gateway's data plane the request as the client sent it.

The emulator hands on a percent-decoded path, lower-cased header names and
joined repeats. AWS gives the authorizer the path still encoded, the names in
the client's case and every repeat, and these are exactly where an authorizer
can be fooled. Hypercorn has all of it in the ASGI scope, so it is kept beside
the request, in a context variable, and put back where a REST API takes over.
"""

from __future__ import annotations

import contextvars
import re
import secrets
import time
import uuid
from dataclasses import dataclass, field
from urllib.parse import unquote

EXTENDS = (
    "app:app",
    "app:_parse_execute_api_url",
    "app:_handle_execute_api_request",
    "services.apigateway_v1:handle_execute",
    "services.apigateway_v1:_handle_execute_in_scope",
    "services.apigateway_v1:_execute_in_scope",
    "services.apigateway_v1:resolve_base_path_mapping",
)

#: Headers that never get past API Gateway's front door: neither the authorizer
#: nor the backend sees them.
DROPPED_AT_THE_DOOR = frozenset(
    [
        "connection",
        "content-length",
        "content-md5",
        "expect",
        "max-forwards",
        "proxy-authenticate",
        "server",
        "te",
        "transfer-encoding",
        "trailer",
        "upgrade",
        "www-authenticate",
    ]
)

#: Headers API Gateway sets itself, whatever the client sent under these names.
_SET_AT_THE_DOOR = frozenset(["host", "x-forwarded-for", "x-forwarded-port", "x-forwarded-proto", "x-amzn-trace-id"])

#: The emulator's own ways to address an API by path, both with four segments before the API's path.
_ADDRESSED_BY_PATH = re.compile(r"/_aws/execute-api/[^/]+/[^/]+|/restapis/[^/]+/[^/]+/_user_request_")


@dataclass
class RawRequest:
    """One request to the data plane, as it came over the wire, and what API Gateway made of it."""

    method: str
    path: str
    headers: list[tuple[str, str]]
    peer: str
    received: float = field(default_factory=time.time)
    request_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    trace_id: str = field(default_factory=lambda: f"Root=1-{int(time.time()):x}-{secrets.token_hex(12)}")
    api_id: str = ""
    stage: str = ""
    #: the path below the stage, percent-encoded: what methodArn and routing use
    api_path: str = "/"
    #: `path` of the event: the same, with a custom domain's base path before it
    event_path: str = "/"
    #: `requestContext.path`
    context_path: str = "/"
    #: the context of the authorizer's response, once there is one; also on a refusal
    authorizer: dict[str, str] | None = None

    def header(self, name: str) -> str | None:
        """The last value of a header, whatever the case of its name."""
        values = [value for key, value in self.headers if key.lower() == name.lower()]
        return values[-1] if values else None

    @property
    def domain_name(self) -> str:
        """The host of the client's request, or the API's own where it came by a path of the emulator."""
        host = (self.header("host") or "").rsplit(":", 1)[0]
        if (self.api_id and "." not in host) or host.replace(".", "").isdigit():
            return f"{self.api_id}.execute-api.localhost"
        return host


current: contextvars.ContextVar[RawRequest | None] = contextvars.ContextVar("oathgate_raw_request", default=None)


def _text(value: bytes) -> str:
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value.decode("latin-1")


def from_scope(scope, method: str) -> RawRequest:
    """The request that an ASGI scope holds."""
    return RawRequest(
        method=method,
        path=(scope.get("raw_path") or b"/").decode("latin-1"),
        headers=[(name.decode("latin-1"), _text(value)) for name, value in scope["headers"]],
        peer=(scope.get("client") or ("127.0.0.1",))[0],
    )


def remember_raw_request(app):
    """Wraps the emulator's ASGI app: keeps the raw request, passes on what the emulator expects."""

    async def wrapped(scope, receive, send):
        if scope["type"] != "http":
            await app(scope, receive, send)
            return
        headers = scope["headers"]
        token = current.set(from_scope(scope, scope["method"]))
        try:
            await app({**scope, "headers": [(name.lower(), value) for name, value in headers]}, receive, send)
        finally:
            current.reset(token)

    return wrapped


def below_stage(raw_path: str, segments: int) -> str:
    """The rest of a raw path after the segments that name API and stage: the path that the API sees."""
    if segments == 0:
        return raw_path
    found = re.match(rf"/*[^/]*(?:/[^/]*){{0,{segments - 1}}}", raw_path)
    return raw_path[found.end() :] or "/" if found else raw_path


def _segments_before(raw_path: str, decoded_rest: str) -> int:
    """How many segments of a custom domain's path the emulator took for base path and stage."""
    decoded = unquote(raw_path)
    if decoded_rest == "/" and not decoded.endswith("/"):
        return decoded.count("/")
    return decoded[: len(decoded) - len(decoded_rest)].count("/")


def client_headers(raw: RawRequest) -> dict[str, str | list[str]]:
    """The request's headers as API Gateway sees them: dropped, forwarded-for added, repeats as lists."""
    found: dict[str, list[str]] = {}
    for name, value in raw.headers:
        if name.lower() in DROPPED_AT_THE_DOOR or name.lower() in _SET_AT_THE_DOOR:
            continue
        found.setdefault(name, []).append(value)
    chain = [value for name, value in raw.headers if name.lower() == "x-forwarded-for"]
    found["Host"] = [raw.domain_name]
    found["X-Forwarded-For"] = [", ".join([*chain, raw.peer])]
    found["X-Forwarded-Port"] = ["443"]
    found["X-Forwarded-Proto"] = ["https"]
    found["X-Amzn-Trace-Id"] = [raw.header("x-amzn-trace-id") or raw.trace_id]
    return {name: values[0] if len(values) == 1 else values for name, values in found.items()}


def install(app, apigw) -> None:
    original = apigw.handle_execute

    async def handle_execute(api_id, stage_name, method, path, headers, body, query_params):
        raw = current.get()
        if raw is None:
            return await original(api_id, stage_name, method, path, headers, body, query_params)
        by_host = app._EXECUTE_API_RE.match(headers.get("host", "")) is not None
        by_path = not by_host and _ADDRESSED_BY_PATH.match(raw.path) is not None
        segments = 1 if by_host else 4 if by_path else _segments_before(raw.path, path)
        below = below_stage(raw.path, segments)
        if unquote(below) != path:
            # The emulator decodes before it splits: `/dev%2Fx` would reach the stage `dev`.
            # AWS has no stage of that name.
            return (
                403,
                {"Content-Type": "application/json", "x-amzn-ErrorType": "ForbiddenException"},
                b'{"message":"Forbidden"}',
            )
        raw.api_id, raw.stage = api_id, stage_name
        raw.api_path = "/" + below.lstrip("/")
        if by_host or by_path:
            raw.event_path, raw.context_path = raw.api_path, f"/{stage_name}{below}"
        else:
            # A custom domain: the base path stays in both, the stage is in neither.
            raw.context_path = raw.path
            raw.event_path = "/" + raw.path.lstrip("/")
        return await original(api_id, stage_name, method, raw.api_path, client_headers(raw), body, query_params)

    apigw.handle_execute = handle_execute
