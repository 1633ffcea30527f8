"""Gives an HTTP API's routes, authorizer and backend the request as AWS shows it.

Names are in lower case, repeats joined by commas, the client's `X-Forwarded-*`
are kept, and the peer is added to them. The authorizer's event (payload 2.0) has the cookies
apart, the host of the client's request, and the peer's address. The path is
decoded, which the emulator does itself.
"""

from __future__ import annotations

import time

from . import raw_request

EXTENDS = (
    "services.apigateway:handle_execute",
    "services.apigateway:_handle_execute_in_scope",
    "services.apigateway:_authorize_request_v2",
    "services.apigateway:_invoke_request_authorizer_lambda",
    "services.apigateway:decode_http_api_path",
)

#: An HTTP API's authorizer receives this one, unlike a REST API's.
_SHOWN = frozenset(["content-length"])


def client_headers(raw: raw_request.RawRequest) -> dict[str, str]:
    """The request's headers as an HTTP API sees them: lower case, one value a name."""
    found: dict[str, list[str]] = {}
    for name, value in raw.headers:
        lower = name.lower()
        if lower in raw_request.DROPPED_AT_THE_DOOR - _SHOWN:
            continue
        found.setdefault(lower, []).append(value)
    cookies = found.pop("cookie", None)
    found["host"] = [raw.domain_name]
    found["x-forwarded-for"] = [", ".join([*found.get("x-forwarded-for", []), raw.peer])]
    found["x-forwarded-port"] = ["443"]
    found["x-forwarded-proto"] = ["https"]
    found["x-amzn-trace-id"] = [raw.header("x-amzn-trace-id") or raw.trace_id]
    joined = {name: ",".join(values) for name, values in found.items()}
    # Cookies are separated by semicolons wherever they are joined (RFC 9113, section 8.2.3).
    return joined if cookies is None else {**joined, "cookie": "; ".join(cookies)}


def complete(event: dict, raw: raw_request.RawRequest) -> dict:
    """The emulator's event with every field as AWS would send it."""
    headers = dict(event["headers"])
    cookies = headers.pop("cookie", None)
    context = event["requestContext"]
    made = {
        **event,
        "headers": headers,
        "requestContext": {
            **context,
            "domainName": raw.domain_name,
            "domainPrefix": raw.domain_name.split(".")[0],
            "http": {**context["http"], "sourceIp": raw.peer, "userAgent": raw.header("user-agent") or ""},
            "requestId": raw.request_id,
            "time": time.strftime("%d/%b/%Y:%H:%M:%S +0000", time.gmtime(raw.received)),
            "timeEpoch": int(raw.received * 1000),
        },
    }
    if cookies is not None:
        made["cookies"] = cookies.split("; ")
    # Absent values have no key.
    return {name: value for name, value in made.items() if value is not None}


def install(app, apigw) -> None:
    from ministack.services import apigateway

    execute = apigateway.handle_execute
    invoke = apigateway._invoke_request_authorizer_lambda

    async def handle_execute(api_id, stage, path, method, headers, body, query_params, raw_query_string=None):
        raw = raw_request.current.get()
        if raw is not None:
            raw.api_id, raw.stage = api_id, stage
            headers = client_headers(raw)
        return await execute(api_id, stage, path, method, headers, body, query_params, raw_query_string)

    async def _invoke_request_authorizer_lambda(authorizer, event, account_id, region):
        raw = raw_request.current.get()
        if raw is not None and event.get("version") == "2.0":
            event = complete(event, raw)
        return await invoke(authorizer, event, account_id, region)

    apigateway.handle_execute = handle_execute
    apigateway._invoke_request_authorizer_lambda = _invoke_request_authorizer_lambda
