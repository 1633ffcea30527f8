"""A stage with an HTTP API and one with a WebSocket API, both with rules that any kind of API can have."""

from __future__ import annotations

import json

from local.cloud.launcher import LocalCloud
from local.cloud.processes import ROOT
from local.deployment import Deployment

#: The header that brings the token where `Authorization` can't be mapped.
TOKEN_HEADER = "X-Token"

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
        "id_token": {"enabled": True, "config": {"jwks_url": "file:///replaced/by/the/secret"}},
    },
    "errors": {"fallback": ["json"], "handlers": {"json": {"enabled": True}}},
}


def _rule(name: str, url: str, authenticator: str, mutators: list[str], authorizer: str = "allow") -> dict:
    return {
        "id": name,
        "match": {"url": f"https://api.example.test{url}", "methods": ["GET", "POST"]},
        "authenticators": [{"handler": authenticator}],
        "authorizer": {"handler": authorizer},
        "mutators": [{"handler": mutator} for mutator in mutators],
    }


HTTP_RULES = [
    _rule("open", "/v1/public/<.*>", "noop", ["noop"]),
    _rule("status", "/status", "noop", ["noop"]),
    _rule("root", "/", "noop", ["noop"]),
    _rule("account", "/v1/account/<.*>", "cookie_session", ["header", "id_token"]),
    _rule("closed", "/v1/closed", "noop", ["noop"], "deny"),
]

#: The URL of a WebSocket has no path of its own.
WEB_SOCKET_RULES = [_rule("connect", "/", "cookie_session", ["header", "id_token"])]


def _stage(cloud: LocalCloud, name: str, rules: list[dict], tested: tuple[str, int], changes: dict) -> Deployment:
    folder = cloud.folder / name
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.yml").write_text(json.dumps(CONFIG))
    # Jsonnet reads JSON.
    (folder / "rules.jsonnet").write_text(json.dumps(rules))
    path, status = tested
    test = {
        "name": "one of the rules",
        "request": {"url": f"https://api.example.test{path}"},
        "expect": {"status": status},
    }
    (folder / "tests.jsonnet").write_text(json.dumps({"tests": [test]}))
    place = folder.relative_to(ROOT)
    made = {
        **changes,
        "config": {"file": f"{place}/config.yml"},
        "rules": {"file": f"{place}/rules.jsonnet", "tests": f"{place}/tests.jsonnet", "values": {}},
    }
    return Deployment(cloud, name, made)


def http_stage(cloud: LocalCloud, **more: object) -> Deployment:
    """The stage with the HTTP API and more settings, not yet deployed."""
    changes = {"api": {"kind": "http", "tokenHeader": TOKEN_HEADER}, **more}
    return _stage(cloud, "http", HTTP_RULES, ("/status", 200), changes)


def web_socket_stage(cloud: LocalCloud) -> Deployment:
    """The stage with the WebSocket API, not yet deployed."""
    changes = {"api": {"kind": "websocket"}, "cors": None}
    return _stage(cloud, "websocket", WEB_SOCKET_RULES, ("/", 401), changes)
