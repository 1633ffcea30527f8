"""A rotated secret reaches the running function, without a request that fails meanwhile."""

from __future__ import annotations

import json
import os
import subprocess
import time
from pathlib import Path

import pytest

from conformance import token
from local.cloud.processes import ROOT

from .seen import vouched

pytestmark = pytest.mark.last

#: Seconds until the function reads the secret again (as conftest.py deploys it), and until the test gives up.
TTL = 1
PATIENCE = 20


def new_keys() -> str:
    built = Path(os.environ.get("CARGO_TARGET_DIR") or ROOT / "target") / "debug" / "oathgate"
    command = [os.environ.get("OATHGATE_CLI") or str(built), "credentials", "generate", "--alg", "RS256"]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def signed_by(gate, keys: list[dict]) -> str:
    """The key id of a token that the backend got just now, its signature verified."""
    gate.cloud.forget_backend_requests()
    assert gate.ask("GET", "/v1/public/news").status == 200
    (authorization,) = vouched(gate.cloud.backend_requests()[0])["AUTHORIZATION"]
    shown = token.show(authorization, keys)
    assert shown["verified"]
    return shown["header"]["kid"]


def test_a_rotated_secret_is_signed_with_soon_and_no_request_fails(gate):
    secrets = gate.cloud.client("secretsmanager")
    old = gate.public_keys()
    assert signed_by(gate, old) in {key["kid"] for key in old}

    secrets.put_secret_value(SecretId=gate.secret_arn, SecretString=new_keys())
    new = gate.public_keys()
    new_ids = {key["kid"] for key in new}
    assert not new_ids & {key["kid"] for key in old}
    deadline = time.monotonic() + PATIENCE
    while signed_by(gate, old + new) not in new_ids:
        assert time.monotonic() < deadline, f"after {PATIENCE} s the old key still signs"
        time.sleep(0.2)


def test_a_secret_that_is_no_key_set_does_not_stop_the_gate(gate):
    secrets = gate.cloud.client("secretsmanager")
    good = secrets.get_secret_value(SecretId=gate.secret_arn)["SecretString"]
    keys = gate.public_keys()
    signed_by(gate, keys)
    secrets.put_secret_value(SecretId=gate.secret_arn, SecretString=json.dumps({"keys": "none"}))
    try:
        until = time.monotonic() + 3 * TTL
        while time.monotonic() < until:
            signed_by(gate, keys)
            time.sleep(0.2)
    finally:
        secrets.put_secret_value(SecretId=gate.secret_arn, SecretString=good)
