"""Gives an HTTP API the cross-origin settings of its stack.

The emulator keeps them under the names that templates have, and reads them
under those of the API, so no origin would be allowed.
"""

from __future__ import annotations

from . import template_properties

EXTENDS = (
    "services.cloudformation.provisioners:_apigw_v2_api_create",
    "services.cloudformation.provisioners:_apigw_v2_api_update",
    "services.apigateway:_cors_response_headers",
    "services.apigateway:_cors_preflight_response",
)


def as_the_api_names_them(props: dict) -> dict:
    """An API's properties, with its `CorsConfiguration` under the API's own names: `allowOrigins` for `AllowOrigins`."""
    settings = props.get("CorsConfiguration")
    if not settings:
        return props
    return {**props, "CorsConfiguration": {name[:1].lower() + name[1:]: value for name, value in settings.items()}}


def install(app, apigw) -> None:
    template_properties.change("AWS::ApiGatewayV2::Api", as_the_api_names_them)
