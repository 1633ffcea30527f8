"""A world: one configuration with its rules, keys and fixed responses of services, and the requests to decide.

On disk it is a suite (`conformance/suite.py`), so that whatever the fuzzer finds can be recorded and kept.
"""

import copy
import json
from dataclasses import dataclass, field
from pathlib import Path

from . import forms, jose, merging, server_options

PORTS = ("API_PORT", "PROXY_PORT", "METRICS_PORT")


@dataclass
class World:
    name: str
    config: dict
    form: str
    # One list of rules for each repository.
    rules: list
    # For each repository how it is read (`file`, `inline`, `http`) and its format (`json`, `yaml`).
    sources: list
    env: dict = field(default_factory=dict)
    stubs: list = field(default_factory=list)
    tls: bool = False
    cases: list = field(default_factory=list)

    def copy(self):
        return copy.deepcopy(self)

    def all_rules(self):
        return [rule for rules in self.rules for rule in rules]

    def handler(self, section, name):
        """A handler's global entry, variables included."""
        entry = copy.deepcopy((self.section(section)).get(name, {}))
        for path, value in self.env.items():
            *where, last = path
            if where[: len(self.where(section)) + 1] == [*self.where(section), name]:
                inner = entry
                for key in where[len(self.where(section)) + 1 :]:
                    inner = inner.setdefault(key, {})
                inner[last] = value
        return entry

    @staticmethod
    def where(section):
        return ["errors", "handlers"] if section == "errors" else [section]

    def section(self, section):
        found = self.config
        for key in self.where(section):
            found = found.get(key) or {}
        return found

    def effective(self, section, entry):
        """The configuration of a rule's handler: its own over the global one."""
        base = self.handler(section, entry.get("handler")).get("config") or {}
        return merging.merged(base, entry.get("config") or {})

    def save(self, folder):
        """Writes the suite."""
        folder = Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        config = copy.deepcopy(self.config)
        repositories, stubs = [], list(self.stubs)
        for index, (rules, (way, form)) in enumerate(zip(self.rules, self.sources, strict=True)):
            name, text = f"rules-{index}.{form}", forms.written(rules, form)
            (folder / name).write_text(text, encoding="utf8")
            if way == "http":
                stubs.append({"path": f"/{name}", "body": text})
            repositories.append(
                {"http": "${STUB}/", "inline": "inline://", "file": "${DIR}/"}[way]
                + (f"${{BASE64:{name}}}" if way == "inline" else name)
            )
        config.setdefault("access_rules", {})["repositories"] = repositories
        text = forms.written(config, self.form)
        for port in PORTS:
            for mark in "\"'":
                text = text.replace(f"{mark}${{{port}}}{mark}", f"${{{port}}}")
        (folder / f"config.{self.form}").write_text(text, encoding="utf8")
        for name, keys in key_sets().items():
            (folder / name).write_text(json.dumps({"keys": keys}), encoding="utf8")
        for part, pem in zip(("cert", "key"), server_options.certificate(), strict=True):
            (folder / f"server.{part}").write_bytes(pem)
        spec = {"env": {variable(path): value_text(value) for path, value in self.env.items()}, "tls": self.tls}
        spec = {name: value for name, value in spec.items() if value}
        (folder / "cases.json").write_text(
            json.dumps({**spec, "stubs": stubs, "cases": self.cases}, indent=1, ensure_ascii=False), encoding="utf8"
        )


def variable(path):
    return "_".join(path).upper()


def value_text(value):
    if isinstance(value, str):
        return value
    return json.dumps(value)


def signing(kid, alg):
    return jose.private(jose.KEYS[kid], use="sig", alg=alg)


def key_sets():
    """The key files of every world: sets that sign (`mutators.py` names them), and sets that verify."""
    known = [jose.public(key, use="sig") for key in jose.KEYS.values()]
    odd = [jose.public(jose.KEYS["rsa-b"], use="enc", kid="rsa-enc"), jose.public(jose.KEYS["rsa-b"], kid="no-use")]
    sign = {
        "rs": [signing("rsa-a", "RS256")],
        "ps": [signing("rsa-b", "PS256")],
        "es256": [signing("ec-256", "ES256")],
        "es384": [signing("ec-384", "ES384")],
        "es512": [signing("ec-521", "ES512")],
        "hs": [signing("oct", "HS256")],
        "pair": [
            jose.public(jose.KEYS["rsa-a"], use="sig", alg="RS256", kid="public:a"),
            jose.private(jose.KEYS["rsa-a"], use="sig", alg="RS256", kid="private:a"),
        ],
    }
    return {
        "jwks.json": [*known, jose.public(jose.KEYS["rsa-a"], kid="public:a")],
        "keys.json": [*odd, *known],
        "more.json": [*known[1:3], *odd],
        **{f"sign-{name}.json": keys for name, keys in sign.items()},
    }


def common_stubs(chance):
    """Responses that are the same for every case: key sets over HTTP."""
    sets = key_sets()
    jwks = {"status": 200, "body": {"keys": sets["keys.json"]}}
    if chance.maybe(0.05):
        jwks = chance.one(
            {"status": 404},
            {"body": "no keys"},
            {"body": {"keys": []}},
            {"body": {"keys": [{"kty": "new", "kid": "x"}]}},
        )
    return [{"path": "/jwks", **jwks}, {"path": "/signing", "body": {"keys": sets["sign-rs.json"]}}]
