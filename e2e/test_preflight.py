"""What `make diff` and `make deploy` check before they build anything, on the local cloud."""

from __future__ import annotations

import shutil
import subprocess
import time

import botocore.session
import pytest
from botocore.config import Config

from local.cloud.processes import ROOT
from local.deployment import stage_file

#: No account of these tests has CDK's bootstrap stack in this region.
ELSEWHERE = "eu-north-1"


@pytest.fixture
def make(gate, tmp_path):
    """Runs make for a copy of the local stage, with the cloud's credentials; notes each call of cargo that builds."""
    built = tmp_path / "built"
    cargo = tmp_path / "bin" / "cargo"
    cargo.parent.mkdir()
    cargo.write_text(
        f'#!/bin/sh\ncase $1 in --version) ;; *) echo "$@" >>{built} ;; esac\nexec {shutil.which("cargo")} "$@"\n'
    )
    cargo.chmod(0o755)

    def run(command: str, changes: dict[str, object] | None = None, **variables: str | None):
        stage = stage_file(gate.cloud, "preflight", changes or {})
        environment = gate.cloud.tool_environment() | variables
        environment["PATH"] = f"{cargo.parent}:{environment['PATH']}"
        finished = subprocess.run(
            ["make", command, f"STAGE={stage}"],
            cwd=ROOT,
            env={name: value for name, value in environment.items() if value is not None},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
        )
        finished.built = built.read_text() if built.exists() else ""
        return finished

    return run


def expired_credentials(cloud) -> dict[str, str]:
    """Those of a role's session, once it has ended."""
    client = botocore.session.Session().create_client(
        "sts",
        region_name="us-east-1",
        endpoint_url=cloud.endpoint,
        aws_access_key_id="test",
        aws_secret_access_key="test",
        # AWS issues no session of less than 15 minutes.
        config=Config(parameter_validation=False),
    )
    role = "arn:aws:iam::000000000000:role/any"
    given = client.assume_role(RoleArn=role, RoleSessionName="short", DurationSeconds=1)["Credentials"]
    time.sleep(1.1)
    return {
        "AWS_ACCESS_KEY_ID": given["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": given["SecretAccessKey"],
        "AWS_SESSION_TOKEN": given["SessionToken"],
    }


CASES = {
    "no credentials": ({}, {"AWS_ACCESS_KEY_ID": None}, "there are no AWS credentials"),
    "an account that is not bootstrapped": ({"region": ELSEWHERE}, {}, f"is not bootstrapped for CDK in {ELSEWHERE}"),
    "another account than the stage's": (
        {"account": "222222222222"},
        {},
        "is in the account 222222222222, but the credentials belong to 000000000000",
    ),
    "AWS in place of the local cloud": ({}, {"AWS_ENDPOINT_URL": None}, "AWS_ENDPOINT_URL is not set"),
}


@pytest.mark.parametrize("case", CASES)
def test_what_cannot_work_is_refused_before_anything_is_built(make, case):
    changes, variables, sentence = CASES[case]
    refused = make("deploy", changes, **variables)
    assert refused.returncode != 0
    assert sentence in refused.stderr
    assert refused.built == ""


def test_credentials_that_have_expired_are_refused_before_anything_is_built(make, cloud):
    refused = make("diff", **expired_credentials(cloud))
    assert refused.returncode != 0
    assert "the AWS credentials have expired" in refused.stderr
    assert refused.built == ""


@pytest.mark.parametrize("variable", ["OATHGATE_BINARIES", "OATHGATE_PREBUILT_DIR"])
def test_functions_that_are_built_already_are_checked_as_well(make, variable):
    refused = make("deploy", AWS_ACCESS_KEY_ID=None, **{variable: "target/debug"})
    assert refused.returncode != 0
    assert "there are no AWS credentials" in refused.stderr
