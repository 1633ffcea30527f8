"""Reads an authorizer's response as strictly as AWS does, and keeps its context for later.

* Only the error message `Unauthorized`, in that case, is a 401.
* A context value may be a string, a number or a boolean; anything else is a
  broken authorizer (500), not a key that is silently dropped.
* A resource of more than 512 characters is refused.
* The context of a refusal is kept: gateway responses may use
  `$context.authorizer.*` on a 403.
"""

from __future__ import annotations

import json

from . import raw_request

EXTENDS = (
    "services.apigateway_v1:_invoke_authorizer_lambda",
    "services.apigateway_v1:_evaluate_policy",
    "services.apigateway_v1:_stringify_context",
    "services.apigateway_v1:_authorize_request_v1",
)

#: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-output.html
LONGEST_RESOURCE = 512

_NOT_UNAUTHORIZED = "the message is not exactly `Unauthorized`"


class PolicyWithContext(dict):
    """A policy that remembers the context it came with, through the authorizer's cache too."""

    context: dict[str, str]


def broken(policy: dict) -> str | None:
    """Why AWS would not accept this response, or None."""
    for key, value in (policy.get("context") or {}).items():
        if not isinstance(value, (str, int, float, bool)):
            return f"the context value `{key}` is neither string, number nor boolean"
    document = policy.get("policyDocument")
    statements = document.get("Statement") if isinstance(document, dict) else None
    for statement in statements if isinstance(statements, list) else [statements]:
        resources = statement.get("Resource") if isinstance(statement, dict) else None
        for resource in [resources] if isinstance(resources, str) else resources or []:
            if isinstance(resource, str) and len(resource) > LONGEST_RESOURCE:
                return f"a resource has more than {LONGEST_RESOURCE} characters"
    return None


def strict(result: dict | None, stringify) -> dict | None:
    """The emulator's record of one invocation, read as AWS reads it."""
    if result is None:
        return None
    body = result.get("body")
    if result.get("error"):
        message = body.get("errorMessage", "") if isinstance(body, dict) else str(body)
        if message == "Unauthorized":
            return result
        return {**result, "body": {"errorMessage": f"{_NOT_UNAUTHORIZED}: {message}"}}
    if isinstance(body, (str, bytes)):
        try:
            body = json.loads(body)
        except ValueError:
            return result
    if not isinstance(body, dict) or not isinstance(body.get("policyDocument"), dict):
        return result
    reason = broken(body)
    if reason:
        # A response without a policy is what the emulator takes for a misconfigured authorizer.
        return {**result, "body": {}, "log": f"{result.get('log', '')}\n{reason}"}
    policy = PolicyWithContext(body["policyDocument"])
    policy.context = stringify(body.get("context"))
    if body.get("principalId"):
        policy.context["principalId"] = str(body["principalId"])
    return {**result, "body": {**body, "policyDocument": policy}}


def install(app, apigw) -> None:
    invoke = apigw._invoke_authorizer_lambda
    evaluate = apigw._evaluate_policy

    async def _invoke_authorizer_lambda(authorizer, event, account_id, region):
        return strict(await invoke(authorizer, event, account_id, region), apigw._stringify_context)

    def _evaluate_policy(policy_doc, method_arn):
        raw = raw_request.current.get()
        if raw and isinstance(policy_doc, PolicyWithContext):
            raw.authorizer = policy_doc.context
        return evaluate(policy_doc, method_arn)

    apigw._invoke_authorizer_lambda = _invoke_authorizer_lambda
    apigw._evaluate_policy = _evaluate_policy
