"""A stage with rules of its own: a 302 for browsers, a challenge, values that sessions decide, sessions kept, and
forged headers replaced instead of refused."""

from __future__ import annotations

import json

from local.cloud.launcher import LocalCloud
from local.cloud.processes import ROOT
from local.deployment import Deployment

NAME = "second"

#: Seconds for which a session is believed in.
SESSION_TTL = 3

CONFIG = {
    "access_rules": {"matching_strategy": "regexp", "repositories": ["file://./rules.json"]},
    "authenticators": {
        "noop": {"enabled": True},
        "cookie_session": {
            "enabled": True,
            "config": {
                "check_session_url": "http://127.0.0.1:1/replaced/by/the/stage",
                "preserve_path": True,
                "force_method": "GET",
                "only": ["ory_kratos_session"],
                "subject_from": "identity.id",
                "extra_from": "@this",
            },
        },
    },
    "authorizers": {"allow": {"enabled": True}, "deny": {"enabled": True}},
    "mutators": {
        "noop": {"enabled": True},
        "header": {"enabled": True, "config": {"headers": {"X-User": "{{ print .Subject }}"}}},
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

#: What a project of its own has to bring: the tests of its rules.
TEST = {
    "name": "what is open is open",
    "request": {"url": "https://api.example.test/open/a"},
    "expect": {"status": 200, "rule": "open"},
}


def second_stage(cloud: LocalCloud) -> Deployment:
    """The stage, written beside the cloud and not yet deployed."""
    folder = cloud.folder / NAME
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.yml").write_text(json.dumps(CONFIG))
    # Jsonnet reads JSON.
    (folder / "rules.jsonnet").write_text(json.dumps(RULES))
    (folder / "tests.jsonnet").write_text(json.dumps({"tests": [TEST]}))
    place = folder.relative_to(ROOT)
    changes = {
        "rules": {"file": f"{place}/rules.jsonnet", "tests": f"{place}/tests.jsonnet", "values": {}},
        "redirects": "location",
        "allowEncodedSlashes": True,
        "clientHeaders": ["X-Note"],
        "forgedHeaders": "replace",
        "signingKeys": {"retain": True},
        "logs": {"retain": True},
        "sessionCache": {"ttlSeconds": SESSION_TTL, "negativeTtlSeconds": 1},
        "cors": {"allowOrigins": ["https://app.example.test", "https://admin.example.test"], "allowCredentials": True},
    }
    deployment = Deployment(cloud, NAME, changes)
    changes["config"] = {"file": f"{place}/config.yml"}
    return deployment


def session(identity: str, email: str = "someone@example.test") -> dict:
    """A session for the sample session service to know."""
    return {"identity": identity, "email": email, "first": "Some", "last": "One", "hours": 1}


def cookie(token: str) -> tuple[str, str]:
    """The header that brings a session."""
    return ("Cookie", f"ory_kratos_session={token}")
