"""`make bootstrap` gives CloudFormation what stages need, and keeps what others deploy with."""

from __future__ import annotations

import os

import pytest

from local.cloud.processes import ROOT
from local.deployment import stage_file

from .commands import run_command

#: No other test bootstraps this region.
REGION = "eu-west-3"


@pytest.fixture
def bootstrap(gate):
    """Bootstraps the account in a region, and returns what was printed and the policies of CloudFormation's role."""

    def run(region: str) -> tuple[str, list[str]]:
        stage = stage_file(gate.cloud, "bootstrap", {"region": region})
        path = f"{ROOT}/node_modules/.bin:{os.environ['PATH']}"
        finished = run_command(gate.cloud, ["npx", "tsx", "infra/bin/bootstrap.ts", str(stage)], {"PATH": path})
        assert finished.returncode == 0, finished.stdout[-3000:]
        role = f"cdk-hnb659fds-cfn-exec-role-000000000000-{region}"
        attached = gate.cloud.client("iam").list_attached_role_policies(RoleName=role)["AttachedPolicies"]
        return finished.stdout, [policy["PolicyArn"] for policy in attached]

    return run


def test_an_account_is_bootstrapped_with_the_rights_that_stages_need(bootstrap, gate):
    _, policies = bootstrap(REGION)
    assert policies
    cloudformation = gate.cloud.client("cloudformation", REGION)
    [stack] = cloudformation.describe_stacks(StackName="oathgate-execution-policy")["Stacks"]
    [output] = stack["Outputs"]
    assert policies == output["OutputValue"].split(",")


def test_an_account_that_others_deploy_to_keeps_what_they_deploy_with(bootstrap):
    printed, policies = bootstrap("us-east-1")
    assert not any("oathgate" in policy for policy in policies)
    assert "are not changed (AdministratorAccess)" in printed
