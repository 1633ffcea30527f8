"""What a mapping may name: `context.*`, `method.request.*`, `stageVariables.*`, `'static'`.

https://docs.aws.amazon.com/apigateway/latest/developerguide/request-response-data-mappings.html
"""

from __future__ import annotations

import time

from . import raw_request

EXTENDS = ()


def context_value(expression: str, raw: raw_request.RawRequest) -> str | None:
    """The value of a `context.…` expression, or None where it has none."""
    if expression.startswith("context.authorizer."):
        return (raw.authorizer or {}).get(expression[len("context.authorizer.") :])
    values = {
        "context.requestId": raw.request_id,
        "context.extendedRequestId": raw.request_id.replace("-", "")[:15] + "=",
        "context.apiId": raw.api_id,
        "context.stage": raw.stage,
        "context.path": raw.context_path,
        "context.httpMethod": raw.method,
        "context.protocol": "HTTP/1.1",
        "context.domainName": raw.domain_name,
        "context.domainPrefix": raw.domain_name.split(".")[0],
        "context.requestTime": time.strftime("%d/%b/%Y:%H:%M:%S +0000", time.gmtime(raw.received)),
        "context.requestTimeEpoch": str(int(raw.received * 1000)),
        "context.identity.sourceIp": raw.peer,
        "context.identity.userAgent": raw.header("user-agent"),
    }
    return values.get(expression)


def mapped_value(
    source: str,
    raw: raw_request.RawRequest,
    query: dict[str, list[str]],
    path_parameters: dict[str, str],
    stage_variables: dict[str, str],
) -> str | None:
    """What a mapping's source gives for this request; None where it is absent or not understood."""
    if len(source) >= 2 and source[0] == source[-1] == "'":
        return source[1:-1]
    if source.startswith("context."):
        return context_value(source, raw)
    if source.startswith("stageVariables."):
        return stage_variables.get(source[len("stageVariables.") :])
    if not source.startswith("method.request."):
        return None
    place, _, name = source[len("method.request.") :].partition(".")
    headers = [value for key, value in raw.headers if key.lower() == name.lower()]
    if place == "header":
        return headers[-1] if headers else None
    if place == "multivalueheader":
        return ",".join(headers) or None
    if place == "querystring":
        return (query.get(name) or [None])[-1]
    if place == "path":
        return path_parameters.get(name)
    return None
