"""A deploy, a rollback, the way forward again and a rotation of keys, under load: no request is refused, none is forged."""

from __future__ import annotations

import json

import pytest
import yaml

from conformance import token
from local.demo_requests import ADA
from local.deployment import Deployment

from .load import Request, under_load
from .seen import values
from .test_rotation import new_keys

pytestmark = pytest.mark.last

ADDED, FROM_THE_GATE, FORGED = "X-Added", "from the gate", "forged"


def next_revision(gate: Deployment) -> Deployment:
    """A revision that vouches for one more header, replaces what a client forges, and names itself in its tokens."""
    settings = yaml.safe_load(gate.file.read_text())
    changes = settings["config"]["set"]
    changes["mutators"]["header"] = {"config": {"headers": {"X-User": "{{ print .Subject }}", ADDED: FROM_THE_GATE}}}
    changes["mutators"]["id_token"]["config"]["claims"] = '{"session": {{ .Extra | toJson }}, "revision": "next"}'
    return Deployment(
        gate.cloud,
        gate.stage,
        {"signingKeys": {"ttlSeconds": 1}, "forgedHeaders": "replace", "config": {"set": changes}},
    )


class Checks:
    """What responses have to be, whichever revision has decided."""

    def __init__(self, keys: list[dict]):
        #: every key that has ever been published
        self.keys = keys

    def decided(self, user: str, status: int, received: dict | None) -> str:
        """Checks a request that every revision grants; returns the revision and the key that signed."""
        assert status == 200, f"the status is {status}"
        assert received is not None, "the response is not the backend's"
        users = values(received, "X-User")
        assert users == [user], f"the backend received {users} as X-User"
        (authorization,) = values(received, "Authorization")
        shown = token.show(authorization, self.keys)
        assert shown is not None, "Authorization has no token"
        assert shown["verified"], "the token is not signed by any key that was published"
        revision = shown["claims"].get("revision", "first")
        added = values(received, ADDED)
        if revision == "next":
            assert added == [FROM_THE_GATE], (
                f"the backend received {added} as {ADDED} from the revision that vouches for it"
            )
        return revision

    def guest(self, status: int, received: dict | None) -> str:
        """A client without a session."""
        return self.decided("guest", status, received)

    def ada(self, status: int, received: dict | None) -> str:
        """A client with a session; also returns the key that signs."""
        self.decided(ADA, status, received)
        (authorization,) = values(received, "Authorization")
        return token.show(authorization, self.keys)["header"]["kid"]

    def forging_what_is_added(self, status: int, received: dict | None) -> str:
        """A client that sends the header which only the next revision vouches for: `decided` checks what may arrive."""
        return f"forging, {self.decided('guest', status, received)}"

    def forging_a_user(self, status: int, received: dict | None) -> str:
        """A client that sends its own `X-User`: the first revision refuses it, the next one replaces the value."""
        if status == 403:
            assert received is None, "a refused request has reached the backend"
            return "refused"
        return f"replaced, {self.decided('guest', status, received)}"


def test_no_request_is_refused_or_forged_while_everything_changes(gate):
    checks = Checks(gate.public_keys())
    session = ("Cookie", "ory_kratos_session=ada-session")
    requests = [
        Request("/v1/public/news", (), checks.guest),
        Request("/v1/account/7", (session,), checks.ada),
        Request("/v1/public/news", ((ADDED, FORGED),), checks.forging_what_is_added),
        Request("/v1/public/news", (("X-User", FORGED),), checks.forging_a_user),
    ]
    following = next_revision(gate)
    with under_load(gate, requests) as load:
        load.await_word("first", 5)
        following.deploy()
        load.await_word("next", 5)

        listed = following.make("versions").splitlines()
        assert [line.endswith("served") for line in listed] == [True, False]
        printed = following.make("rollback")
        assert "is updated to it" in printed
        load.await_word("first", 5)
        load.await_word("refused", 5)

        replacement = new_keys()
        (new,) = json.loads(replacement)["keys"]
        # Published before it signs.
        checks.keys.append({part: new[part] for part in ("kty", "kid", "alg", "n", "e")})
        gate.cloud.client("secretsmanager").put_secret_value(SecretId=gate.secret_arn, SecretString=replacement)
        load.await_word(new["kid"], 5)

        (forward,) = [word[len("TO=") :] for word in printed.split() if word.startswith("TO=")]
        assert "is updated to it" in following.make("rollback", f"TO={forward}")
        load.await_word("next", 5)
        load.await_word("forging, next", 5)
    assert load.failures == []
    assert "nothing to delete" in following.make("prune", "DRY_RUN=1")
