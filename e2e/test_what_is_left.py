"""Deploying again keeps the keys, nothing secret was printed, and destroying leaves what is retained and nothing else."""

from __future__ import annotations

import json
import subprocess

import pytest

from local.cloud.processes import ROOT
from local.deployment import stage_file

from .seen import logged

pytestmark = pytest.mark.last

#: Logs of functions that tests make by themselves; Lambda makes these logs, and nothing removes them.
LOGS_OF_TESTS = {f"/aws/lambda/{name}" for name in ("attached-backend", "backend", "careless")}


def secret(gate) -> str:
    return gate.cloud.client("secretsmanager").get_secret_value(SecretId=gate.secret_arn)["SecretString"]


def printed(gate, second) -> str:
    """Everything that the functions and the CDK printed."""
    return "\n".join(
        [*logged(gate.cloud), gate.cloud.emulator.log.read_text(errors="replace"), *gate.output, *second.output]
    )


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
    assert gate.send("GET", "/v1/public/news").status == 200


def make(gate, command: str, stage, *flags: str) -> subprocess.CompletedProcess[str]:
    """Runs make for a stage, as a user does, without anything of this machine's AWS set-up."""
    return subprocess.run(
        ["make", command, f"STAGE={stage}", f"CDK_FLAGS={' '.join(flags)}"],
        cwd=ROOT,
        env=gate.cloud.tool_environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )


def described(gate) -> dict:
    return gate.cloud.client("cloudformation").describe_stacks(StackName=gate.stack)["Stacks"][0]


def test_a_stage_that_its_file_protects_is_not_destroyed(gate):
    file = stage_file(gate.cloud, gate.stage, {"terminationProtection": True})
    refused = make(gate, "destroy", file, "--force")
    assert refused.returncode != 0
    assert f"the stage `{gate.stage}` is protected and was not destroyed" in refused.stderr
    assert described(gate)["StackStatus"].endswith("_COMPLETE")


def test_a_stack_that_is_protected_in_aws_is_not_destroyed_whatever_the_file_says(gate):
    file = stage_file(gate.cloud, gate.stage, {})
    cloudformation = gate.cloud.client("cloudformation")
    cloudformation.update_termination_protection(StackName=gate.stack, EnableTerminationProtection=True)
    refused = make(gate, "destroy", file, "--force")
    assert refused.returncode != 0
    assert f"the stack {gate.stack} is protected in AWS and was not destroyed" in refused.stderr
    # A deploy of a file that does not protect the stage takes the protection away.
    gate.deploy()
    assert not described(gate)["EnableTerminationProtection"]


def test_destroying_a_stage_lists_what_it_retains(second):
    destroyed = make(second, "destroy", second.file, "--force")
    assert destroyed.returncode == 0, destroyed.stdout + destroyed.stderr
    _, _, listed = destroyed.stdout.partition(f"remaining of {second.stack}:\n")
    *logs, secret_line = listed.splitlines()
    assert secret_line == f"  the secret {second.secret_arn}"
    assert len(logs) >= 2
    assert all(line.startswith("  the log group ") and f"{second.stack}/" in line for line in logs), logs
    # Nothing else is left, and these stay until they are deleted.
    second.cloud.client("secretsmanager").delete_secret(SecretId=second.secret_arn, ForceDeleteWithoutRecovery=True)
    for line in logs:
        second.cloud.client("logs").delete_log_group(logGroupName=line.removeprefix("  the log group "))
    assert make(second, "remains", second.file).stdout.endswith(f"nothing remains of {second.stack}\n")


def test_destroying_leaves_nothing(gate):
    gate.destroy()
    cloud = gate.cloud
    assert cloud.client("lambda").list_functions()["Functions"] == []
    assert cloud.client("apigateway").get_rest_apis()["items"] == []
    assert cloud.client("secretsmanager").list_secrets()["SecretList"] == []
    roles = [role["RoleName"] for role in cloud.client("iam").list_roles()["Roles"]]
    assert [role for role in roles if not role.startswith("cdk-")] == []
    groups = [group["logGroupName"] for group in cloud.client("logs").describe_log_groups()["logGroups"]]
    assert [group for group in groups if group not in LOGS_OF_TESTS] == []
