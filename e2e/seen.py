"""What reached the backend, as the tests need to see it."""

from __future__ import annotations

from conformance import token

#: Headers that the demo's rules vouch for, as a backend that folds names (CGI, WSGI, PHP) knows them.
VOUCHED = {"X_USER", "AUTHORIZATION"}


def folded(name: str) -> str:
    """A header's name as CGI and its heirs fold it: `X_User` and `x-user` become the same."""
    return name.upper().replace("-", "_")


def vouched(received: dict) -> dict[str, list[str]]:
    """Every value that some backend could take for a vouched header."""
    found: dict[str, list[str]] = {name: [] for name in VOUCHED}
    for name, value in received["headers"]:
        if folded(name) in VOUCHED:
            found[folded(name)].append(value)
    return found


def users(received: dict) -> list[str]:
    """Every X-User, in whatever spelling."""
    return vouched(received)["X_USER"]


def verified_claims(received: dict, keys: list[dict]) -> dict:
    """The claims of the one token in Authorization, signed by one of the keys."""
    (authorization,) = vouched(received)["AUTHORIZATION"]
    shown = token.show(authorization, keys)
    assert shown is not None, "Authorization holds no token"
    assert shown["verified"], "the token's signature is not valid"
    return shown["claims"]
