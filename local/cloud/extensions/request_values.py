"""What a mapping may name: `context.*`, `method.request.*`, `stageVariables.*`, `'static'`.

https://docs.aws.amazon.com/apigateway/latest/developerguide/request-response-data-mappings.html
"""

from __future__ import annotations

import time

from . import header_mappings, raw_request

EXTENDS = ()


#: Every `context.…` expression with a value, but for those of the authorizer.
_CONTEXT = {
    "context.requestId": lambda raw: raw.request_id,
    "context.extendedRequestId": lambda raw: raw.request_id.replace("-", "")[:15] + "=",
    "context.apiId": lambda raw: raw.api_id,
    "context.stage": lambda raw: raw.stage,
    "context.path": lambda raw: raw.context_path,
    "context.httpMethod": lambda raw: raw.method,
    "context.protocol": lambda raw: "HTTP/1.1",
    "context.domainName": lambda raw: raw.domain_name,
    "context.domainPrefix": lambda raw: raw.domain_name.split(".")[0],
    "context.requestTime": lambda raw: time.strftime("%d/%b/%Y:%H:%M:%S +0000", time.gmtime(raw.received)),
    "context.requestTimeEpoch": lambda raw: str(int(raw.received * 1000)),
    "context.identity.sourceIp": lambda raw: raw.peer,
    "context.identity.userAgent": lambda raw: raw.header("user-agent"),
}

CONTEXT_VARIABLES = tuple(_CONTEXT)


def context_value(expression: str, raw: raw_request.RawRequest) -> str | None:
    """The value of a `context.…` expression, or None where it has none."""
    if expression.startswith("context.authorizer."):
        return (raw.authorizer or {}).get(expression[len("context.authorizer.") :])
    value = _CONTEXT.get(expression)
    return value(raw) if value else None


def client_header(name: str, raw: raw_request.RawRequest) -> list[str]:
    """Every value of a header of the client's, its name compared as mappings compare names."""
    return [value for key, value in raw.headers if header_mappings.compared(key) == header_mappings.compared(name)]


def mapped_value(
    source: str,
    raw: raw_request.RawRequest,
    query: dict[str, list[str]],
    path_parameters: dict[str, str],
    stage_variables: dict[str, str],
) -> str | None:
    """The value of a mapping's source for this request; None where it is absent or not understood."""
    if len(source) >= 2 and source[0] == source[-1] == "'":
        return source[1:-1]
    if source.startswith("context."):
        return context_value(source, raw)
    if source.startswith("stageVariables."):
        return stage_variables.get(source[len("stageVariables.") :])
    if not source.startswith("method.request."):
        return None
    place, _, name = source[len("method.request.") :].partition(".")
    headers = client_header(name, raw)
    if place == "header":
        return headers[-1] if headers else None
    if place == "multivalueheader":
        return ",".join(headers) or None
    if place == "querystring":
        return (query.get(name) or [None])[-1]
    if place == "path":
        return path_parameters.get(name)
    return None
