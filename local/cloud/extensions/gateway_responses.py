"""Lets gateway responses use the authorizer's context, as AWS does on a refusal.

`$context.authorizer.key` in a body is replaced by its value, or by nothing
where the authorizer set none; a header mapped from an absent key is left out.
The other `$context.*` variables the emulator does not know are filled too.
"""

from __future__ import annotations

import re

from . import raw_request
from .request_values import client_header, context_value

EXTENDS = (
    "services.apigateway_v1:_gateway_error_response",
    "services.apigateway_v1:_gateway_request_value",
)


class TemplateVariables:
    """Replaces the emulator's compiled pattern: same `sub`, more variables, still one pass."""

    def __init__(self, pattern: re.Pattern[str]):
        self._pattern = pattern

    def sub(self, known, template: str) -> str:
        """Fills a template; `known` returns the emulator's own values, or the match itself."""
        raw = raw_request.current.get()

        def value(match: re.Match) -> str:
            name = match.group(1) or match.group(2)
            if raw is None:
                return known(match)
            if name.startswith("context.authorizer."):
                return context_value(name, raw) or ""
            filled = known(match)
            return filled if filled != match.group(0) else context_value(name, raw) or ""

        return self._pattern.sub(value, template)


def install(app, apigw) -> None:
    value_of = apigw._gateway_request_value
    respond = apigw._gateway_error_response

    def _gateway_request_value(source, request):
        raw = raw_request.current.get()
        if raw and source.startswith("context."):
            return context_value(source, raw) or None
        if raw and source.startswith("method.request.header."):
            values = client_header(source[len("method.request.header.") :], raw)
            return values[-1] if values else None
        return value_of(source, request)

    def _gateway_error_response(error, request):
        raw = raw_request.current.get()
        return respond(error, {**request, "request_id": raw.request_id} if raw else request)

    apigw._gateway_request_value = _gateway_request_value
    apigw._gateway_error_response = _gateway_error_response
    apigw._GATEWAY_TEMPLATE_VARIABLE = TemplateVariables(apigw._GATEWAY_TEMPLATE_VARIABLE)
