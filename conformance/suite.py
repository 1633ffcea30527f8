"""A suite: a folder with `config.yml`, rule files, `cases.json` and what else the configuration names.

In its files `${STUB}` is replaced by the services' base URL, `${FOLDER}` by the folder that the suite runs in and
`${DIR}` by its `file://` URL, `${API_PORT}`, `${PROXY_PORT}` and `${METRICS_PORT}` by free ports, and
`${BASE64:name}` by another file's content. The configuration may be `config.json` or `config.toml` as well.
"""

import base64
import json
import re
import shutil
import socket
import tempfile
from pathlib import Path

CONFIGS = ("config.yml", "config.json", "config.toml")


class Suite:
    def __init__(self, folder):
        self.folder = Path(folder)
        self.name = self.folder.name
        self.spec = json.loads((self.folder / "cases.json").read_text(encoding="utf8"))
        self.cases = self.spec["cases"]

    def options(self):
        """The options under which some case that deviates is sent once more."""
        return sorted({option for case in self.cases for option in case.get("with", {})})

    def cases_with(self, option):
        """All cases, or those that are sent under an option."""
        return [case for case in self.cases if option is None or option in case.get("with", {})]

    @staticmethod
    def wanted(case, option):
        """The response that a case must have: under an option mostly the recorded one."""
        if option is None:
            return case["expect"]
        answer = case["with"][option]
        return case["recorded"] if answer == "recorded" else answer

    def save(self):
        text = json.dumps(self.spec, indent=1, ensure_ascii=False)
        (self.folder / "cases.json").write_text(text, encoding="utf8")


class Stage:
    """A suite's files with every placeholder filled in, in a folder of their own, gone at the end."""

    def __init__(self, suite, upstream_url):
        self.suite = suite
        self.folder = Path(tempfile.mkdtemp(prefix="conformance-"))
        self.values = {
            "STUB": upstream_url,
            "DIR": "file://" + str(self.folder),
            "FOLDER": str(self.folder),
            **dict(zip(("API_PORT", "PROXY_PORT", "METRICS_PORT"), map(str, free_ports(3)), strict=True)),
        }
        for file in suite.folder.iterdir():
            if file.is_file() and file.name != "cases.json":
                (self.folder / file.name).write_text(self.fill(file.read_text(encoding="utf8")), encoding="utf8")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def config(self):
        return next(self.folder / name for name in CONFIGS if (self.folder / name).exists())

    @property
    def api_port(self):
        return int(self.values["API_PORT"])

    def keys(self):
        file = self.folder / "jwks.json"
        return json.loads(file.read_text())["keys"] if file.exists() else []

    def fill(self, text):
        text = re.sub(r"\$\{BASE64:([^}]+)\}", self.content, text)
        return re.sub(r"\$\{([A-Z_]+)\}", lambda found: self.values.get(found.group(1), found.group(0)), text)

    def content(self, found):
        text = (self.suite.folder / found.group(1)).read_text(encoding="utf8")
        return base64.b64encode(self.fill(text).encode()).decode()

    def filled(self, value):
        return json.loads(self.fill(json.dumps(value)))

    def unfilled(self, value):
        text = json.dumps(value)
        return json.loads(text.replace(self.values["STUB"], "${STUB}").replace(self.values["DIR"], "${DIR}"))


def find(paths):
    """The suites at or directly below each path, by name."""
    suites = []
    for path in map(Path, paths):
        if (path / "cases.json").exists():
            suites.append(Suite(path))
        else:
            found = sorted(path.glob("*/cases.json"))
            if not found:
                raise SystemExit(f"conformance: `{path}` has no suite: a suite is a folder with a `cases.json`")
            suites.extend(Suite(file.parent) for file in found)
    return suites


def pairs(headers):
    """Headers as pairs, from an object or a list of pairs."""
    return list(headers.items()) if isinstance(headers, dict) else [tuple(pair) for pair in headers or []]


def free_ports(count):
    probes = [socket.socket() for _ in range(count)]
    try:
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [probe.getsockname()[1] for probe in probes]
    finally:
        for probe in probes:
            probe.close()
