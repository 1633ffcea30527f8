"""A Lambda function behind the gate receives the subject, and a backend accepts only requests with the gate's secret."""

from __future__ import annotations

import http.server
import importlib.util
import json
import secrets
import threading
import time
import urllib.error
import urllib.request

import pytest

from local.cloud.processes import ROOT
from local.demo_requests import ADA, SESSION
from local.deployment import Deployment

from .backend_function import EXAMPLE, backend_function
from .seen import logged

EXAMPLES = ROOT / "examples" / "backends"
STAGE = "backends"


@pytest.fixture(scope="module")
def function(cloud):
    """The example's function, with its event in its responses beside its own body."""
    source = EXAMPLE + "\n\ndef showing(event, context):\n    own = handler(event, context)\n"
    source += '    return {**own, "body": json.dumps({"own": json.loads(own["body"]), "event": event})}\n'
    with backend_function(cloud, "backend", source, "showing") as arn:
        yield arn


@pytest.fixture(scope="module")
def behind(gate, function):
    """A stage whose backend is the function."""
    stage = Deployment(gate.cloud, STAGE, {"backendUrl": None, "backend": {"functionArn": function}})
    stage.deploy()
    yield stage
    gate.cloud.client("cloudformation").delete_stack(StackName=stage.stack)


def test_a_function_receives_the_subject_in_the_authorizer_s_context(behind):
    response = behind.send("GET", "/v1/account/7", [SESSION])
    assert response.status == 200
    assert response.json["own"] == {"user": ADA, "path": "/v1/account/7"}
    authorizer = response.json["event"]["requestContext"]["authorizer"]
    assert authorizer["x-user"] == ADA
    assert authorizer["authorization"].startswith("Bearer ey")


def test_a_function_receives_no_subject_behind_a_rule_that_sets_none(behind):
    response = behind.send("GET", "/health")
    assert response.status == 403
    assert response.json["event"]["requestContext"]["authorizer"]["x-user"] == "none"


def test_a_forged_header_reaches_a_function_in_no_place_that_the_gate_vouches_for(behind):
    for name in ("X-User", "x-user", "X_User"):
        assert behind.send("GET", "/v1/account/7", [SESSION, (name, "mallory")]).status == 403
    # What clients send in good faith arrives among their own headers, and nowhere else.
    response = behind.send("GET", "/v1/account/7", [SESSION, ("Authorization", "Bearer mine")])
    event = response.json["event"]
    assert response.json["own"]["user"] == ADA
    assert "Bearer mine" in event["headers"].values()
    assert "mine" not in json.dumps(event["requestContext"]["authorizer"])


def test_a_function_is_not_called_for_a_request_that_is_refused(behind):
    for path, status in (("/v1/account/7", 401), ("/v1/closed", 403), ("/nowhere", 403)):
        response = behind.send("GET", path)
        assert response.status == status
        assert b"requestContext" not in response.body


HEADER = "X-Gate-Secret"

#: Seconds after which the function reads the secret again, and until a test gives up.
TTL, PATIENCE = 1, 20


