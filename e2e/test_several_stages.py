"""Several stages in one run: one app, one binary for all, each stage's own rules beside it."""

from __future__ import annotations

import hashlib
import json
import subprocess

import pytest

from local.cloud.processes import BUILT, ROOT
from local.deployment import Deployment

from .commands import run_command


@pytest.fixture
def make(gate):
    """Runs make with the cloud's credentials and functions that are built."""

    def run(*arguments: str) -> subprocess.CompletedProcess:
        built = {"OATHGATE_CLI": str(BUILT / "oathgate"), "OATHGATE_BINARIES": str(BUILT)}
        return run_command(gate.cloud, ["make", *arguments], built)

    return run


def packaged(stack: str) -> dict[str, str]:
    """SHA-256 of each file in the package of the stack's authorizer."""
    template = json.loads((ROOT / "cdk.out" / f"{stack}.template.json").read_text())
    assets = json.loads((ROOT / "cdk.out" / f"{stack}.assets.json").read_text())["files"]
    keys = [
        resource["Properties"]["Code"]["S3Key"].removesuffix(".zip")
        for resource in template["Resources"].values()
        if resource["Type"] == "AWS::Lambda::Function"
    ]
    folders = [ROOT / "cdk.out" / assets[key]["source"]["path"] for key in keys]
    [folder] = [folder for folder in folders if (folder / "gate.packed").exists()]
    return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in folder.iterdir()}


def stage_path(deployment: Deployment) -> str:
    """The stage's file, as it was deployed last."""
    return str(deployment.file.relative_to(ROOT))


def test_stages_of_one_run_have_one_binary_and_their_own_rules(make, gate, second):
    stages = f"{stage_path(gate)} {stage_path(second)}"
    deployed = make("deploy", f"STAGES={stages}", "CDK_FLAGS=--require-approval never")
    assert deployed.returncode == 0, deployed.stdout[-3000:]
    assert f"stage {gate.stage}: deployed\nstage {second.stage}: deployed\n" in deployed.stdout
    one, other = packaged(gate.stack), packaged(second.stack)
    assert one["bootstrap"] == other["bootstrap"]
    assert one["gate.packed"] != other["gate.packed"]
    assert f"{one['bootstrap']}  " in deployed.stdout
    assert gate.send("GET", "/v1/public/news").status == 200
    assert second.send("GET", "/open/a").status == 200


def test_a_stage_that_is_not_bootstrapped_ends_the_run_before_any_is_changed(make, gate):
    elsewhere = gate.cloud.folder / "elsewhere.yml"
    elsewhere.write_text(gate.file.read_text().replace("us-east-1", "eu-north-1"))
    refused = make("deploy", f"STAGES={stage_path(gate)} {elsewhere.relative_to(ROOT)}")
    assert refused.returncode != 0
    assert "is not bootstrapped for CDK in eu-north-1" in refused.stdout
    assert "synth" not in refused.stdout


def test_several_stages_are_never_destroyed_in_one_run(make, gate, second):
    refused = make("destroy", f"STAGES={stage_path(gate)} {stage_path(second)}", "CDK_FLAGS=--force")
    assert refused.returncode != 0
    assert "`destroy` accepts one stage at a time" in refused.stdout
    assert gate.send("GET", "/v1/public/news").status == 200
