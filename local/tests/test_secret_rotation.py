"""Secrets are rotated by their functions' four steps, as Secrets Manager does it."""

from __future__ import annotations

import json
import sys
import time
import uuid
from pathlib import Path

import pytest
from botocore.exceptions import ClientError

STEPS = ["createSecret", "setSecret", "testSecret", "finishSecret"]

BOOTSTRAP = Path(__file__).with_name("rotating_function.py")


class Rotated:
    """A secret with a rotation function."""

    def __init__(self, cloud, archive_of, folder: Path, fails_at: str = ""):
        self.secrets = cloud.client("secretsmanager")
        self.events_file = folder / "events.jsonl"
        name = f"rotated-{uuid.uuid4()}"
        source = BOOTSTRAP.read_text().replace("/usr/bin/env python3", sys.executable, 1)
        self.function = cloud.client("lambda").create_function(
            FunctionName=name,
            Runtime="provided.al2023",
            Handler="bootstrap",
            Role="arn:aws:iam::000000000000:role/none",
            Timeout=20,
            Code={"ZipFile": archive_of(source)},
            Environment={
                "Variables": {"EVENT_FILE": str(self.events_file), "FAILS_AT": fails_at, **cloud.environment()}
            },
        )["FunctionArn"]
        self.arn = self.secrets.create_secret(Name=name, SecretString="first")["ARN"]

    def rotate(self, **options) -> str:
        response = self.secrets.rotate_secret(SecretId=self.arn, RotationLambdaARN=self.function, **options)
        return response["VersionId"]

    def events(self, count: int) -> list[dict]:
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            lines = self.events_file.read_text().splitlines() if self.events_file.exists() else []
            if len(lines) >= count:
                return [json.loads(line) for line in lines]
            time.sleep(0.05)
        raise AssertionError(f"there were no {count} events")

    def staged(self) -> dict[str, str]:
        """The version of each label."""
        stages = self.secrets.describe_secret(SecretId=self.arn)["VersionIdsToStages"]
        return {label: version for version, labels in stages.items() for label in labels}

    def await_label(self, label: str, version: str | None) -> None:
        deadline = time.monotonic() + 30
        while self.staged().get(label) != version:
            assert time.monotonic() < deadline, f"{label} is on {self.staged().get(label)}"
            time.sleep(0.05)


def test_a_rotation_calls_the_four_steps_for_a_pending_version_without_a_value(cloud, archive_of, tmp_path):
    secret = Rotated(cloud, archive_of, tmp_path)
    first = secret.staged()["AWSCURRENT"]
    version = secret.rotate()
    events = secret.events(4)
    assert [event["Step"] for event in events] == STEPS
    assert {(event["SecretId"], event["ClientRequestToken"]) for event in events} == {(secret.arn, version)}
    secret.await_label("AWSCURRENT", version)
    assert secret.staged()["AWSPREVIOUS"] == first
    assert secret.secrets.get_secret_value(SecretId=secret.arn)["SecretString"] == "next"


def test_a_step_that_fails_ends_the_rotation_and_no_other_begins_before_its_label_is_gone(cloud, archive_of, tmp_path):
    secret = Rotated(cloud, archive_of, tmp_path, fails_at="testSecret")
    version = secret.rotate()
    assert [event["Step"] for event in secret.events(3)] == STEPS[:3]
    assert secret.staged()["AWSPENDING"] == version
    assert secret.secrets.get_secret_value(SecretId=secret.arn)["SecretString"] == "first"
    with pytest.raises(ClientError, match="isn't complete"):
        secret.rotate()
    secret.secrets.update_secret_version_stage(
        SecretId=secret.arn, VersionStage="AWSPENDING", RemoveFromVersionId=version
    )
    assert secret.rotate() != version


def test_a_schedule_that_does_not_rotate_at_once_tries_the_function_out(cloud, archive_of, tmp_path):
    secret = Rotated(cloud, archive_of, tmp_path)
    secret.rotate(RotateImmediately=False)
    (event,) = secret.events(1)
    assert event["Step"] == "testSecret"
    secret.await_label("AWSPENDING", None)
    assert secret.secrets.get_secret_value(SecretId=secret.arn)["SecretString"] == "first"


def test_a_version_keeps_its_value_and_a_label_is_on_one_version(cloud, archive_of, tmp_path):
    secret = Rotated(cloud, archive_of, tmp_path)
    one, two = str(uuid.uuid4()), str(uuid.uuid4())

    def put(version: str, value: str) -> None:
        secret.secrets.put_secret_value(
            SecretId=secret.arn, ClientRequestToken=version, SecretString=value, VersionStages=["AWSPENDING"]
        )

    put(one, "value")
    put(one, "value")
    with pytest.raises(ClientError, match="ResourceExists"):
        put(one, "another")
    put(two, "another")
    assert secret.staged()["AWSPENDING"] == two
    with pytest.raises(ClientError, match="No Lambda rotation function"):
        secret.secrets.rotate_secret(SecretId=secret.secrets.create_secret(Name=one, SecretString="x")["ARN"])
