"""What the emulator lacks, most of it at API Gateway's edge: one file per subject.

Each module names what it changes or relies on in `EXTENDS` (module and function
of the emulator) and has `install(app, apigw)`. The launcher compares every
named function with the one the extension was written for before it installs.
"""

from __future__ import annotations

from . import (
    authorizer_event,
    authorizer_response,
    control_plane,
    deployed_snapshot,
    gateway_responses,
    header_mappings,
    http_and_web_socket_authorizers,
    http_and_web_socket_deployments,
    http_api_cors,
    http_api_integrations,
    http_api_request,
    http_proxy,
    mock_integration,
    raw_request,
    request_values,
    secret_reference,
    secret_rotation,
    upgrades,
    web_sockets,
)

#: In the order in which they are installed: later ones wrap earlier ones.
ALL = (
    raw_request,
    deployed_snapshot,
    control_plane,
    authorizer_event,
    authorizer_response,
    request_values,
    header_mappings,
    http_proxy,
    mock_integration,
    gateway_responses,
    http_and_web_socket_deployments,
    http_and_web_socket_authorizers,
    http_api_request,
    http_api_integrations,
    http_api_cors,
    web_sockets,
    secret_reference,
    secret_rotation,
    upgrades,
)


def install_all(app, apigw) -> None:
    """Puts every extension into the imported emulator."""
    for extension in ALL:
        if hasattr(extension, "install"):
            extension.install(app, apigw)
