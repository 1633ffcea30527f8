"""Serves WebSocket APIs as AWS does: the client's own headers, and HTTP endpoints behind the routes.

The emulator gives the authorizer names in lower case without repeats, and knows
no integration but functions and mocks. On AWS an HTTP endpoint is a POST for
each event of a connection: `integration.request.header.*` is set from
`context.*`, `stageVariables.*`, `'static'`, and for `$connect` from
`route.request.header.*`. Whether AWS hands the client's own headers on with
`$connect` is not known; here a proxy integration does, which is the worst
case. The endpoint's response reaches the client only where the route has a
route response.
"""

from __future__ import annotations

import asyncio
import contextvars
import http.client
import inspect
import logging
from urllib.parse import urlsplit

from . import header_mappings, http_proxy, raw_request

EXTENDS = (
    "app:_parse_execute_api_url",
    "services.apigateway:_api_owner",
    "services.apigateway:_ws_connect_fields",
    "services.apigateway:_invoke_ws_lambda",
    "services.apigateway:handle_websocket",
)

_log = logging.getLogger("oathgate.web_sockets")

#: The request that opened the connection in progress.
opening: contextvars.ContextVar[raw_request.RawRequest | None] = contextvars.ContextVar(
    "oathgate_web_socket_opening", default=None
)


def is_addressed(host: str, target: str) -> bool:
    """Whether a request to switch to WebSockets leads to a WebSocket API."""
    from ministack import app
    from ministack.services import apigateway

    found = app._parse_execute_api_url(host, target.partition("?")[0])
    owner = apigateway._api_owner(found[0]) if found else None
    return owner is not None and owner[0] == "WEBSOCKET"


def remember_opening(app):
    """Wraps the emulator's ASGI app: keeps the request that opens a connection as the client sent it."""

    async def wrapped(scope, receive, send):
        if scope["type"] != "websocket":
            await app(scope, receive, send)
            return
        token = opening.set(raw_request.from_scope(scope, "GET"))
        try:
            await app(scope, receive, send)
        finally:
            opening.reset(token)

    return wrapped


def mapped_value(source: str, variables: dict[str, str], authorizer: dict[str, str], stage_variables: dict[str, str]):
    """The value of a mapping's source; None where it is absent or not understood."""
    if len(source) >= 2 and source[0] == source[-1] == "'":
        return source[1:-1]
    if source.startswith("context.authorizer."):
        return authorizer.get(source[len("context.authorizer.") :])
    if source.startswith("stageVariables."):
        return stage_variables.get(source[len("stageVariables.") :])
    if source.startswith("route.request.header."):
        raw = opening.get()
        name = source[len("route.request.header.") :]
        return raw.header(name) if raw and variables["eventType"] == "CONNECT" else None
    return variables.get(source.removeprefix("context."))


def install(app, apigw) -> None:
    from ministack.services import apigateway

    fields = apigateway._ws_connect_fields
    invoke = apigateway._invoke_ws_lambda
    signature = inspect.signature(invoke)

    def _ws_connect_fields(headers, query_params):
        made = fields(headers, query_params)
        raw = opening.get()
        if raw is None:
            return made
        own = raw_request.client_headers(raw)
        many = {name: [values] if isinstance(values, str) else values for name, values in own.items()}
        single = {name: values[-1] for name, values in many.items()}
        return {**made, "headers": single, "multiValueHeaders": many}

    async def _invoke_ws_lambda(*arguments, **named):
        call = signature.bind(*arguments, **named).arguments
        api_id, stage, route, event_type = call["api_id"], call["stage"], call["route"], call["event_type"]
        integration_id = route.get("target", "").rpartition("/")[2]
        integration = apigateway._integrations.get(api_id, {}).get(integration_id) or {}
        kind = integration.get("integrationType")
        if kind not in ("HTTP", "HTTP_PROXY"):
            return await invoke(*arguments, **named)
        variables = {
            "apiId": api_id,
            "stage": stage,
            "connectionId": call["connection_id"],
            "eventType": event_type,
            "routeKey": route.get("routeKey", "$default"),
            "requestId": call["message_id"],
            "identity.sourceIp": call["source_ip"],
        }
        stage_variables = apigateway._get_stage_variables(api_id, stage)
        mapped = {}
        for place, source in (integration.get("requestParameters") or {}).items():
            name = place.removeprefix("integration.request.header.")
            if name != place:
                mapped[name] = mapped_value(source, variables, named.get("authorizer") or {}, stage_variables)
        raw = opening.get()
        passes_on = raw is not None and kind == "HTTP_PROXY" and event_type == "CONNECT"
        from_client = [
            (name, value)
            for name, value in (raw.headers if passes_on else [])
            if name.lower() not in raw_request.DROPPED_AT_THE_DOOR | {"host"}
        ]
        uri = integration.get("integrationUri", "")
        sent = [("Host", urlsplit(uri).netloc), *header_mappings.map_headers(from_client, mapped)]
        method = integration.get("integrationMethod") or "POST"
        timeout = int(integration.get("timeoutInMillis") or 29_000) / 1000
        try:
            status, _, content = await asyncio.to_thread(
                http_proxy.send, method, uri, sent, (call["body_text"] or "").encode(), timeout
            )
        except (OSError, ValueError, http.client.HTTPException) as reason:
            _log.warning("execution failed: %s", reason)
            return {"statusCode": 500}
        has_response = bool(apigateway._route_responses.get(api_id, {}).get(route.get("routeId")))
        return {"statusCode": status, "body": content.decode("utf-8", "replace") if has_response else ""}

    apigateway._ws_connect_fields = _ws_connect_fields
    apigateway._invoke_ws_lambda = _invoke_ws_lambda
