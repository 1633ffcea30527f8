"""Completes the REQUEST authorizer's event with what AWS sends and the emulator leaves out.

Field by field as in API Gateway's developer guide ("Input to an API Gateway
Lambda authorizer") and in events seen from AWS: the last value of a repeated
query key, the peer's address as `sourceIp`, `requestContext` with
`domainName`, `path`, `requestId`, `protocol` and the request's time.
"""

from __future__ import annotations

import time

from . import raw_request

EXTENDS = (
    "services.apigateway_v1:_authorize_request_v1",
    "services.apigateway_v1:_invoke_authorizer_lambda",
    "services.apigateway_v1:_match_recursive",
    "services.apigateway_v1:_match_greedy_fallback",
)

#: `requestContext.identity` of a request without an AWS signature.
_NO_IDENTITY = dict.fromkeys(
    [
        "cognitoIdentityPoolId",
        "accountId",
        "cognitoIdentityId",
        "caller",
        "principalOrgId",
        "accessKey",
        "cognitoAuthenticationType",
        "cognitoAuthenticationProvider",
        "userArn",
        "user",
    ]
)


def greedy_value(resource_path: str, api_path: str) -> tuple[str, str] | None:
    """Name and raw value of a resource's greedy parameter: `/v1/{proxy+}` and `/v1/a//b/` give `a//b`.

    The emulator splits and joins the path, which merges inner slashes; AWS
    keeps those and ignores slashes at the end.
    """
    parts = resource_path.strip("/").split("/")
    if not parts[-1].endswith("+}"):
        return None
    below = api_path.lstrip("/")
    for _ in parts[:-1]:
        below = below.partition("/")[2].lstrip("/")
    return parts[-1][1:-2], below.rstrip("/")


def request_context(raw: raw_request.RawRequest, emulated: dict, deployment_id: str | None) -> dict:
    """`requestContext` as AWS sends it, from the emulator's own and the raw request."""
    return {
        **emulated,
        "path": raw.context_path,
        "requestId": raw.request_id,
        "extendedRequestId": raw.request_id.replace("-", "")[:15] + "=",
        "protocol": "HTTP/1.1",
        "requestTime": time.strftime("%d/%b/%Y:%H:%M:%S +0000", time.gmtime(raw.received)),
        "requestTimeEpoch": int(raw.received * 1000),
        "domainName": raw.domain_name,
        "domainPrefix": raw.domain_name.split(".")[0],
        "deploymentId": deployment_id,
        "identity": {**_NO_IDENTITY, "sourceIp": raw.peer, "userAgent": raw.header("user-agent")},
    }


def complete(event: dict, raw: raw_request.RawRequest, deployment_id: str | None) -> dict:
    """The emulator's event with every field as AWS would send it."""
    repeated = event.get("multiValueQueryStringParameters")
    return {
        **event,
        "path": raw.event_path,
        "queryStringParameters": {key: values[-1] for key, values in repeated.items()} if repeated else None,
        "requestContext": request_context(raw, event["requestContext"], deployment_id),
    }


def install(app, apigw) -> None:
    authorize = apigw._authorize_request_v1
    invoke = apigw._invoke_authorizer_lambda

    async def _authorize_request_v1(
        api_id,
        stage_name,
        method_obj,
        method,
        request_path,
        resource,
        headers,
        body,
        query_params,
        path_params,
        stage,
        owner_account_id,
        owner_region,
    ):
        raw = raw_request.current.get()
        greedy = greedy_value(resource["path"], raw.api_path) if raw else None
        if greedy and path_params:
            # The same dict goes to the integration, which needs the raw value too.
            path_params[greedy[0]] = greedy[1]
        return await authorize(
            api_id,
            stage_name,
            method_obj,
            method,
            request_path,
            resource,
            headers,
            body,
            query_params,
            path_params,
            stage,
            owner_account_id,
            owner_region,
        )

    async def _invoke_authorizer_lambda(authorizer, event, account_id, region):
        raw = raw_request.current.get()
        if raw and event.get("type") == "REQUEST":
            stage = apigw._stages_v1.get(raw.api_id, {}).get(raw.stage) or {}
            event = complete(event, raw, stage.get("deploymentId"))
        return await invoke(authorizer, event, account_id, region)

    apigw._authorize_request_v1 = _authorize_request_v1
    apigw._invoke_authorizer_lambda = _invoke_authorizer_lambda
