"""What a stage has been through before a deploy begins: earlier deploys, whose resources may stay, and a rollback."""

from __future__ import annotations

import json
from dataclasses import replace
from types import MappingProxyType

from .served import Cloud, deployed, walk
from .steps import Plan

#: What the template of a stage has of its own deployments: with these the stage can be rolled back to an earlier one.
_STAGE, _DEPLOYMENT = "AWS::ApiGateway::Stage", "AWS::ApiGateway::Deployment"
_ALIAS = "AWS::Lambda::Alias"


def completed(plan: Plan, before: Cloud | None = None) -> Cloud:
    """The cloud once a deploy has come to its end. What is retained goes by another name: the stack has forgotten it."""
    done, cloud = max(walk(plan.serving(), before), key=lambda state: len(state[0]))
    if len(done) != len(plan.serving().waits_for):
        raise ValueError("the plan has no end")
    forgotten = [name for name in cloud.resources if name not in plan.new and name in plan.old]
    return _renamed(cloud, {name: f"{name}Earlier" for name in forgotten})


def _renamed(cloud: Cloud, names: dict[str, str]) -> Cloud:
    """Every mention of a resource by another name."""

    def again(part):
        text = json.dumps(part, default=dict)
        for name, other in names.items():
            text = text.replace(json.dumps(name), json.dumps(other))
        return json.loads(text)

    return replace(
        cloud,
        resources=MappingProxyType(again(cloud.resources)),
        versions=MappingProxyType(again(cloud.versions)),
        deployments=MappingProxyType(again(cloud.deployments)),
    )


def rolled_back(plan: Plan, recorded: bool) -> tuple[dict, Cloud] | None:
    """A stage that is rolled back after a deploy: its stack's template, and the cloud; nothing where nothing was kept.

    `recorded`: whether the template has it too.
    """
    cloud = completed(plan)
    resources = dict(cloud.resources)
    (stage,) = [name for name, found in resources.items() if found["Type"] == _STAGE]
    served = resources[stage]["Properties"]["DeploymentId"]["Ref"]
    kept = [name for name in cloud.deployments if name != served]
    changed = {}
    if kept:
        changed[stage] = _with(resources[stage], DeploymentId={"Ref": kept[-1]})
    else:
        earlier = [
            name for name in cloud.versions if name.endswith("Earlier") and cloud.versions[name] == plan.names[0]
        ]
        for name, found in resources.items():
            # Only where both versions have the alias's contract: it has moved from the one to the other.
            if found["Type"] == _ALIAS and name in plan.old and earlier:
                changed[name] = _with(found, FunctionVersion={"Fn::GetAtt": [earlier[-1], "Version"]})
    if not changed:
        return None
    template = plan.new | (changed if recorded else {})
    return {"Resources": template}, replace(cloud, resources=MappingProxyType(resources | changed))


def _with(definition: dict, **properties) -> dict:
    return {**definition, "Properties": {**definition["Properties"], **properties}}


def serving(template: dict, name: str) -> Cloud:
    """A cloud that has never had another template."""
    return deployed(template["Resources"], name)
