"""Lets a stage serve what was deployed to it, as AWS does, and not what has changed since.

The emulator's deployments keep the gateway responses alone. On AWS a deployment
is a snapshot of the whole API: resources, methods, integrations, authorizers,
models and validators. A change to any of them acts once a deployment that has
it is made and the stage points to it. Tests of a rollout depend on that: its
intermediate states differ in nothing else. An export of a stage is one of its
deployment.
"""

from __future__ import annotations

import contextvars
import copy
import functools
from collections.abc import Callable
from dataclasses import dataclass

EXTENDS = (
    "services.apigateway_v1:_create_deployment",
    "services.apigateway_v1:_delete_deployment",
    "services.apigateway_v1:_execute_in_scope",
    "services.apigateway_v1:_get_export",
    "services.apigateway_v1:_build_api_export",
    "services.apigateway_v1:_match_resource_tree",
    "services.apigateway_v1:_match_greedy_fallback",
    "services.apigateway_v1:_authorize_request_v1",
    "services.apigateway_v1:_check_request_validation",
    "services.apigateway_v1:_model_schema",
)

#: The emulator's stores that a deployment takes a copy of, each `API id -> what the API has`.
SNAPSHOT_STORES = ("_resources", "_authorizers_v1", "_models", "_request_validators")


@dataclass(frozen=True)
class Snapshot:
    """What one deployment of an API holds, store by store."""

    api_id: str
    stores: dict[str, dict]


#: The deployment that the request in progress is served from.
served: contextvars.ContextVar[Snapshot | None] = contextvars.ContextVar("oathgate_served_snapshot", default=None)


class ServedStore:
    """A store of the emulator: while a request is served, `get` reads the deployment; everything else is the live store."""

    def __init__(self, live, deployed: Callable[[str], dict | None]):
        """`deployed` returns what the served deployment has for an API, None where none is served."""
        self._live = live
        self._deployed = deployed

    def get(self, key, default=None):
        """The API's part of the store: of the deployment that is served, else the live one."""
        deployed = self._deployed(key)
        return self._live.get(key, default) if deployed is None else deployed

    def __getattr__(self, name):
        return getattr(self._live, name)

    def __deepcopy__(self, memo):
        return copy.deepcopy(self._live, memo)

    def __getitem__(self, key):
        return self._live[key]

    def __setitem__(self, key, value):
        self._live[key] = value

    def __delitem__(self, key):
        del self._live[key]

    def __contains__(self, key):
        return key in self._live

    def __iter__(self):
        return iter(self._live)

    def __len__(self):
        return len(self._live)


def install(app, apigw) -> None:
    create = apigw._create_deployment
    delete = apigw._delete_deployment
    execute = apigw._execute_in_scope
    export = apigw._get_export
    live = {name: getattr(apigw, name) for name in SNAPSHOT_STORES}
    # API and deployment ids are random, so accounts and regions can share this.
    snapshots: dict[tuple[str, str], Snapshot] = {}

    def take_snapshot(api_id: str) -> Snapshot:
        return Snapshot(api_id, {name: copy.deepcopy(live[name].get(api_id) or {}) for name in SNAPSHOT_STORES})

    def deployed(name: str, api_id: str) -> dict | None:
        snapshot = served.get()
        return snapshot.stores[name] if snapshot is not None and snapshot.api_id == api_id else None

    def _create_deployment(api_id, data):
        known = set(apigw._deployments_v1.get(api_id) or {})
        response = create(api_id, data)
        for deployment_id in set(apigw._deployments_v1.get(api_id) or {}) - known:
            snapshots[api_id, deployment_id] = take_snapshot(api_id)
        return response

    def _delete_deployment(api_id, deployment_id):
        stages = apigw._stages_v1.get(api_id) or {}
        if any(stage.get("deploymentId") == deployment_id for stage in stages.values()):
            return apigw._v1_error(
                "BadRequestException",
                "Active stages pointing to this deployment must be moved or deleted",
                400,
            )
        snapshots.pop((api_id, deployment_id), None)
        return delete(api_id, deployment_id)

    def served_by(api_id: str, stage_name: str) -> Snapshot:
        stage = (apigw._stages_v1.get(api_id) or {}).get(stage_name) or {}
        nothing = Snapshot(api_id, {name: {} for name in SNAPSHOT_STORES})
        return snapshots.get((api_id, stage.get("deploymentId")), nothing)

    def _get_export(api_id, stage_name, export_type, headers, query_params):
        token = served.set(served_by(api_id, stage_name))
        try:
            return export(api_id, stage_name, export_type, headers, query_params)
        finally:
            served.reset(token)

    async def _execute_in_scope(
        request, api_id, stage_name, method, path, headers, body, query_params, owner_account_id, owner_region
    ):
        token = served.set(served_by(api_id, stage_name))
        try:
            return await execute(
                request,
                api_id,
                stage_name,
                method,
                path,
                headers,
                body,
                query_params,
                owner_account_id,
                owner_region,
            )
        finally:
            served.reset(token)

    apigw._create_deployment = _create_deployment
    apigw._delete_deployment = _delete_deployment
    apigw._get_export = _get_export
    apigw._execute_in_scope = _execute_in_scope
    for name in SNAPSHOT_STORES:
        setattr(apigw, name, ServedStore(live[name], functools.partial(deployed, name)))
