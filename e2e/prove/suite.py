"""The whole suite, from nothing deployed to nothing left."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field

from . import cases, checks
from .door import Door
from .load import Load
from .observed import Observed
from .probe_template import STAGE
from .stacks import Gate, ProbeStack
from .wire import Address, send

#: Headers that the suite's rules vouch for.
VOUCHED = ("X-User", "X-Revision", "X-Note", "Authorization")

#: Responses of a revision that the load has to see once it is served.
ENOUGH = 20


@dataclass
class Outcome:
    """What the suite found."""

    seen: dict[tuple[str, str, str], Observed] = field(default_factory=dict)
    #: what is not as expected
    failed: list[str] = field(default_factory=list)
    #: how many requests were sent one by one, and how many under load
    sent: int = 0
    under_load: int = 0
    #: resources that are still there
    left: list[str] = field(default_factory=list)


class Suite:
    """Runs through one door, for one stage."""

    def __init__(self, door: Door, name: str, taken: dict, say: Callable[[str], None]):
        self._door = door
        self._name = name
        self._taken = taken
        self._say = say
        # Before anything is deployed: a case that can't be run would end the suite halfway.
        self._loaded = {kind: cases.load(kind) for kind in ("probe", "gate")}

    def run(self) -> Outcome:
        """Deploys, sends the cases, changes what is served under load, and removes everything, also where something fails."""
        outcome = Outcome()
        with ExitStack() as removals:
            probe = ProbeStack(self._door, self._name)
            removals.callback(probe.destroy)
            removals.callback(self._say, "removing the echo backend and the probe")
            self._say("deploying the echo backend and the probe")
            outputs = probe.deploy()
            gate = Gate(self._door, self._name, outputs["BackendUrl"], self._taken)
            removals.callback(gate.destroy)
            removals.callback(self._say, "removing the gate")
            self._say("deploying the gate")
            gate.deploy("one")
            self._say("sending the requests of cases/")
            self._cases("probe", self._door.address(outputs["ProbeId"], STAGE), outcome, [])
            address = self._door.address(gate.api_id, self._name)
            self._cases("gate", address, outcome, gate.public_keys())
            self._rollout(gate, address, outcome)
        outcome.left = self._left()
        return outcome

    def _cases(self, kind: str, address: Address, outcome: Outcome, keys: list[dict]) -> None:
        for case in self._loaded[kind]:
            headers = list(case.headers)
            if case.context is not None:
                headers.append(("x-prove-context", json.dumps(case.context)))
            for version in (version for version in self._door.versions if version in case.over):
                response = send(address, version, case.method, case.path, headers, case.body.encode())
                seen = Observed.of(case, response, VOUCHED)
                outcome.sent += 1
                outcome.seen[(kind, case.name, version)] = seen
                outcome.failed.extend(
                    f"{kind}: {case.name} ({version}): {complaint}" for complaint in checks.complaints(case, seen, keys)
                )

    def _rollout(self, gate: Gate, address: Address, outcome: Outcome) -> None:
        """Changes what is served, by the steps that this place has, while requests keep coming."""
        steps: list[tuple[str, str, Callable[[], None]]] = [
            ("deploying the second revision, which vouches for more", "two", lambda: gate.deploy("two")),
            ("rolling back", "one", gate.rollback),
        ]
        if self._door.shifts_requests:
            # From rolled back: the revision that vouches for more, then one that vouches for the same and is shifted to.
            steps.append(("deploying it once more", "two", lambda: gate.deploy("two")))
            steps.append(("shifting requests to the third revision", "three", lambda: gate.deploy("three")))
        with Load(lambda path, headers: send(address, "http/1.1", "GET", path, headers)) as load:
            load.await_responses("one", ENOUGH)
            for title, revision, step in steps:
                self._say(f"{title}, under load")
                step()
                wanted = load.responses[revision] + ENOUGH
                load.await_responses(revision, wanted)
                if load.responses[revision] < wanted:
                    outcome.failed.append(f"under load: after {title}, revision {revision} does not respond")
        outcome.under_load = sum(load.responses.values())
        outcome.failed.extend(f"under load: {sentence}" for sentence in dict.fromkeys(load.complaints))

    def _left(self) -> list[str]:
        """Stacks, functions, APIs, secrets and logs with the suite's name that are still there."""
        names = [s["StackName"] for s in self._all("cloudformation", "list_stacks", "StackSummaries") if _is_there(s)]
        names += [f["FunctionName"] for f in self._all("lambda", "list_functions", "Functions")]
        names += [s["Name"] for s in self._all("secretsmanager", "list_secrets", "SecretList")]
        names += [a["name"] for a in self._all("apigateway", "get_rest_apis", "items")]
        names += [g["logGroupName"] for g in self._all("logs", "describe_log_groups", "logGroups")]
        return sorted(name for name in names if f"oathgate-{self._name}" in name)

    def _all(self, service: str, operation: str, key: str) -> list[dict]:
        pages = self._door.client(service).get_paginator(operation).paginate()
        return [item for page in pages for item in page.get(key, [])]


def _is_there(stack: dict) -> bool:
    return not stack["StackStatus"].startswith("DELETE_COMPLETE")
