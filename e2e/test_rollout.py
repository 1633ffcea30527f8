"""At no moment of an upgrade, a rollback or a failing deploy does a forged header arrive as a vouched one."""

from __future__ import annotations

import pytest

from .rollout import served, stages
from .rollout.steps import Plan, Step, references

DIRECTIONS = [pytest.param("one", "two", id="upgrade"), pytest.param("two", "one", id="rollback")]


@pytest.mark.parametrize(
    ("definition", "waits_for"),
    [
        ({"Properties": {"A": {"Ref": "One"}}}, {"One"}),
        ({"Properties": {"A": [{"B": {"Fn::GetAtt": ["One", "Arn"]}}]}}, {"One"}),
        ({"Properties": {"A": {"Fn::GetAtt": "One.Arn"}}}, {"One"}),
        ({"Properties": {"A": {"Fn::Sub": "${One} ${Two.Arn} ${!Literal}"}}}, {"One", "Two"}),
        ({"Properties": {"A": {"Fn::Join": ["", ["x", {"Ref": "One"}]]}}, "DependsOn": "Two"}, {"One", "Two"}),
        ({"DependsOn": ["One", "Two"]}, {"One", "Two"}),
        ({"Properties": {"A": "One"}}, set()),
    ],
)
def test_a_resource_waits_for_what_it_refers_to(definition, waits_for):
    assert references(definition) == waits_for


def test_a_plan_changes_in_order_of_dependence_and_cleans_up_at_the_end():
    def resource(value, *below, **more):
        return {"Type": "Test", "Properties": {"Value": value}, "DependsOn": list(below), **more}

    old = {"Base": resource(1), "Same": resource(1, "Base"), "Top": resource(1, "Same"), "Gone": resource(1, "Base")}
    new = {"Base": resource(2), "Same": resource(1, "Base"), "Top": resource(2, "Same"), "Added": resource(1)}
    old["Kept"] = resource(1, DeletionPolicy="Retain")
    plan = Plan.between({"Resources": old}, {"Resources": new})
    base, top = Step("update", "Base"), Step("update", "Top")
    added, gone = Step("create", "Added"), Step("delete", "Gone")
    # What does not change passes the order on; what is retained is not deleted.
    assert plan.waits_for == {base: set(), top: {base}, added: set(), gone: {base, top, added}}
    every = [set(), {base}, {added}, {base, top}, {base, added}, {base, top, added}, {base, top, added, gone}]
    assert {frozenset(done) for done in every} == set(plan.states())


@pytest.fixture(scope="module")
def revisions(cloud):
    """Both revisions, each deployed once; the stack goes with the last test."""
    found = {name: stages.deploy(cloud, name) for name in stages.REVISIONS}
    yield found
    found["two"].deployment.destroy()


@pytest.fixture
def stack(revisions):
    return stages.Stack(revisions["two"].deployment)


def plan_between(revisions, before, after, shape=lambda template: template) -> Plan:
    return Plan.between(shape(revisions[before].template), shape(revisions[after].template)).serving()


def open_headers(cloud, plan, from_deployment) -> set[str]:
    contracts = {"old": served.contract_of(plan.old), "new": served.contract_of(plan.new)}
    return {
        header for method in served.served_by(cloud, from_deployment) for header, _ in method.open_to_forging(contracts)
    }


@pytest.mark.parametrize("from_deployment", [True, False], ids=["authorizers as deployed", "authorizers as they are"])
@pytest.mark.parametrize(("before", "after"), DIRECTIONS)
def test_no_order_of_steps_leads_through_a_state_that_is_open(revisions, before, after, from_deployment):
    plan = plan_between(revisions, before, after)
    states = list(served.walk(plan))
    assert len(states) > 10
    for done, cloud in states:
        assert open_headers(cloud, plan, from_deployment) == set(), [str(step) for step in done]


@pytest.mark.parametrize(("before", "after"), DIRECTIONS)
def test_a_deploy_that_fails_anywhere_is_rolled_back_without_one(revisions, before, after):
    plan = plan_between(revisions, before, after)
    for done, cloud in served.walk(plan):
        if any(step.action == "delete" for step in done):
            continue
        for state in served.taken_back(done, cloud, plan):
            for from_deployment in (True, False):
                assert open_headers(state, plan, from_deployment) == set(), [str(step) for step in done]


@pytest.mark.parametrize(("before", "after"), DIRECTIONS)
def test_every_request_is_decided_while_the_deploy_is_under_way(revisions, before, after):
    plan = plan_between(revisions, before, after)
    for done, cloud in served.walk(plan):
        assert all(method.code for method in served.served_by(cloud, True)), [str(step) for step in done]


