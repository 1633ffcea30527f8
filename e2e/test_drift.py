"""`make drift`: what was changed by hand is listed, what was deployed is not."""

from __future__ import annotations

import pytest

from .commands import run_command


@pytest.fixture
def drift(gate):
    """Runs the command for the stage, and returns its status and what it printed."""

    def run() -> tuple[int, str]:
        finished = run_command(gate.cloud, ["npx", "tsx", "infra/bin/drift.ts", str(gate.file)])
        return finished.returncode, finished.stdout

    return run


def test_a_stage_is_as_it_was_deployed_until_it_is_changed_by_hand(gate, drift):
    status, text = drift()
    assert status == 0, text
    assert text.startswith(f"{gate.stack} is as it was deployed\n")
    assert "AWS::ApiGateway::RestApi" in text

    functions = gate.cloud.client("lambda")
    deployed = functions.get_function_configuration(FunctionName=gate.function_name)
    functions.update_function_configuration(FunctionName=gate.function_name, Timeout=deployed["Timeout"] + 1)
    status, text = drift()
    functions.update_function_configuration(FunctionName=gate.function_name, Timeout=deployed["Timeout"])
    assert status == 1
    [line] = [line for line in text.splitlines() if line.startswith("  ")]
    assert line.endswith(f"/Timeout is {deployed['Timeout'] + 1}; the template says {deployed['Timeout']}")

    assert drift()[0] == 0


def test_a_stage_that_serves_another_deployment_is_drift(gate, drift):
    api = gate.cloud.client("apigateway")
    deployed = api.get_stage(restApiId=gate.api_id, stageName=gate.stage)["deploymentId"]
    other = api.create_deployment(restApiId=gate.api_id)["id"]
    try:
        api.update_stage(restApiId=gate.api_id, stageName=gate.stage, patchOperations=_serve(other))
        status, text = drift()
    finally:
        api.update_stage(restApiId=gate.api_id, stageName=gate.stage, patchOperations=_serve(deployed))
        api.delete_deployment(restApiId=gate.api_id, deploymentId=other)
    assert status == 1
    assert f"serves the deployment {other}; the stack deployed {deployed} last" in text


def test_a_stage_that_was_never_deployed_is_not_drift(gate, drift):
    kept = gate.file.read_text()
    gate.file.write_text(kept.replace("us-east-1", "eu-north-1"))
    try:
        status, text = drift()
    finally:
        gate.file.write_text(kept)
    assert status == 2
    assert f"CloudFormation can't compare `{gate.stack}`" in text


def _serve(deployment: str) -> list[dict[str, str]]:
    return [{"op": "replace", "path": "/deploymentId", "value": deployment}]
