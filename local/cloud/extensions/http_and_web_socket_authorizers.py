"""Reads the responses of HTTP and WebSocket APIs' authorizers as strictly as AWS does.

* The error `Unauthorized`, exactly, is a 401; any other is a 500. Of HTTP APIs
  this is not documented: AWS may respond to both with 500.
* A response that takes longer than ten seconds is a 500.
* An authorizer whose stack names no identity source needs none; the emulator
  takes `Authorization` for one.
* A WebSocket API's context holds text, numbers and booleans alone, and the
  whole response has at most 8 KB, or it is a 500.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable

from . import template_properties

EXTENDS = (
    "services.apigateway:_invoke_request_authorizer_lambda",
    "services.apigateway:_authorize_request_v2",
    "services.apigateway:_authorize_ws_connect",
    "services.cloudformation.provisioners:_apigw_v2_authorizer_create",
    "services.cloudformation.provisioners:_apigw_v2_authorizer_update",
    "services.lambda_svc:_execution_record_for_config",
    "services.lambda_svc:_execute_function_with_config_scope",
)

#: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html: seconds
MAX_RESPONSE_SECONDS = 10

#: https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-execution-service-websocket-limits-table.html
LARGEST_ANSWER = 8_192

UNAUTHORIZED = 401, {"Content-Type": "application/json"}, b'{"message":"Unauthorized"}'


class Unauthorized(Exception):
    """The authorizer failed with exactly this message."""


def response_of(result: dict | None) -> dict | None:
    """The response of a function's invocation; None where API Gateway can't use it."""
    body = (result or {}).get("body")
    if isinstance(body, (str, bytes)):
        try:
            body = json.loads(body)
        except ValueError:
            return None
    if not isinstance(body, dict):
        return None
    if result and result.get("error"):
        if body.get("errorMessage") == "Unauthorized":
            raise Unauthorized
        return None
    return body


def fits_web_sockets(response: dict) -> bool:
    """Whether a WebSocket API accepts a response."""
    texts = all(isinstance(value, (str, int, float, bool)) for value in (response.get("context") or {}).values())
    return texts and len(json.dumps(response, ensure_ascii=False, separators=(",", ":")).encode()) <= LARGEST_ANSWER


async def in_time(running: Awaitable[dict | None], seconds: float) -> dict | None:
    """The result of a function's invocation, None where it takes too long."""
    try:
        return await asyncio.wait_for(running, seconds)
    except TimeoutError:
        return None


def install(app, apigw) -> None:
    from ministack.core.concurrency import run_reentrant
    from ministack.services import apigateway, lambda_svc

    authorize = apigateway._authorize_request_v2
    authorize_connect = apigateway._authorize_ws_connect

    async def _invoke_request_authorizer_lambda(authorizer, event, account_id, region):
        reference = apigateway._extract_lambda_ref_from_integration_uri(authorizer.get("authorizerUri", ""))
        data, config, _ = lambda_svc._get_func_record_for_ref_in_scope(reference, account_id=account_id, region=region)
        if data is None or config is None:
            return None
        record = lambda_svc._execution_record_for_config(data, config)
        running = run_reentrant(
            lambda_svc._execute_function_with_config_scope, record, event, thread_name="ministack-apigw-authorizer"
        )
        response = response_of(await in_time(running, MAX_RESPONSE_SECONDS))
        opens_web_socket = event["requestContext"].get("eventType") == "CONNECT"
        return None if response and opens_web_socket and not fits_web_sockets(response) else response

    async def _authorize_request_v2(*arguments, **named):
        try:
            return await authorize(*arguments, **named)
        except Unauthorized:
            return UNAUTHORIZED, None

    async def _authorize_ws_connect(*arguments, **named):
        try:
            return await authorize_connect(*arguments, **named)
        except Unauthorized:
            return (401, "Unauthorized"), None

    template_properties.change("AWS::ApiGatewayV2::Authorizer", lambda props: {"IdentitySource": [], **props})
    apigateway._invoke_request_authorizer_lambda = _invoke_request_authorizer_lambda
    apigateway._authorize_request_v2 = _authorize_request_v2
    apigateway._authorize_ws_connect = _authorize_ws_connect
