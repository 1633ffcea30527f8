"""A suite: a folder with `config.yml`, rule files, `cases.json` and what else the configuration names.

In its files `${STUB}` stands for the upstream's base URL, `${DIR}` for the `file://` URL of the folder that
the suite runs in, `${API_PORT}` and `${PROXY_PORT}` for free ports.
"""

import json
import re
import shutil
import socket
import tempfile
from pathlib import Path


class Suite:
    def __init__(self, folder):
        self.folder = Path(folder)
        self.name = self.folder.name
        self.spec = json.loads((self.folder / "cases.json").read_text(encoding="utf8"))
        self.cases = self.spec["cases"]

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
            "API_PORT": str(free_port()),
            "PROXY_PORT": str(free_port()),
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
        return self.folder / "config.yml"

    @property
    def api_port(self):
        return int(self.values["API_PORT"])

    def keys(self):
        file = self.folder / "jwks.json"
        return json.loads(file.read_text())["keys"] if file.exists() else []

    def fill(self, text):
        return re.sub(r"\$\{(STUB|DIR|API_PORT|PROXY_PORT)\}", lambda found: self.values[found.group(1)], text)

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
                raise SystemExit(f"conformance: `{path}` holds no suite: a suite has a cases.json")
            suites.extend(Suite(file.parent) for file in found)
    return suites


def pairs(headers):
    """Headers as pairs, from an object or a list of pairs."""
    return list(headers.items()) if isinstance(headers, dict) else [tuple(pair) for pair in headers or []]


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