@pytest.mark.parametrize("from_deployment", [True, False], ids=["authorizers as deployed", "authorizers as they are"])
@pytest.mark.parametrize("from_alias", [True, False], ids=["away from the alias", "back to it"])
def test_a_stack_that_has_an_alias_comes_here_and_goes_back_without_one(revisions, from_alias, from_deployment):
    one, two = revisions["one"].template, revisions["two"].template
    aliased = stages.with_moving_alias(one)
    plan = (Plan.between(aliased, two) if from_alias else Plan.between(two, aliased)).serving()
    for done, cloud in served.walk(plan):
        assert open_headers(cloud, plan, from_deployment) == set(), [str(step) for step in done]


@pytest.mark.parametrize("from_deployment", [True, False], ids=["authorizers as deployed", "authorizers as they are"])
@pytest.mark.parametrize(("before", "after"), DIRECTIONS)
def test_an_alias_that_moves_would_be_found_open(revisions, before, after, from_deployment):
    plan = plan_between(revisions, before, after, stages.with_moving_alias)
    found = [open_headers(cloud, plan, from_deployment) for _, cloud in served.walk(plan)]
    assert {name for name in stages.REVISIONS[after] if name != "X-User"} in found


@pytest.mark.parametrize(("before", "after"), DIRECTIONS)
def test_no_forged_header_arrives_in_any_state(revisions, stack, before, after):
    plan = plan_between(revisions, before, after)
    stack.put(revisions[before].template)
    for done in plan.states():
        stack.put(revisions[after].template, plan.resources_after(done))
        assert stack.forged() == set(), [str(step) for step in done]


@pytest.mark.parametrize(("before", "after"), DIRECTIONS)
def test_with_an_alias_that_moves_forged_headers_do_arrive(revisions, stack, before, after):
    plan = plan_between(revisions, before, after, stages.with_moving_alias)
    stack.put(stages.with_moving_alias(revisions[before].template))
    found = set()
    for done in plan.states():
        stack.put(stages.with_moving_alias(revisions[after].template), plan.resources_after(done))
        found |= stack.forged()
    assert found == {(after, name) for name in stages.REVISIONS[after] if name != "X-User"}


def published(stack) -> list[str]:
    functions = stack.deployment.cloud.client("lambda")
    listed = functions.list_versions_by_function(FunctionName=stack.deployment.function_name)
    return [item["Version"] for item in listed["Versions"]]


def test_a_deploy_that_fails_leaves_what_was_there_and_can_be_tried_again(revisions, stack):
    stack.put(revisions["one"].template)
    before = published(stack)
    resources = dict(revisions["two"].template["Resources"])
    (version,) = [name for name, found in resources.items() if found["Type"] == "AWS::Lambda::Version"]
    (stage,) = [name for name, found in resources.items() if found["Type"] == "AWS::ApiGateway::Stage"]
    # Lambda refuses to publish the same twice; all else is done by then.
    resources["Fails"] = {**resources[version], "DependsOn": stage}
    stack.put(revisions["two"].template, resources, fails=True)
    assert stack.forged() == set()
    assert published(stack) == before
    stack.put(revisions["two"].template)
    assert stack.forged() == set()


def test_what_is_older_than_the_last_deploys_is_pruned_and_nothing_that_is_served(revisions, stack):
    for name in ("one", "two", "one", "two"):
        stack.put(revisions[name].template)
    deployment, kept = stack.deployment, stages.KEPT
    assert len(published(stack)) > kept + 2
    would = deployment.make("prune", "DRY_RUN=1")
    assert len(published(stack)) > kept + 2
    assert deployment.make("prune") == would.replace("would be deleted", "deleted")
    # `$LATEST`, what is served, and the others.
    assert len(published(stack)) == 1 + 1 + kept
    gateway = deployment.cloud.client("apigateway")
    for listed in (gateway.get_authorizers, gateway.get_deployments):
        assert len(listed(restApiId=deployment.api_id)["items"]) == 1 + kept
    assert stack.forged() == set()
    # The oldest that is left is complete.
    oldest = deployment.make("versions").splitlines()[-1].split()[0]
    assert "is updated to it" in deployment.make("rollback", f"TO={oldest}")
    assert stack.forged() == set()


def test_earlier_versions_stay_until_the_stack_goes(revisions, stack):
    stack.put(revisions["one"].template)
    stack.put(revisions["two"].template)
    functions = stack.deployment.cloud.client("lambda")
    name = stack.deployment.function_name
    versions = published(stack)
    assert len(versions) > 2
    for version in versions[-2:]:
        assert functions.get_policy(FunctionName=name, Qualifier=version)["Policy"]
    stack.deployment.destroy()
    assert name not in [item["FunctionName"] for item in functions.list_functions()["Functions"]]
