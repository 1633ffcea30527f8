"""A rotated secret reaches the running function, without a request that fails meanwhile."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from conformance import token

from . import verifiers
from .gateways.programs import oathgate
from .load import Load, Request, under_load
from .seen import values

pytestmark = pytest.mark.last

#: Seconds until the function reads the secret again (as conftest.py deploys it), and until the test gives up.
TTL = 1
PATIENCE = 20


def credentials(variables: dict[str, str], *arguments: str) -> str:
    """What `oathgate credentials` prints, with these variables."""
    command = [str(oathgate()), "credentials", *arguments]
    environment = {**os.environ, **variables}
    return subprocess.run(command, check=True, capture_output=True, text=True, env=environment).stdout


def new_keys() -> str:
    return credentials({}, "generate", "--alg", "RS256")


def rotate(gate) -> dict:
    """Rotates by Secrets Manager, and returns the new key once the version is current."""
    secrets = gate.cloud.client("secretsmanager")
    deadline = time.monotonic() + 3 * PATIENCE
    while True:
        version = secrets.rotate_secret(SecretId=gate.secret_arn)["VersionId"]
        while True:
            described = secrets.describe_secret(SecretId=gate.secret_arn)
            assert described["RotationEnabled"]
            stages = described["VersionIdsToStages"].get(version)
            if stages is None:
                # On a busy machine: a rotation that takes longer than a key is published ahead is given up.
                break
            if "AWSCURRENT" in stages:
                keys = json.loads(secrets.get_secret_value(SecretId=gate.secret_arn)["SecretString"])["keys"]
                return max(keys, key=lambda key: key.get("nbf", 0))
            assert time.monotonic() < deadline, "the rotation does not end"
            time.sleep(0.05)
        assert time.monotonic() < deadline, "every rotation was given up"


@contextmanager
def guests(gate) -> Iterator[tuple[Load, list[tuple[float, str]]]]:
    """Requests one after the other, and every token that the backend got with the time when it arrived."""
    tokens: list[tuple[float, str]] = []

    def keep_token(status: int, received: dict | None) -> str:
        assert status == 200, f"the status is {status}"
        assert received is not None, "the response is not the backend's"
        (authorization,) = values(received, "Authorization")
        tokens.append((time.time(), authorization.removeprefix("Bearer ")))
        return "granted"

    with under_load(gate, [Request("/v1/public/news", (), keep_token)]) as load:
        yield load, tokens


def kid_of(token_text: str) -> str:
    header = token_text.split(".")[0]
    return json.loads(base64.urlsafe_b64decode(header + "=" * (-len(header) % 4)))["kid"]


@pytest.fixture(scope="module")
def verifier_commands(tmp_path_factory):
    return verifiers.commands(tmp_path_factory.mktemp("verifiers"))


def test_stock_libraries_verify_every_token_across_two_rotations(gate, verifier_commands):
    running = [
        verifiers.Verifier(name, command, gate.output_url, "https://api.example.test/")
        for name, command in verifier_commands.items()
    ]
    handed_over = 0

    def verify(tokens: list[tuple[float, str]]) -> None:
        nonlocal handed_over
        for _, text in tokens[handed_over:]:
            for verifier in running:
                verifier.verify(text)
            handed_over += 1

    with guests(gate) as (load, tokens):
        new = []
        for _ in range(2):
            new.append(rotate(gate))
            # Until the new key has signed for a while.
            until = new[-1]["nbf"] + 2
            while time.time() < until:
                verify(tokens)
                time.sleep(0.1)
    verify(tokens)
    assert load.failures == []
    signers = [kid_of(text) for _, text in tokens]
    assert set(signers) >= {key["kid"] for key in new}
    assert len(set(signers)) == 3, "the key before the first rotation signed too"
    for key in new:
        first = next(at for at, text in tokens if kid_of(text) == key["kid"])
        assert first >= key["nbf"] - 0.5, "no key signs before its time"
    for verifier in running:
        verdicts = verifier.end()
        assert set(verdicts) == {"ok guest"}, f"{verifier.name}: {sorted(set(verdicts))}"
        assert len(verdicts) == len(tokens), verifier.name


def test_stock_libraries_refuse_what_the_gate_did_not_sign(gate, verifier_commands):
    with guests(gate) as (load, given):
        load.await_word("granted")
    _, good = given[0]
    header, claims, signature = good.split(".")
    forged = base64.urlsafe_b64encode(b'{"sub":"root","iss":"https://api.example.test/","exp":9999999999}')
    unsigned = base64.urlsafe_b64encode(b'{"alg":"none","typ":"JWT"}').decode().rstrip("=")
    tokens = [
        f"{header}.{forged.decode().rstrip('=')}.{signature}",
        f"{unsigned}.{claims}.",
        f"{header}.{claims}.",
        good,
    ]
    for name, command in verifier_commands.items():
        verifier = verifiers.Verifier(name, command, gate.output_url, "https://api.example.test/")
        for text in tokens:
            verifier.verify(text)
        verdicts = verifier.end()
        assert [line.split(":")[0] for line in verdicts] == ["refused", "refused", "refused", "ok guest"], (
            f"{name}: {verdicts}"
        )


def test_the_documents_are_public_and_have_public_halves_alone(gate):
    for path in ("/.well-known/jwks.json", "/.well-known/openid-configuration"):
        response = gate.send("GET", path)
        assert response.status == 200
        assert response.header("Cache-Control") == "public, max-age=1"
        assert response.header("Access-Control-Allow-Origin") == "*"
        assert gate.send("HEAD", path).status == 200
        again = gate.send("GET", path, [("If-None-Match", response.header("ETag"))])
        assert (again.status, again.body) == (304, b"")
        assert gate.send("POST", path).status in (403, 405)
        assert gate.send("GET", path + "/more").status == 403
    keys = json.loads(gate.send("GET", "/.well-known/jwks.json").body)["keys"]
    known = {key["kid"]: key for key in gate.public_keys()}
    assert {key["kid"] for key in keys} <= set(known)
    assert all(set(key) == {"use", "kty", "kid", "alg", "n", "e"} for key in keys)
    # Paths beside them are decided by the rules.
    assert gate.send("GET", "/.well-known/security.txt").status == 403
    assert gate.cloud.backend_requests() == []


def ids(set_text: str) -> set[str]:
    return {key["kid"] for key in json.loads(set_text)["keys"]}


def test_the_command_line_publishes_rotates_and_revokes(gate):
    cloud = gate.cloud.environment()
    secrets = gate.cloud.client("secretsmanager")
    value = lambda arn: secrets.get_secret_value(SecretId=arn)["SecretString"]  # noqa: E731
    # The stage's secret, by its rotation function.
    before = ids(credentials(cloud, "public", "--secret", gate.secret_arn))
    assert before == ids(gate.send("GET", "/.well-known/jwks.json").body.decode())
    assert "by its rotation function" in credentials(cloud, "rotate", "--secret", gate.secret_arn)
    deadline = time.monotonic() + PATIENCE
    while len(ids(value(gate.secret_arn))) == len(before):
        assert time.monotonic() < deadline, f"after {PATIENCE} s there is no new key"
        time.sleep(0.1)
    assert before < ids(value(gate.secret_arn))
    # One without a rotation function, by the same steps.
    arn = secrets.create_secret(Name="rotated-by-hand", SecretString=new_keys())["ARN"]
    (first,) = ids(value(arn))
    assert "must be published now" in credentials(cloud, "rotate", "--secret", arn)
    assert first in ids(value(arn)) and len(ids(value(arn))) == 2
    printed = credentials(cloud, "rotate", "--secret", arn, "--revoke", first)
    assert f"the key `{first}` is revoked" in printed
    assert first not in ids(value(arn))
    labels = secrets.describe_secret(SecretId=arn)["VersionIdsToStages"].values()
    assert all("AWSPENDING" not in of_version for of_version in labels)
    secrets.delete_secret(SecretId=arn, ForceDeleteWithoutRecovery=True)


def signed_by(gate, keys: list[dict]) -> str:
    """The key id of a token that the backend got just now, its signature verified."""
    gate.cloud.forget_backend_requests()
    assert gate.send("GET", "/v1/public/news").status == 200
    (authorization,) = values(gate.cloud.backend_requests()[0], "Authorization")
    shown = token.show(authorization, keys)
    assert shown["verified"]
    return shown["header"]["kid"]


def test_a_rotated_secret_signs_soon_and_no_request_fails(gate):
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


def test_a_secret_that_is_not_a_key_set_does_not_stop_the_gate(gate):
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
