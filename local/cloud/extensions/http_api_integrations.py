"""Sends an HTTP API's request to the backend as AWS does.

* `$context.authorizer.<key>` has the authorizer's value where the key is of
  letters, digits, `.` and `_`; other keys have none.
* A mapping whose source is absent or empty leaves the client's header in place:
  what AWS does is not known, and this is the worst case.
* Names that AWS reserves can't be mapped: such an integration is refused.
* A route's path variables stand decoded in the integration's URI; only the
  route `$default` has the whole path appended.
* The backend's response comes back with all its headers; a backend that takes too
  long, or can't be reached, is a 503.
"""

from __future__ import annotations

import asyncio
import contextvars
import http.client
import logging
import re
from urllib.parse import quote, urlencode, urlsplit

from . import http_proxy, template_properties

EXTENDS = (
    "services.apigateway:_apply_request_parameter_mappings",
    "services.apigateway:_invoke_http_proxy",
    "services.apigateway:_is_reserved_header",
    "services.apigateway:_create_integration",
    "services.apigateway:_update_integration",
    "services.cloudformation.provisioners:_apigw_v2_integration_create",
    "services.cloudformation.provisioners:_apigw_v2_integration_update",
)

_log = logging.getLogger("oathgate.http_api_integrations")

#: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-parameter-mapping.html
_KEYS = re.compile(r"[A-Za-z0-9._]+")

#: Characters of a URL's path that need no escape (RFC 3986, section 3.3).
_PATH_CHARACTERS = "/:@!$&'()*+,;=~-._"

_NOT_PASSED_ON = frozenset(["host", "content-length", "x-forwarded-for", "x-forwarded-port", "x-forwarded-proto"])

_UNAVAILABLE = 503, {"Content-Type": "application/json"}, b'{"message":"Service Unavailable"}'

#: The URL that the request in progress goes to, without its query.
_target: contextvars.ContextVar[str | None] = contextvars.ContextVar("oathgate_http_api_target", default=None)


def authorizer_variables(context_vars: dict) -> dict[str, object]:
    """The authorizer's context as mappings can name it."""
    context = context_vars.get("authorizer.lambda") or {}
    named = {key: value for key, value in context.items() if _KEYS.fullmatch(key) and value not in (None, "")}
    return {f"authorizer.{key}": value for key, value in named.items()}


def target(uri: str, route_key: str, path: str, path_params: dict[str, str]) -> str:
    """Where a route's requests go: the integration's URI with the path, or with the route's variables in it."""
    if route_key == "$default":
        return uri.rstrip("/") + quote(path, safe=_PATH_CHARACTERS)
    for name, value in path_params.items():
        uri = uri.replace("{" + name + "}", quote(value, safe=_PATH_CHARACTERS))
    return uri


def forwarded(headers: dict[str, str], host: str) -> str:
    """`Forwarded` as HTTP APIs send it in place of `X-Forwarded-*` (RFC 7239)."""
    chain = [f"for={address.strip()}" for address in headers.get("x-forwarded-for", "").split(",")]
    return ", ".join([*chain[:-1], f"by=127.0.0.1;{chain[-1]};host={host};proto=https"])


def restricted(parameters: dict[str, object] | None, is_reserved) -> str | None:
    """The refusal of a mapping to a name that AWS reserves."""
    for key in parameters or {}:
        operation, _, place = key.partition(":")
        name = place.removeprefix("header.")
        if operation in ("append", "overwrite", "remove") and name != place and is_reserved(name):
            return f"Operations on header {name.lower()} are restricted"
    return None


def install(app, apigw) -> None:
    from ministack.services import apigateway

    mapped = apigateway._apply_request_parameter_mappings
    create, update = apigateway._create_integration, apigateway._update_integration

    def _apply_request_parameter_mappings(integration, *, request_path, path_params, context_vars, **named):
        context_vars = {**context_vars, **authorizer_variables(context_vars)}
        uri = integration.get("integrationUri", "")
        _target.set(target(uri, context_vars["routeKey"], request_path, path_params))
        return mapped(
            integration, request_path=request_path, path_params=path_params, context_vars=context_vars, **named
        )

    async def _invoke_http_proxy(integration, path, method, headers, body, query_params):
        uri = _target.get() or ""
        query = urlencode(query_params or {}, doseq=True, quote_via=quote)
        if query:
            uri += ("&" if "?" in uri else "?") + query
        sent = [("host", urlsplit(uri).netloc)]
        sent += [(name, value) for name, value in headers.items() if name not in _NOT_PASSED_ON]
        sent.append(("forwarded", forwarded(headers, headers.get("host", ""))))
        timeout = int(integration.get("timeoutInMillis") or 30_000) / 1000
        try:
            status, received, content = await asyncio.to_thread(
                http_proxy.send, method, uri, sent, body or b"", timeout
            )
        except (OSError, ValueError, http.client.HTTPException) as reason:
            _log.warning("execution failed: %s", reason)
            return _UNAVAILABLE
        return status, http_proxy.response_headers(received, method), content

    def refused(data):
        reason = restricted(data.get("requestParameters"), apigateway._is_reserved_header)
        return apigateway._apigw_error("BadRequestException", reason, 400) if reason else None

    def _create_integration(api_id, data):
        return refused(data) or create(api_id, data)

    def _update_integration(api_id, integration_id, data):
        return refused(data) or update(api_id, integration_id, data)

    def checked(props):
        if reason := restricted(props.get("RequestParameters"), apigateway._is_reserved_header):
            raise ValueError(reason)
        return props

    apigateway._apply_request_parameter_mappings = _apply_request_parameter_mappings
    apigateway._invoke_http_proxy = _invoke_http_proxy
    apigateway._create_integration = _create_integration
    apigateway._update_integration = _update_integration
    template_properties.change("AWS::ApiGatewayV2::Integration", checked)