def example(name: str):
    """A module of the examples."""
    spec = importlib.util.spec_from_file_location(name, EXAMPLES / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Guarded:
    """A backend that responds 403 to every request without the secret."""

    def __init__(self):
        #: set once the stack has made the secret
        self.secret = None
        #: every value of the header that arrived
        self.shown: set[str] = set()
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def log_message(self, format, *args):
                """Quiet: the header is a credential."""

            def do_GET(self):
                values = self.headers.get_all(HEADER) or []
                outer.shown.update(values)
                accepted = len(values) == 1 and outer.secret is not None and outer.secret.accepts(values[0])
                self.send_response(200 if accepted else 403)
                self.send_header("Content-Length", "0")
                self.end_headers()

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def asked_directly(self, value: str | None) -> int:
        """The status of a request that bypasses the gateway."""
        request = urllib.request.Request(f"{self.url}/v1/public/a", headers={} if value is None else {HEADER: value})
        try:
            with urllib.request.urlopen(request, timeout=10) as response:
                return response.status
        except urllib.error.HTTPError as error:
            return error.code


@pytest.fixture(scope="module")
def guarded(behind):
    """The same stage, now with a backend that requires the secret header."""
    cloud = behind.cloud
    backend = Guarded()
    header = {"name": HEADER, "ttlSeconds": TTL, "rotateAfterDays": 30}
    changes = {"backendUrl": backend.url, "backend": {"secretHeader": header}}
    stage = Deployment(cloud, STAGE, changes)
    stage.deploy()
    gate_secret = example("gate_secret")
    backend.secret = gate_secret.GateSecret(cloud.client("secretsmanager"), stage.secret_header_arn)
    yield stage, backend
    backend.stop()


def current(stage) -> str:
    found = stage.cloud.client("secretsmanager").get_secret_value(SecretId=stage.secret_header_arn)
    return found["SecretString"]


def by_schedule(client, stage) -> str:
    """Another value, as Secrets Manager's schedule makes one: by the function of the stack."""
    version = client.rotate_secret(SecretId=stage.secret_header_arn)["VersionId"]
    deadline = time.monotonic() + PATIENCE
    while "AWSCURRENT" not in client.describe_secret(SecretId=stage.secret_header_arn)["VersionIdsToStages"][version]:
        assert time.monotonic() < deadline, f"after {PATIENCE} s the rotation has not ended"
        time.sleep(0.05)
    value = current(stage)
    assert (len(value), value.isalnum()) == (64, True)
    return value


def by_hand(client, stage) -> str:
    value = secrets.token_hex(32)
    client.put_secret_value(SecretId=stage.secret_header_arn, SecretString=value)
    return value


def test_a_backend_is_reached_through_the_gate_alone(guarded):
    stage, backend = guarded
    assert stage.send("GET", "/v1/public/a").status == 200
    assert stage.send("GET", "/health").status == 200
    assert backend.shown == {current(stage)}
    assert len(current(stage)) == 64
    for value in (None, "", "none", "x" * 64):
        assert backend.asked_directly(value) == 403


def test_no_client_sends_the_secret_header_through_the_gate_even_with_the_right_value(guarded):
    stage, backend = guarded
    backend.shown.clear()
    for name in (HEADER, HEADER.lower(), HEADER.upper(), "X_Gate_Secret"):
        for value in ("guessed", current(stage)):
            assert stage.send("GET", "/v1/public/a", [(name, value)]).status == 403
    assert backend.shown == set()


def test_the_secret_is_rotated_under_load_without_one_request_refused(guarded):
    stage, backend = guarded
    client = stage.cloud.client("secretsmanager")
    values = [current(stage)]
    for rotate in (by_schedule, by_hand):
        values.append(rotate(client, stage))
        assert backend.asked_directly(values[-1]) == backend.asked_directly(values[-2]) == 200
        backend.shown.clear()
        deadline = time.monotonic() + PATIENCE
        while values[-1] not in backend.shown:
            assert time.monotonic() < deadline, f"after {PATIENCE} s the old secret is still sent"
            assert stage.send("GET", "/v1/public/a").status == 200
        assert backend.shown <= set(values[-2:])
    assert backend.asked_directly(values[0]) == 403


def test_after_a_secret_is_gone_or_not_valid_the_last_good_one_is_used(guarded):
    stage, backend = guarded
    client = stage.cloud.client("secretsmanager")
    good = current(stage)
    client.put_secret_value(SecretId=stage.secret_header_arn, SecretString="too short")
    backend.shown.clear()
    until = time.monotonic() + 3 * TTL
    while time.monotonic() < until:
        assert stage.send("GET", "/v1/public/a").status == 200
    assert backend.shown == {good}


def test_the_secret_is_in_no_log_and_in_no_response(guarded):
    stage, _ = guarded
    client = stage.cloud.client("secretsmanager")
    listed = client.list_secret_version_ids(SecretId=stage.secret_header_arn, IncludeDeprecated=True)["Versions"]
    values = [
        client.get_secret_value(SecretId=stage.secret_header_arn, VersionId=version["VersionId"])["SecretString"]
        for version in listed
    ]
    assert len(values) >= 2
    lines = logged(stage.cloud)
    assert any("granted" in line for line in lines), "the functions' logs are not here, so this proves nothing"
    responses = [
        str((response.headers, response.body))
        for path in ("/v1/public/a", "/v1/account/7", "/v1/closed", "/app/x", "/nowhere")
        for response in [stage.send("GET", path)]
    ]
    printed = stage.cloud.emulator.log.read_text(errors="replace")
    template = json.dumps(stage.template())
    for value in values:
        for text in ("\n".join(lines), "\n".join(responses), printed, template, "\n".join(stage.output)):
            assert value not in text
