"""Deploying again keeps the keys, nothing secret was printed, and destroying leaves nothing behind."""

from __future__ import annotations

import json

import pytest

pytestmark = pytest.mark.last


def secret(gate) -> str:
    return gate.cloud.client("secretsmanager").get_secret_value(SecretId=gate.secret_arn)["SecretString"]


def printed(gate, second) -> str:
    """Everything that the functions and the CDK printed."""
    logs = gate.cloud.client("logs")
    lines = [
        event["message"]
        for group in logs.describe_log_groups()["logGroups"]
        for event in logs.filter_log_events(logGroupName=group["logGroupName"]).get("events", [])
    ]
    return "\n".join([*lines, gate.cloud.emulator.log.read_text(errors="replace"), *gate.output, *second.output])


def test_neither_log_nor_cdk_showed_a_secret(gate, second):
    text = printed(gate, second)
    assert "v1/account" in text or "account" in text, "the functions' logs are not here, so this proves nothing"
    private = [
        key[part]
        for stage in (gate, second)
        for key in json.loads(secret(stage))["keys"]
        for part in ("d", "p", "q", "k")
        if part in key
    ]
    assert private
    for word in [*private, "ada-session", "grace-session", "expired-session", "two-halves", "Bearer ey"]:
        assert word not in text


def test_deploying_again_keeps_the_keys(gate):
    before = secret(gate)
    gate.deploy()
    assert secret(gate) == before
    assert gate.ask("GET", "/v1/public/news").status == 200


def test_destroying_leaves_nothing(gate, second):
    second.destroy()
    gate.destroy()
    cloud = gate.cloud
    assert cloud.client("lambda").list_functions()["Functions"] == []
    assert cloud.client("apigateway").get_rest_apis()["items"] == []
    assert cloud.client("secretsmanager").list_secrets()["SecretList"] == []
    roles = [role["RoleName"] for role in cloud.client("iam").list_roles()["Roles"]]
    assert [role for role in roles if not role.startswith("cdk-")] == []
    groups = [group["logGroupName"] for group in cloud.client("logs").describe_log_groups()["logGroups"]]
    assert [group for group in groups if "careless" not in group] == []
