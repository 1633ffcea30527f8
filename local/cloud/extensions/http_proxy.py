"""Replaces the emulator's HTTP_PROXY integration by one that does what AWS does.

The path stays as the client encoded it, header names keep their case and
repeats stay repeats. `integration.request.header.*` replaces the client's
header (header_mappings.py); a mapping whose source is absent or empty does
nothing, so that the client's own header reaches the backend: that is why every
mapped header must have a value. The backend's response comes back with all its
headers.
"""

from __future__ import annotations

import asyncio
import http.client
import logging
import ssl
from urllib.parse import quote, urlencode, urlsplit

from . import raw_request
from .header_mappings import NotMappable, map_headers
from .request_values import mapped_value

EXTENDS = (
    "services.apigateway_v1:_invoke_http_proxy_v1",
    "services.apigateway_v1:_media_type_matches",
    "services.apigateway_v1:_gw_error",
    "app:_asgi_header_list",
    "app:_send_response",
)

_log = logging.getLogger("oathgate.http_proxy")

#: Headers of the client that AWS does not pass to an HTTP backend (on top of those dropped at the door).
_NOT_PASSED_ON = frozenset(["host", "via", "content-encoding"])

#: https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html: header values, in bytes, all together
LONGEST_HEADERS = 10_240

_HOP_BY_HOP = frozenset(["transfer-encoding", "keep-alive", "via"])
_REMAPPED = frozenset(["connection", "content-length", "date", "server"])

#: Methods whose body AWS does not send on.
_WITHOUT_BODY = frozenset(["GET", "HEAD", "OPTIONS"])


def map_query(query: dict[str, list[str]], mapped: dict[str, str | None]) -> str:
    """The query string for the backend: the client's, and the mapped values added to it."""
    values = {key: list(items) for key, items in query.items()}
    for name, value in mapped.items():
        if value:
            values.setdefault(name, []).append(value)
    return urlencode(values, doseq=True, quote_via=quote)


def fill_uri(uri: str, path_values: dict[str, str | None], stage_variables: dict[str, str]) -> str:
    """The integration's URI with path parameters and stage variables put in."""
    for name, value in path_values.items():
        uri = uri.replace("{" + name + "}", value or "")
    for name, value in stage_variables.items():
        uri = uri.replace("${stageVariables." + name + "}", value)
    return uri


def send(method: str, uri: str, headers: list[tuple[str, str]], body: bytes, timeout: float):
    """One exchange with the backend, nothing added and nothing followed: (status, headers, body)."""
    target = urlsplit(uri)
    if target.scheme not in ("http", "https") or not target.hostname or "{" in uri:
        raise http.client.InvalidURL(f"not an endpoint: {uri}")
    if target.scheme == "https":
        connection = http.client.HTTPSConnection(
            target.hostname, target.port, timeout=timeout, context=ssl.create_default_context()
        )
    else:
        connection = http.client.HTTPConnection(target.hostname, target.port, timeout=timeout)
    try:
        connection.putrequest(
            method,
            (target.path or "/") + (f"?{target.query}" if target.query else ""),
            skip_host=True,
            skip_accept_encoding=True,
        )
        for name, value in headers:
            connection.putheader(name, value.encode("utf-8"))
        if body or method not in _WITHOUT_BODY:
            connection.putheader("Content-Length", str(len(body)))
        connection.endheaders(body or None)
        response = connection.getresponse()
        return response.status, response.getheaders(), response.read()
    finally:
        connection.close()


def response_headers(headers: list[tuple[str, str]], method: str) -> dict[str, str | list[str]]:
    """The backend's headers as the client sees them: remapped where API Gateway has its own."""
    found: dict[str, list[str]] = {}
    for name, value in headers:
        if name.lower() in _HOP_BY_HOP:
            continue
        remapped = name.lower() in _REMAPPED and not (method == "HEAD" and name.lower() == "content-length")
        found.setdefault(f"x-amzn-Remapped-{name}" if remapped else name, []).append(value)
    if not any(name.lower() == "content-type" for name in found):
        found["Content-Type"] = ["application/json"]
    return {name: values[0] if len(values) == 1 else values for name, values in found.items()}


