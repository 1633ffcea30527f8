"""A configuration as YAML, JSON or TOML."""

import base64
import json

import yaml


def written(value, form):
    if form == "json":
        return json.dumps(value, indent=1, ensure_ascii=False)
    if form == "toml":
        return "".join(f"{key} = {toml(inner)}\n" for key, inner in value.items())
    return yaml.safe_dump(value, sort_keys=False, allow_unicode=True, width=1000)


def toml(value):
    """A value on one line: tables inline, texts as JSON writes them."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(key)} = {toml(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(toml, value)) + "]"
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def has_null(value):
    """TOML has no null."""
    if isinstance(value, dict):
        return any(map(has_null, value.values()))
    if isinstance(value, list):
        return any(map(has_null, value))
    return value is None


def base64_text(text):
    return base64.b64encode(text.encode()).decode()
