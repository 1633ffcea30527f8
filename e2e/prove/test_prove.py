"""The suite for a real account, run against the local cloud through the same `Door`; and what it would find."""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path

import pytest
import yaml

from local.cloud.gateway_client import Response
from local.cloud.processes import ROOT

from . import cases, recording
from .checks import complaints
from .door import Door, ProveError
from .load import Load
from .observed import Observed, Received
from .stacks import Gate
from .suite import Suite

NAME = "prove-e2e"


@pytest.fixture(scope="module")
def outcome(gate):
    """One whole run. The deployment of the other tests has prepared the cloud for CDK."""
    return Suite(Door.to_local_cloud(gate.cloud), NAME, {}, lambda line: None).run()


@pytest.fixture(scope="module")
def recorded(outcome, gate, tmp_path_factory):
    path = tmp_path_factory.mktemp("recorded") / "local.json"
    recording.write(path, Door.to_local_cloud(gate.cloud), outcome.seen)
    return path


def test_everything_is_as_it_must_be_and_nothing_is_left(outcome):
    assert outcome.failed == []
    assert outcome.left == []
    assert outcome.under_load > 40


def test_every_case_was_sent_over_the_version_that_the_local_cloud_speaks(outcome):
    expected = {(kind, case.name, "http/1.1") for kind in ("gate", "probe") for case in cases.load(kind)}
    assert set(outcome.seen) == expected


def test_a_recording_holds_no_token_and_no_account(recorded):
    text = recorded.read_text()
    assert "eyJ" not in text
    assert "000000000000" not in text


def test_what_was_recorded_is_seen_again(recorded, outcome):
    assert recording.differences(recorded, outcome.seen) == {}


def test_another_response_than_the_recorded_one_is_named(recorded, outcome, tmp_path):
    changed = json.loads(recorded.read_text())
    seen = changed["cases"]["probe: mapping and a header in lower case"]["http/1.1"]
    seen["received"]["headers"].append(["x-user", "admin"])
    path = tmp_path / "aws.json"
    path.write_text(json.dumps(changed))
    found = recording.differences(path, outcome.seen)
    assert list(found) == ["probe: mapping and a header in lower case (http/1.1)"]
    assert "admin" in found["probe: mapping and a header in lower case (http/1.1)"]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [("[]", "is not a recording"), ("{", "is not a recording"), ('{"form": 0, "cases": {}}', "record anew")],
)
def test_a_file_that_is_not_a_recording_is_refused(text, sentence, outcome, tmp_path):
    path = tmp_path / "aws.json"
    path.write_text(text)
    with pytest.raises(ProveError, match=sentence):
        recording.differences(path, outcome.seen)


def test_the_local_cloud_responds_as_in_every_recording_of_aws(outcome):
    accepted = yaml.safe_load((recording.FOLDER / "accepted.yml").read_text())
    found: dict[str, str] = {}
    for path in sorted(recording.FOLDER.glob("aws-*.json")):
        found |= recording.differences(path, outcome.seen)
    assert {name: what for name, what in found.items() if name not in accepted} == {}
    assert [name for name in accepted if name not in found] == [], "accepted, and no longer so"


def test_the_documentation_lists_what_is_not_known_with_the_case_that_shows_it():
    _, _, page = (ROOT / "docs" / "aws.md").read_text().partition("## What is not known")
    rows = re.findall(r"^\| (whether .*|what .*|which .*|the .*) \| (.*) \|$", page.partition("\n## ")[0], re.MULTILINE)
    expected = [(probe.unknown, probe.name) for probe in cases.load("probe") if probe.unknown]
    assert rows == expected
    assert expected


@pytest.mark.parametrize("revision", ["one", "three"])
def test_the_stage_for_aws_can_be_deployed(revision):
    """All but the account: its settings, rules and template."""
    door = Door("aws", "123456789012", "eu-central-1", ("http/1.1", "h2"), {})
    stage = Gate(door, "prove-aws", "https://echo.example.com/prove", {"account": "123456789012", "tags": {"a": "b"}})
    path = stage._stage_file(revision)
    built = Path(os.environ.get("CARGO_TARGET_DIR") or ROOT / "target") / "debug" / "oathgate"
    environment = {"OATHGATE_CLI": str(built), **os.environ}
    command = [str(ROOT / "node_modules" / ".bin" / "tsx"), "infra/bin/check.ts", str(path.relative_to(ROOT))]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "are valid" in done.stdout


