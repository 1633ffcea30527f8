"""Configurations and rules that stages of tests have of their own, in place of the shipped ones."""

from __future__ import annotations

import json
from pathlib import Path

from local.cloud.processes import ROOT

#: A configuration for guests and for those who have a session; `X-User` is the subject.
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
    },
    "errors": {"fallback": ["json"], "handlers": {"json": {"enabled": True}}},
}


def write(folder: Path, rules: list[dict], test: dict, config: dict | None = None) -> dict[str, dict]:
    """Writes rules, the one test that a stage has to have, and a configuration if the stage has its own.

    Returns the settings of the stage that name these files. The folder is below the project's.
    """
    folder.mkdir(parents=True, exist_ok=True)
    # Jsonnet reads JSON.
    (folder / "rules.jsonnet").write_text(json.dumps(rules))
    (folder / "tests.jsonnet").write_text(json.dumps({"tests": [test]}))
    place = folder.relative_to(ROOT)
    settings = {"rules": {"file": f"{place}/rules.jsonnet", "tests": f"{place}/tests.jsonnet", "values": {}}}
    if config is not None:
        (folder / "config.yml").write_text(json.dumps(config))
        settings["config"] = {"file": f"{place}/config.yml"}
    return settings