def install(app, apigw) -> None:
    original = apigw._invoke_http_proxy_v1

    async def _invoke_http_proxy_v1(integration, path, method, headers, body, query_params, path_params=None):
        raw = raw_request.current.get()
        if raw is None:
            return await original(integration, path, method, headers, body, query_params, path_params)
        api = apigw._rest_apis.get(raw.api_id) or {}
        stage = apigw._stages_v1.get(raw.api_id, {}).get(raw.stage) or {}
        variables = stage.get("variables") or {}
        query = query_params or {}
        mapped: dict[str, dict[str, str | None]] = {"header": {}, "querystring": {}, "path": {}}
        for destination, source in (integration.get("requestParameters") or {}).items():
            place, _, name = destination[len("integration.request.") :].partition(".")
            if place in mapped and isinstance(source, str):
                mapped[place][name] = mapped_value(source, raw, query, path_params or {}, variables)

        uri = fill_uri(integration.get("uri", ""), mapped["path"], variables)
        query_string = map_query(query, mapped["querystring"])
        if query_string:
            uri += ("&" if "?" in uri else "?") + query_string
        verb = integration.get("httpMethod")
        verb = method if verb in (None, "", "ANY") else verb

        from_client = [
            (name, value)
            for name, values in headers.items()
            if name.lower() not in _NOT_PASSED_ON
            for value in ([values] if isinstance(values, str) else values)
        ]
        try:
            sent = map_headers(from_client, mapped["header"])
        except NotMappable as reason:
            _log.warning("execution failed due to configuration error: %s", reason)
            return apigw._gw_error("API_CONFIGURATION_ERROR", "Internal server error")
        names = {name.lower() for name, _ in sent}
        if "host" not in names:
            sent.insert(0, ("Host", urlsplit(uri).netloc))
        if "accept" not in names:
            sent.append(("Accept", "application/json"))
        if "user-agent" not in names:
            sent.append(("User-Agent", f"AmazonAPIGateway_{raw.api_id}"))
        sent.append(("x-amzn-apigateway-api-id", raw.api_id))
        if sum(len(value.encode()) for _, value in sent) > LONGEST_HEADERS:
            _log.warning(
                "execution failed: the integration request's headers are longer than %d bytes", LONGEST_HEADERS
            )
            return apigw._gw_error("API_CONFIGURATION_ERROR", "Internal server error")

        binary = api.get("binaryMediaTypes") or []
        payload = b"" if verb in _WITHOUT_BODY else body or b""
        if not apigw._media_type_matches(raw.header("content-type") or "application/json", binary):
            payload = payload.decode("utf-8", "replace").encode()
        timeout = int(integration.get("timeoutInMillis") or 29_000) / 1000
        try:
            status, received, content = await asyncio.to_thread(send, verb, uri, sent, payload, timeout)
        except TimeoutError:
            return apigw._gw_error("INTEGRATION_TIMEOUT", "Endpoint request timed out")
        except ssl.SSLError:
            return apigw._gw_error("INTEGRATION_FAILURE", "Network error communicating with endpoint")
        except (OSError, ValueError, http.client.HTTPException) as reason:
            _log.warning("execution failed: %s", reason)
            return apigw._gw_error("API_CONFIGURATION_ERROR", "Internal server error")
        accepted = (raw.header("accept") or "application/json").split(",")[0]
        if not apigw._media_type_matches(accepted, binary):
            content = content.decode("utf-8", "replace").encode()
        return status, {**response_headers(received, method), "x-amzn-RequestId": raw.request_id}, content

    apigw._invoke_http_proxy_v1 = _invoke_http_proxy_v1