ALLOWED = {"status": 200, "headers": {}, "body": None}
RECEIVED = {"method": "GET", "path": "/open/a", "query": {}, "headers": [["X-User", "none"]], "body": ""}


def observed(received: dict | None = RECEIVED, **changes) -> Observed:
    fields = ALLOWED | changes
    return Observed(**fields, received=None if received is None else Received(**received))


def case(**expect) -> cases.Case:
    return cases.Case("a case", "/open/a", expect=expect)


@pytest.mark.parametrize(
    ("expect", "seen"),
    [
        ({"status": 403}, observed()),
        ({"status": [401, 403]}, observed()),
        ({"status": 403, "code": 400}, observed(None, status=403, body='{"error": {"code": 403}}')),
        ({"status": 403, "code": 400}, observed(None, status=403, body="<html>")),
        ({"headers": {"location": None}}, observed(headers={"location": "https://evil.example"})),
        ({"headers": {"location": "https://www.example.com"}}, observed()),
        ({"status": 200}, observed(None)),
        ({"received": {"X-User": ["guest"]}}, observed()),
        (
            {"received": {"X-User": ["none"]}},
            observed({**RECEIVED, "headers": [["X-User", "none"], ["x_user", "admin"]]}),
        ),
        ({"received": {"X-User": ["none"]}}, observed({**RECEIVED, "headers": []})),
        ({"received": {"Authorization": "token"}}, observed()),
        ({"received": {"Authorization": "token"}}, observed({**RECEIVED, "headers": [["Authorization", "none"]]})),
        ({"path": "/open/b"}, observed()),
        ({"body": "seven"}, observed()),
    ],
)
def test_what_is_not_as_expected_is_a_complaint(expect, seen):
    assert len(complaints(case(**expect), seen, [])) == 1


def test_what_is_as_expected_is_not_a_complaint():
    expect = {"status": 200, "headers": {"location": None}, "received": {"X-User": ["none"]}, "path": "/open/a"}
    assert complaints(case(**expect), observed(), []) == []


@pytest.mark.parametrize(
    ("written", "sentence"),
    [
        ({"name": "a", "request": {"path": "/"}}, "neither expects nor shows anything"),
        ({"name": "a", "request": {"path": "/", "verb": "GET"}, "expect": {"status": 200}}, "`verb` is not a key"),
        ({"name": "a", "request": {"path": "/"}, "expect": {"state": 200}}, "`state` is not a key"),
        ({"name": "a", "request": {"path": "/"}, "expect": {"status": 200}, "hope": 1}, "`hope` is not a key"),
    ],
)
def test_a_case_that_could_not_fail_is_refused(written, sentence):
    with pytest.raises(ProveError, match=sentence):
        cases._case(written)


def echoed(*headers: list[str]) -> Response:
    return Response(200, (), json.dumps({"headers": headers}).encode())


@pytest.mark.parametrize(
    ("forged", "response"),
    [
        ([], Response(500, (), b"")),
        ([], Response(403, (), b"")),
        ([], echoed(["X-User", "none"], ["X-Revision", "one"])),
        ([], echoed(["X-User", "guest"], ["x-user", "admin"], ["X-Revision", "one"])),
        ([("X-User", "admin")], echoed(["X-User", "guest"], ["X-Revision", "one"])),
        ([("X-Note", "forged")], echoed(["X-User", "guest"], ["X-Revision", "two"], ["X-Note", "forged"])),
        ([("X-Note", "forged")], echoed(["X-User", "guest"], ["X-Revision", "one"], ["X-Note", "from the gate"])),
        ([], echoed(["X-User", "guest"], ["X-Revision", "two"])),
        ([], echoed(["X-User", "guest"])),
    ],
)
def test_the_load_complains_of_a_refusal_and_of_what_is_forged(forged, response):
    load = Load(lambda path, headers: response)
    load._look(forged, response)
    assert len(load.complaints) >= 1


def test_the_load_complains_where_nothing_responds():
    def broken(path, headers):
        raise ConnectionResetError

    with Load(broken) as load:
        load.await_responses("one", 1, patience=0.2)
    assert "had no response" in load.complaints[0]
