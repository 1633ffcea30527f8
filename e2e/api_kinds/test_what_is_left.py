"""Destroying a stage leaves nothing of its API. The last file here: what the others call is gone afterwards."""

from __future__ import annotations


def test_destroying_leaves_nothing(api_kinds):
    formation = api_kinds[0].cloud.client("cloudformation")
    for stage in api_kinds:
        formation.delete_stack(StackName=stage.stack)
    for stage in api_kinds:
        formation.get_waiter("stack_delete_complete").wait(StackName=stage.stack, WaiterConfig={"Delay": 1})
    gateway = api_kinds[0].cloud.client("apigatewayv2")
    assert gateway.get_apis()["Items"] == []
    functions = api_kinds[0].cloud.client("lambda").list_functions()["Functions"]
    ours = [stage.function_name for stage in api_kinds]
    assert [item["FunctionName"] for item in functions if item["FunctionName"] in ours] == []
