"""A stage with an HTTP API and one with a WebSocket API, both with rules that any kind of API can have."""

from __future__ import annotations

from local.cloud.launcher import LocalCloud
from local.deployment import Deployment

from .. import own_rules

#: The header that brings the token where `Authorization` can't be mapped.
TOKEN_HEADER = "X-Token"

CONFIG = own_rules.CONFIG | {
    "mutators": {
        **own_rules.CONFIG["mutators"],
        "id_token": {"enabled": True, "config": {"jwks_url": "file:///replaced/by/the/secret"}},
    },
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
    path, status = tested
    test = {
        "name": "one of the rules",
        "request": {"url": f"https://api.example.test{path}"},
        "expect": {"status": status},
    }
    return Deployment(cloud, name, changes | own_rules.write(cloud.folder / name, rules, test, CONFIG))


def http_stage(cloud: LocalCloud, **more: object) -> Deployment:
    """The stage with the HTTP API and more settings, not yet deployed."""
    changes = {"api": {"kind": "http", "tokenHeader": TOKEN_HEADER}, **more}
    return _stage(cloud, "http", HTTP_RULES, ("/status", 200), changes)


def web_socket_stage(cloud: LocalCloud) -> Deployment:
    """The stage with the WebSocket API, not yet deployed."""
    changes = {"api": {"kind": "websocket"}, "cors": None}
    return _stage(cloud, "websocket", WEB_SOCKET_RULES, ("/", 401), changes)
