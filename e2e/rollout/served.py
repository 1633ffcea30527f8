"""What AWS serves in each state of a deploy: which code decides about a request, and which headers are mapped then.

A deployment of an API holds its methods, mappings and authorizers as they were when it was made; a version of a
function holds its code. Whether an authorizer is taken from the deployment that is served or as it is at the moment can
be chosen, so that nothing depends on it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import combinations
from types import MappingProxyType

from .steps import Plan, Step, references

#: A set of header mappings: header and the key of the authorizer's context that fills it.
Mappings = frozenset[tuple[str, str]]

_HEADER = "integration.request.header."


def mappings_of(method: dict) -> Mappings:
    """The headers that a method fills from the authorizer's context."""
    parameters = method["Properties"].get("Integration", {}).get("RequestParameters", {})
    return frozenset(
        (name[len(_HEADER) :], source)
        for name, source in parameters.items()
        if name.startswith(_HEADER) and source.startswith("context.authorizer.")
    )


def contract_of(resources: dict[str, dict]) -> Mappings:
    """The headers that a template's function vouches for: what the template's own methods are filled with."""
    return frozenset().union(*(mappings_of(definition) for definition in _decided(resources).values()))


def _decided(resources: dict[str, dict]) -> dict[str, dict]:
    return {
        name: definition
        for name, definition in resources.items()
        if definition["Type"] == "AWS::ApiGateway::Method" and definition["Properties"]["AuthorizationType"] == "CUSTOM"
    }


def _referred(definition: dict, resources: dict[str, dict], *types: str) -> str:
    (found,) = [name for name in references(definition) if name in resources and resources[name]["Type"] in types]
    return found


@dataclass(frozen=True)
class Cloud:
    """The state of everything that serves requests; codes are named as the plans name their templates."""

    resources: MappingProxyType[str, dict]
    #: code of `$LATEST`
    latest: str
    #: code of each published version
    versions: MappingProxyType[str, str]
    #: each deployment's methods and authorizers, as they were
    deployments: MappingProxyType[str, MappingProxyType[str, dict]]

    def key(self) -> str:
        """Tells states apart that serve differently or lead to such."""
        return repr([sorted(dict(part).items()) for part in (self.resources, self.versions, self.deployments)])

    def code_behind(self, target: str) -> str | None:
        """The code of a version or an alias; None where it is gone."""
        definition = self.resources.get(target)
        if definition is not None and definition["Type"] == "AWS::Lambda::Alias":
            version = definition["Properties"]["FunctionVersion"]["Fn::GetAtt"][0]
            return self.versions.get(version)
        return self.versions.get(target)

    def apply(self, step: Step, plan: Plan) -> Cloud:
        """The state after one more step."""
        name, type_ = step.logical_id, plan.type_of(step)
        resources = dict(self.resources)
        versions = dict(self.versions)
        deployments = dict(self.deployments)
        latest = self.latest
        if step.action == "delete":
            del resources[name]
            versions.pop(name, None)
            deployments.pop(name, None)
        else:
            resources[name] = plan.new[name]
            if type_ == "AWS::Lambda::Function":
                latest = plan.names[1]
            elif type_ == "AWS::Lambda::Version":
                versions[name] = latest
            elif type_ == "AWS::ApiGateway::Deployment":
                deployments[name] = _snapshot(resources)
        return replace(
            self,
            resources=MappingProxyType(resources),
            latest=latest,
            versions=MappingProxyType(versions),
            deployments=MappingProxyType(deployments),
        )


def _snapshot(resources: dict[str, dict]) -> MappingProxyType[str, dict]:
    kept = _decided(resources)
    kept |= {name: found for name, found in resources.items() if found["Type"] == "AWS::ApiGateway::Authorizer"}
    return MappingProxyType(kept)


def deployed(resources: dict[str, dict], code: str = "old") -> Cloud:
    """A cloud on which a template is deployed and nothing is under way; `code` is the name of its function's code."""
    found = {"versions": {}, "deployments": {}}
    for name, definition in resources.items():
        if definition["Type"] == "AWS::Lambda::Version":
            found["versions"][name] = code
        if definition["Type"] == "AWS::ApiGateway::Deployment":
            found["deployments"][name] = _snapshot(resources)
    return Cloud(
        MappingProxyType(dict(resources)),
        code,
        MappingProxyType(found["versions"]),
        MappingProxyType(found["deployments"]),
    )


@dataclass(frozen=True)
class Served:
    """What one method of the stage does with a request: which code decides, and what is mapped. No code: the request is refused."""

    code: str | None
    mappings: Mappings

    def open_to_forging(self, contracts: dict[str, Mappings]) -> Mappings:
        """The headers that the deciding code vouches for and that do not get its values."""
        return frozenset() if self.code is None else contracts[self.code] - self.mappings


def served_by(cloud: Cloud, authorizers_from_deployment: bool) -> Iterator[Served]:
    """What the stage serves, method by method."""
    (stage,) = [item for item in cloud.resources.values() if item["Type"] == "AWS::ApiGateway::Stage"]
    snapshot = cloud.deployments[stage["Properties"]["DeploymentId"]["Ref"]]
    for method in _decided(dict(snapshot)).values():
        name = method["Properties"]["AuthorizerId"]["Ref"]
        authorizer = (snapshot if authorizers_from_deployment else cloud.resources).get(name)
        code = None
        if authorizer is not None:
            function = ("AWS::Lambda::Version", "AWS::Lambda::Alias")
            everything = {target: {"Type": function[0]} for target in cloud.versions} | dict(cloud.resources)
            called = {"Properties": authorizer["Properties"]["AuthorizerUri"]}
            target = _referred(called, everything, *function)
            if _may_call(cloud, name, target):
                code = cloud.code_behind(target)
        yield Served(code, mappings_of(method))


def _may_call(cloud: Cloud, authorizer: str, target: str) -> bool:
    return any(
        definition["Type"] == "AWS::Lambda::Permission" and {authorizer, target} <= references(definition)
        for definition in cloud.resources.values()
    )


def walk(plan: Plan, before: Cloud | None = None) -> Iterator[tuple[frozenset[Step], Cloud]]:
    """Every state that some order of the plan's steps leads through, with what happened until then.

    It begins with `before`, else with a cloud that has never had another template than the plan's old one.
    """
    start = (frozenset(), before or deployed(plan.old, plan.names[0]))
    seen = set()
    todo = [start]
    while todo:
        done, cloud = todo.pop()
        key = (done, cloud.key())
        if key in seen:
            continue
        seen.add(key)
        yield done, cloud
        todo += [(done | {step}, cloud.apply(step, plan)) for step in plan.next_steps(done)]


def taken_back(done: frozenset[Step], cloud: Cloud, plan: Plan) -> Iterator[Cloud]:
    """The states in which CloudFormation rolls an unfinished deploy back: every changed resource may be the old one again."""
    changed = [step.logical_id for step in done if step.action == "update"]
    for count in range(len(changed) + 1):
        for names in combinations(changed, count):
            resources = dict(cloud.resources) | {name: plan.old[name] for name in names}
            yield replace(cloud, resources=MappingProxyType(resources))
