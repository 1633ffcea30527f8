"""Whichever way requests move, and wherever a stage comes from, no state of a deploy lets a forged header arrive.

The templates are the shipped stack's, with and without an alias that CodeDeploy moves, of two contracts of headers and two
builds of each. While CodeDeploy shifts, some requests are decided as before the step and some as after it: the states on
both sides of the step are both looked at, with everything that may happen meanwhile.
"""

from __future__ import annotations

import json
import subprocess
from itertools import permutations

import pytest

from local.cloud.processes import ROOT

from .rollout import history, served
from .rollout.steps import Plan


@pytest.fixture(scope="module")
def templates() -> dict[str, dict]:
    """The templates by their names, as `rollout/templates.ts` describes them."""
    command = [str(ROOT / "node_modules/.bin/tsx"), "e2e/rollout/templates.ts"]
    finished = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    return json.loads(finished.stdout)


def contracts(templates) -> dict[str, served.Mappings]:
    return {name: served.contract_of(template["Resources"]) for name, template in templates.items()}


def plan_between(templates, before: str, after: str, old: dict | None = None) -> Plan:
    return Plan.between(old or templates[before], templates[after], (before, after))


def pairs(templates, kept: str):
    """Every way from one template to another, of stages that keep as many deploys."""
    return permutations([name for name in templates if name.endswith(f"-{kept}")], 2)


def found_open(templates, plan: Plan, start: served.Cloud | None = None) -> dict[str, list[str]]:
    """The headers that are open to forging in some state, taken back or not, with the steps that lead there."""
    of = contracts(templates)
    found = {}
    for done, cloud in served.walk(plan, start):
        # What has come to its clean-up is not taken back.
        cleaning = any(step.action == "delete" for step in done)
        for state in (cloud, *([] if cleaning else served.taken_back(done, cloud, plan))):
            for from_deployment in (True, False):
                for method in served.served_by(state, from_deployment):
                    for header, _ in method.open_to_forging(of):
                        found.setdefault(header, [str(step) for step in done])
    return found


def refused(plan: Plan, start: served.Cloud | None = None) -> list[list[str]]:
    """The states of a deploy that goes well in which no function decides about some request."""
    return [
        [str(step) for step in done]
        for done, cloud in served.walk(plan, start)
        if not all(method.code for method in served.served_by(cloud, True))
    ]


@pytest.mark.parametrize("kept", ["0", "5"])
def test_no_way_from_one_scheme_contract_or_build_to_another_is_open(templates, kept):
    walked = 0
    for before, after in pairs(templates, kept):
        plan = plan_between(templates, before, after).serving()
        assert found_open(templates, plan) == {}, (before, after)
        walked += 1
    assert walked == 56


def test_a_function_decides_about_every_request_while_earlier_deploys_are_kept(templates):
    for before, after in pairs(templates, "5"):
        assert refused(plan_between(templates, before, after).serving()) == [], (before, after)


@pytest.mark.parametrize("recorded", [True, False], ids=["and its stack knows", "and its stack does not know"])
def test_no_deploy_of_a_stage_that_was_rolled_back_is_open(templates, recorded):
    walked = 0
    for first, second in pairs(templates, "5"):
        back = history.rolled_back(plan_between(templates, first, second), recorded)
        if back is None:
            continue
        template, cloud = back
        for method in served.served_by(cloud, True):
            assert method.code == first, (first, second)
        # To something new, back to the first, and to the second again.
        for third in {"shifted-one-b-5", "direct-two-a-5", first, second}:
            plan = plan_between(templates, second, third, template).serving()
            assert found_open(templates, plan, cloud) == {}, (first, second, third)
            assert refused(plan, cloud) == [], (first, second, third)
            walked += 1
    assert walked > 100


def test_versions_of_one_contract_are_shifted_and_those_of_another_are_not(templates):
    def moved(before: str, after: str) -> set[str]:
        plan = plan_between(templates, before, after)
        return {step.action for step in plan.waits_for if plan.type_of(step) == "AWS::Lambda::Alias"}

    assert moved("shifted-one-a-5", "shifted-one-b-5") == {"update"}
    assert moved("shifted-one-a-5", "shifted-two-a-5") == {"create"}
    assert moved("direct-one-a-5", "shifted-one-a-5") == {"create"}
    assert moved("shifted-one-a-5", "direct-one-a-5") == set()


def test_an_alias_for_both_contracts_would_be_found_open(templates):
    def digest(name: str) -> str:
        return next(key[-16:] for key in templates[name]["Resources"] if key.startswith("RolloutShiftAlias"))

    one, two = "shifted-one-a-5", "shifted-two-b-5"
    shared = json.loads(json.dumps(templates[two]).replace(digest(two), digest(one)))
    plan = Plan.between(templates[one], shared, (one, two)).serving()
    assert set(found_open(templates, plan)) == {"X-Added", "X-Removed"}
