"""Lets a stage of an HTTP or WebSocket API serve what was deployed to it, and not what has changed since.

The emulator's deployments hold nothing, and stacks can't have any. On AWS a
deployment is a snapshot of the API; a stage that deploys by itself serves every
change at once, and one without a deployment serves nothing.
"""

from __future__ import annotations

import contextvars
import copy
import functools
import json

from .deployed_snapshot import ServedStore

EXTENDS = (
    "services.apigateway:_create_deployment",
    "services.apigateway:_delete_deployment",
    "services.apigateway:_handle_execute_in_scope",
    "services.apigateway:_match_route",
    "services.apigateway:_match_ws_route",
    "services.apigateway:_refuse_ws_handshake",
    "services.apigateway:handle_websocket",
)

#: The emulator's stores that a deployment takes a copy of, each `API id -> what the API has`.
SNAPSHOT_STORES = ("_routes", "_integrations", "_authorizers", "_route_responses")

#: API and stage of the request or connection in progress.
_serving: contextvars.ContextVar[tuple[str, str] | None] = contextvars.ContextVar("oathgate_serving", default=None)


def install(app, apigw) -> None:
    from ministack.services import apigateway
    from ministack.services.cloudformation import provisioners

    create, delete = apigateway._create_deployment, apigateway._delete_deployment
    execute, connect = apigateway._handle_execute_in_scope, apigateway.handle_websocket
    live = {name: getattr(apigateway, name) for name in SNAPSHOT_STORES}
    # API and deployment ids are random, so accounts and regions can share this.
    snapshots: dict[tuple[str, str], dict[str, dict]] = {}

    def deployed(name: str, api_id: str) -> dict | None:
        serving = _serving.get()
        if serving is None or serving[0] != api_id:
            return None
        stage = apigateway._stages.get(api_id, {}).get(serving[1]) or {}
        if stage.get("autoDeploy"):
            return None
        return snapshots.get((api_id, stage.get("deploymentId")), {}).get(name, {})

    def _create_deployment(api_id, data):
        response = create(api_id, data)
        if response[0] == 201:
            taken = {name: copy.deepcopy(live[name].get(api_id) or {}) for name in SNAPSHOT_STORES}
            snapshots[api_id, json.loads(response[2])["deploymentId"]] = taken
        return response

    def _delete_deployment(api_id, deployment_id):
        stages = apigateway._stages.get(api_id) or {}
        if any(stage.get("deploymentId") == deployment_id for stage in stages.values()):
            return apigateway._apigw_error(
                "BadRequestException", "Active stages pointing to this deployment must be moved or deleted", 400
            )
        snapshots.pop((api_id, deployment_id), None)
        return delete(api_id, deployment_id)

    async def _handle_execute_in_scope(api_id, stage, *arguments, **named):
        token = _serving.set((api_id, stage))
        try:
            return await execute(api_id, stage, *arguments, **named)
        finally:
            _serving.reset(token)

    async def handle_websocket(scope, receive, send, api_id, path_override=None):
        path = path_override if path_override is not None else scope.get("path", "")
        stage = path.lstrip("/").partition("/")[0]
        _, account_id, region = apigateway._api_owner(api_id)
        if stage not in apigateway._stages.get_scoped(account_id, region, api_id, {}):
            # The emulator would open a connection that no route knows of.
            await receive()
            await apigateway._refuse_ws_handshake(scope, send, 403, "Forbidden", None, None)
            return None
        token = _serving.set((api_id, stage))
        try:
            return await connect(scope, receive, send, api_id, path_override)
        finally:
            _serving.reset(token)

    def create_resource(logical_id, props, stack_name):
        status, _, body = _create_deployment(props["ApiId"], {"description": props.get("Description", "")})
        if status != 201:
            raise ValueError(f"AWS::ApiGatewayV2::Deployment create failed: {body!r}")
        deployment_id = json.loads(body)["deploymentId"]
        return deployment_id, {"DeploymentId": deployment_id}

    def update_resource(physical_id, old_props, new_props, stack_name):
        if old_props["ApiId"] != new_props["ApiId"]:
            return create_resource(physical_id, new_props, stack_name)
        return physical_id, {"DeploymentId": physical_id}

    def delete_resource(physical_id, props):
        status, _, body = _delete_deployment(props["ApiId"], physical_id)
        if status == 400:
            raise ValueError(f"AWS::ApiGatewayV2::Deployment delete failed: {body!r}")

    apigateway._create_deployment = _create_deployment
    apigateway._delete_deployment = _delete_deployment
    apigateway._handle_execute_in_scope = _handle_execute_in_scope
    apigateway.handle_websocket = handle_websocket
    for name in SNAPSHOT_STORES:
        setattr(apigateway, name, ServedStore(live[name], functools.partial(deployed, name)))
    provisioners._RESOURCE_HANDLERS["AWS::ApiGatewayV2::Deployment"] = {
        "create": create_resource,
        "update": update_resource,
        "delete": delete_resource,
    }
