"""Gives an HTTP API the cross-origin settings of its stack.

The emulator keeps them under the names that templates have, and reads them
under those of the API, so no origin would be allowed.
"""

from __future__ import annotations

EXTENDS = (
    "services.cloudformation.provisioners:_apigw_v2_api_create",
    "services.cloudformation.provisioners:_apigw_v2_api_update",
    "services.apigateway:_cors_response_headers",
    "services.apigateway:_cors_preflight_response",
)


def as_the_api_names_it(settings: dict) -> dict:
    """A template's `CorsConfiguration` under the API's own names: `allowOrigins` for `AllowOrigins`."""
    return {name[:1].lower() + name[1:]: value for name, value in settings.items()}


def install(app, apigw) -> None:
    from ministack.services.cloudformation import provisioners

    def renamed(provision, place: int):
        def wrapped(*arguments, **named):
            props = dict(arguments[place])
            if props.get("CorsConfiguration"):
                props["CorsConfiguration"] = as_the_api_names_it(props["CorsConfiguration"])
            return provision(*arguments[:place], props, *arguments[place + 1 :], **named)

        return wrapped

    provisioners._RESOURCE_HANDLERS["AWS::ApiGatewayV2::Api"].update(
        create=renamed(provisioners._apigw_v2_api_create, 1),
        update=renamed(provisioners._apigw_v2_api_update, 2),
    )
