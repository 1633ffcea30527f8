"""A stage with rules of its own: a 302 for browsers, a challenge, values that sessions decide, sessions kept, and
forged headers replaced instead of refused."""

from __future__ import annotations

from local.cloud.launcher import LocalCloud
from local.deployment import Deployment

from . import own_rules

NAME = "second"

#: Seconds for which a session is kept.
SESSION_TTL = 3

CONFIG = own_rules.CONFIG | {
    "mutators": {
        **own_rules.CONFIG["mutators"],
        "id_token": {"enabled": False, "config": {"jwks_url": "file:///none"}},
    },
    "errors": {
        "fallback": ["www_authenticate", "json"],
        "handlers": {
            "json": {"enabled": True},
            "redirect": {"enabled": True, "config": {"to": "https://www.example.test/login"}},
            "www_authenticate": {
                "enabled": True,
                "config": {"realm": "members", "when": [{"error": ["unauthorized"]}]},
            },
        },
    },
}


def _rule(name: str, authenticator: str, mutators: list[dict], authorizer: str = "allow", **more) -> dict:
    return {
        "id": name,
        "match": {"url": f"https://api.example.test/{name}/<.*>", "methods": ["GET"]},
        "authenticators": [{"handler": authenticator}],
        "authorizer": {"handler": authorizer},
        "mutators": mutators,
        **more,
    }


_USER = [{"handler": "header"}]
_USER_AND_MAIL = [
    {
        "handler": "header",
        "config": {"headers": {"X-User": "{{ print .Subject }}", "X-Mail": "{{ .Extra.identity.traits.email }}"}},
    }
]
_LOGIN = [{"handler": "redirect", "config": {"to": "https://www.example.test/login", "return_to_query_param": "to"}}]

RULES = [
    _rule("open", "noop", [{"handler": "noop"}]),
    _rule("note", "noop", [{"handler": "header", "config": {"headers": {"X-Note": "from the gate"}}}]),
    _rule("user", "cookie_session", _USER),
    _rule("mail", "cookie_session", _USER_AND_MAIL),
    _rule("closed", "noop", [{"handler": "noop"}], "deny"),
    _rule("page", "cookie_session", _USER, errors=_LOGIN),
]

#: The tests of its rules, which every project must have.
TEST = {
    "name": "what is open is open",
    "request": {"url": "https://api.example.test/open/a"},
    "expect": {"status": 200, "rule": "open"},
}


def second_stage(cloud: LocalCloud) -> Deployment:
    """The stage, written beside the cloud and not yet deployed."""
    changes = {
        **own_rules.write(cloud.folder / NAME, RULES, TEST, CONFIG),
        "redirects": "location",
        "allowEncodedSlashes": True,
        "clientHeaders": ["X-Note"],
        "forgedHeaders": "replace",
        "signingKeys": {"retain": True},
        "logs": {"retain": True},
        "sessionCache": {"ttlSeconds": SESSION_TTL, "negativeTtlSeconds": 1},
        "cors": {"allowOrigins": ["https://app.example.test", "https://admin.example.test"], "allowCredentials": True},
    }
    return Deployment(cloud, NAME, changes)


def session(identity: str, email: str = "someone@example.test") -> dict:
    """A session for the sample session service to know."""
    return {"identity": identity, "email": email, "first": "Some", "last": "One", "hours": 1}


def cookie(token: str) -> tuple[str, str]:
    """The header that brings a session."""
    return ("Cookie", f"ory_kratos_session={token}")
