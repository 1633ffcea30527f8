"""What reached the backend and the logs, in the form that the tests need."""

from __future__ import annotations

from conformance import token
from local.cloud.launcher import LocalCloud

#: Headers that the demo's rules vouch for, as a backend that folds names (CGI, WSGI, PHP) knows them.
VOUCHED = {"X_USER", "AUTHORIZATION"}


def folded(name: str) -> str:
    """A header's name as CGI and its heirs fold it: `X_User` and `x-user` become the same."""
    return name.upper().replace("-", "_")


def values(received: dict, name: str) -> list[str]:
    """Every value that some backend could take for a header's."""
    return [value for known, value in received["headers"] if folded(known) == folded(name)]


def vouched(received: dict) -> dict[str, list[str]]:
    """Every value that some backend could take for a vouched header."""
    return {name: values(received, name) for name in VOUCHED}


def users(received: dict) -> list[str]:
    """Every X-User, in whatever spelling."""
    return values(received, "X-User")


def verified_claims(received: dict, keys: list[dict]) -> dict:
    """The claims of the one token in Authorization, signed by one of the keys."""
    (authorization,) = values(received, "Authorization")
    shown = token.show(authorization, keys)
    assert shown is not None, "Authorization has no token"
    assert shown["verified"], "the token's signature is not valid"
    return shown["claims"]


def logged(cloud: LocalCloud, group: str = "") -> list[str]:
    """Every line in the cloud's logs, or in those whose group has this in its name."""
    logs = cloud.client("logs")
    names = [found["logGroupName"] for found in logs.describe_log_groups()["logGroups"]]
    return [
        event["message"]
        for name in names
        if group in name
        for event in logs.filter_log_events(logGroupName=name).get("events", [])
    ]
