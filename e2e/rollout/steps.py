"""The steps by which CloudFormation gets from one template to another, and the orders in which it may take them.

A resource is created or changed once everything it refers to or depends on is; what has no such order between it may
happen in any. What the new template lacks, and what a replaced resource was before, is deleted in a clean-up after
everything else, dependents first, unless a policy retains it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

#: Types of which every changed property means another resource in place of the old one.
REPLACED = frozenset(["AWS::Lambda::Permission", "AWS::Lambda::Version"])

#: Types that determine which function decides about a request and which headers the backend receives.
SERVING = frozenset(
    [
        "AWS::Lambda::Function",
        "AWS::Lambda::Version",
        "AWS::Lambda::Alias",
        "AWS::Lambda::Permission",
        "AWS::ApiGateway::Authorizer",
        "AWS::ApiGateway::Method",
        "AWS::ApiGateway::Deployment",
        "AWS::ApiGateway::Stage",
    ]
)


def references(definition: dict) -> set[str]:
    """The logical ids that a resource waits for: `Ref`, `Fn::GetAtt`, `Fn::Sub` and `DependsOn`."""
    depends = definition.get("DependsOn", [])
    found = {depends} if isinstance(depends, str) else set(depends)
    todo: list = [definition.get("Properties", {})]
    while todo:
        value = todo.pop()
        if isinstance(value, list):
            todo += value
        elif isinstance(value, dict):
            if isinstance(value.get("Ref"), str):
                found.add(value["Ref"])
            if "Fn::GetAtt" in value:
                target = value["Fn::GetAtt"]
                found.add(target[0] if isinstance(target, list) else target.partition(".")[0])
            if "Fn::Sub" in value:
                text = value["Fn::Sub"] if isinstance(value["Fn::Sub"], str) else value["Fn::Sub"][0]
                found |= {name.partition(".")[0] for name in re.findall(r"\$\{([^!}][^}]*)\}", text)}
            todo += value.values()
    return found


@dataclass(frozen=True, order=True)
class Step:
    """One thing that CloudFormation does to one resource: `create`, `update` or `delete`."""

    action: str
    logical_id: str

    def __str__(self) -> str:
        return f"{self.action} {self.logical_id}"


@dataclass
class Plan:
    """Every step from one template to another, and which steps each of them waits for."""

    old: dict[str, dict]
    new: dict[str, dict]
    waits_for: dict[Step, set[Step]] = field(default_factory=dict)
    #: what the code of each template's function is called
    names: tuple[str, str] = ("old", "new")

    @classmethod
    def between(cls, old_template: dict, new_template: dict, names: tuple[str, str] = ("old", "new")) -> Plan:
        """The plan of an update of a stack."""
        plan = cls(old_template["Resources"], new_template["Resources"], names=names)
        forward = {step.logical_id: step for step in plan._forward()}
        order = {name: plan._all_below(name, plan.new) for name in forward}
        for name, step in forward.items():
            plan.waits_for[step] = {forward[below] for below in order[name] if below in forward}
        clean_up = {step.logical_id: step for step in plan._clean_up()}
        for name, step in clean_up.items():
            above = {other for other in clean_up if name in plan._all_below(other, plan.old)}
            plan.waits_for[step] = set(forward.values()) | {clean_up[other] for other in above}
        return plan

    def _forward(self) -> Iterator[Step]:
        for name, definition in self.new.items():
            before = self.old.get(name)
            if before is None:
                yield Step("create", name)
            elif _shown(before) != _shown(definition):
                if definition["Type"] in REPLACED:
                    raise ValueError(f"{name} is replaced under its own name, which this plan has no state for")
                yield Step("update", name)

    def _clean_up(self) -> Iterator[Step]:
        for name, definition in self.old.items():
            retained = str(definition.get("DeletionPolicy", "Delete")).startswith("Retain")
            if name not in self.new and not retained:
                yield Step("delete", name)

    @staticmethod
    def _all_below(name: str, resources: dict[str, dict]) -> set[str]:
        found: set[str] = set()
        todo = [name]
        while todo:
            for below in references(resources[todo.pop()]):
                if below in resources and below not in found:
                    found.add(below)
                    todo.append(below)
        return found

    def type_of(self, step: Step) -> str:
        """The type of the resource that a step is about."""
        return (self.new.get(step.logical_id) or self.old[step.logical_id])["Type"]

    def serving(self) -> Plan:
        """The same plan without the steps that change nothing of what is served."""
        kept = {step for step in self.waits_for if self.type_of(step) in SERVING}
        return Plan(self.old, self.new, {step: self._kept_before(step, kept) for step in kept}, self.names)

    def _kept_before(self, step: Step, kept: set[Step]) -> set[Step]:
        return self.waits_for[step] & kept

    def next_steps(self, done: frozenset[Step]) -> list[Step]:
        """The steps that may come next."""
        return sorted(step for step, before in self.waits_for.items() if step not in done and before <= done)

    def states(self) -> list[frozenset[Step]]:
        """Every set of steps that some order has taken at some moment, small ones first."""
        found = {frozenset()}
        todo = [frozenset()]
        while todo:
            done = todo.pop()
            for step in self.next_steps(done):
                grown = done | {step}
                if grown not in found:
                    found.add(grown)
                    todo.append(grown)
        return sorted(found, key=lambda done: (len(done), sorted(done)))

    def resources_after(self, done: frozenset[Step]) -> dict[str, dict]:
        """What the stack holds once these steps are taken."""
        held = dict(self.old)
        for step in done:
            if step.action == "delete":
                del held[step.logical_id]
            else:
                held[step.logical_id] = self.new[step.logical_id]
        # What is retained is forgotten by the stack at the end, and still there.
        return held


def _shown(definition: dict) -> str:
    return json.dumps({key: definition.get(key) for key in ("Type", "Properties")}, sort_keys=True)
