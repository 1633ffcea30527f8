"""Responds for mock integrations by their templates, as AWS does.

The emulator writes a template's text into the response. Here it is rendered in
Velocity's language by airspeed-ext, which is tested against API Gateway itself.
Known to templates: `$input.params()` and `$input.body`, the `$context`
variables of request_values.py, `$context.responseOverride` and
`$stageVariables`; anything else is undefined.

Where an API's binary media types cover a request, its body is bytes, which no
template can read: without `CONVERT_TO_TEXT` the request, or a response that has
a template, is a 500
(https://github.com/serverless/serverless/issues/10254).
"""

from __future__ import annotations

import json
import logging
import re

import airspeed

from . import raw_request
from .request_values import CONTEXT_VARIABLES, context_value

EXTENDS = (
    "services.apigateway_v1:_invoke_mock_v1",
    "services.apigateway_v1:_media_type_matches",
    "services.apigateway_v1:_gw_error",
    "services.cloudformation.provisioners:_apigw_method_create",
    "services.cloudformation.provisioners:_apigw_method_update",
)

_log = logging.getLogger("oathgate.mock_integration")

_TO_TEXT = "CONVERT_TO_TEXT"

#: Responses of these statuses have no body (RFC 9110, sections 15.3.5 and 15.4.5).
_WITHOUT_BODY = frozenset([204, 304])


class CannotTransform(Exception):
    """A template that AWS cannot apply: a configuration error."""


class Input:
    """`$input` of a template."""

    def __init__(self, raw: raw_request.RawRequest, query: dict[str, str]):
        self.body = "{}"
        self._parameters = {
            "path": {},
            "querystring": query,
            # By the names as the client spelled them; of repeats the last.
            "header": {
                name: values if isinstance(values, str) else values[-1]
                for name, values in raw_request.client_headers(raw).items()
            },
        }

    def params(self, name: str | None = None):
        """All parameters by their place, or the first one of a name in path, query or headers."""
        if name is None:
            return self._parameters
        return next((found[name] for found in self._parameters.values() if name in found), "")


def render(template: str, raw: raw_request.RawRequest, variables: dict[str, str], override: dict) -> str:
    """A template's text; what it overrides of the response is put into `override`."""
    context: dict = {"responseOverride": override}
    for name in CONTEXT_VARIABLES:
        *places, last = name.split(".")[1:]
        place = context
        for step in places:
            place = place.setdefault(step, {})
        place[last] = context_value(name, raw)
    namespace = {"input": Input(raw, {}), "context": context, "stageVariables": variables}
    try:
        return airspeed.Template(template).merge(namespace)
    except Exception as reason:
        raise CannotTransform(f"the template cannot be rendered: {reason}") from reason


#: A key without quotes, which API Gateway takes: the CDK library's own preflights have `{ statusCode: 200 }`.
_BARE_KEY = re.compile(r"([{,]\s*)([A-Za-z_]\w*)\s*:")


def _status_wanted(template: str, raw: raw_request.RawRequest, variables: dict[str, str]) -> str:
    rendered = render(template, raw, variables, {"header": {}})
    try:
        return str(json.loads(_BARE_KEY.sub(r'\1"\2":', rendered))["statusCode"])
    except (ValueError, KeyError, TypeError) as reason:
        raise CannotTransform("the request template gives no JSON with a statusCode") from reason


def _overridden(headers: dict[str, str], override: dict) -> dict[str, str]:
    changed = {name.lower(): value for name, value in override["header"].items()}
    kept = {name: changed.pop(name.lower(), value) for name, value in headers.items()}
    return {**kept, **{name: value for name, value in override["header"].items() if name.lower() in changed}}


def install(app, apigw) -> None:
    from ministack.services.cloudformation import provisioners

    invoke = apigw._invoke_mock_v1
    create_method = provisioners._apigw_method_create

    def respond(integration: dict, raw: raw_request.RawRequest):
        api = apigw._rest_apis.get(raw.api_id) or {}
        stage = apigw._stages_v1.get(raw.api_id, {}).get(raw.stage) or {}
        variables = stage.get("variables") or {}
        media_type = raw.header("content-type") or "application/json"
        is_binary = apigw._media_type_matches(media_type, api.get("binaryMediaTypes") or [])
        if is_binary and integration.get("contentHandling") != _TO_TEXT:
            raise CannotTransform("the request's body is binary")
        template = (integration.get("requestTemplates") or {}).get("application/json") or ""
        wanted = json.dumps({"statusCode": int(_status_wanted(template, raw, variables))})
        status, headers, _ = invoke({**integration, "requestTemplates": {"application/json": wanted}})
        response = integration["integrationResponses"].get(str(status)) or {}
        template = (response.get("responseTemplates") or {}).get("application/json")
        if template is None:
            return status, headers, b""
        if is_binary and response.get("contentHandling") != _TO_TEXT:
            raise CannotTransform("the response's body is binary")
        override: dict = {"header": {}}
        body = render(template, raw, variables, override).encode()
        status = int(override.get("status", status))
        return status, _overridden(headers, override), b"" if status in _WITHOUT_BODY else body

    def _invoke_mock_v1(integration):
        raw = raw_request.current.get()
        if raw is None:
            return invoke(integration)
        try:
            return respond(integration, raw)
        except CannotTransform as reason:
            _log.warning("execution failed due to configuration error: %s", reason)
            return apigw._gw_error("API_CONFIGURATION_ERROR", "Internal server error")

    def _apigw_method_create(logical_id, props, stack_name):
        created = create_method(logical_id, props, stack_name)
        # The emulator keeps this setting of a response and drops the one of the request.
        handling = (props.get("Integration") or {}).get("ContentHandling")
        if handling is not None:
            resource = apigw._resources.get(props["RestApiId"], {})[props["ResourceId"]]
            resource["resourceMethods"][props["HttpMethod"]]["methodIntegration"]["contentHandling"] = handling
        return created

    apigw._invoke_mock_v1 = _invoke_mock_v1
    # The update calls the create by its name.
    provisioners._apigw_method_create = _apigw_method_create
    provisioners._RESOURCE_HANDLERS["AWS::ApiGateway::Method"]["create"] = _apigw_method_create
