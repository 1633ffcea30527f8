"""A handler is one file and one line: nothing else in the program knows its name, and a new one needs no other edit."""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
TARGET = Path(os.environ.get("CARGO_TARGET_DIR") or ROOT / "target")
OATHGATE = os.environ.get("OATHGATE") or str(TARGET / "debug" / "oathgate")
HANDLERS = ROOT / "authorizer/engine/src/handlers"

# Words of other vocabularies that are also handlers' names, by the file that has them, and what they mean there.
OTHER_MEANINGS = {
    "openapi.rs": {"header": "where OpenAPI has a parameter"},
    "argument_groups.rs": {"allow": "a value of `--unsafe-paths`"},
    "explain.rs": {"header": "the option `--header`"},
    "headers.rs": {"header": "a key of the report", "www_authenticate": "the manifest's key for a challenge"},
    "facts.rs": {"unauthorized": "a failure"},
    "redacted_config.rs": {"remote": "an option that may be shown"},
    "facts.ts": {"header": "a key of the facts", "unauthorized": "an error body"},
    "sent.rs": {"cookie": "an HTTP header"},
    "stage.rs": {"allow": "a value of a stage setting"},
    "session_checks.rs": {
        "header": "a key of the option `token_from`",
        "cookie": "a key of the option `token_from`",
    },
    "build.rs": {"json": "a value of `log.format`"},
    "format.rs": {"json": "a file's format"},
    "observability.rs": {"json": "a value of `log.format`"},
    "gateway_header.rs": {"cookie": "an HTTP header"},
    "remote_json.rs": {"remote": "an option"},
    "when.rs": {"unauthorized": "a value of `when.error`"},
    "hydrated.rs": {"header": "a member of a session in JSON"},
    "web_token.rs": {"header": "a part of a JSON Web Token"},
    "received.rs": {"hydrator": "a label of `oathgate headers` in JSON"},
    "migrate.rs": {
        "hydrator": "Oathkeeper's migrations name the handlers of old versions",
        "keto_engine_acp_ory": "Oathkeeper's migrations name the handlers of old versions",
    },
    "policy.rs": {"allow": "a value of `--unsafe-paths`"},
    "session_data.rs": {"header": "a member of a session in templates"},
    "context.rs": {"www_authenticate": "a context key"},
    "cli.rs": {"allow": "a value of `--unsafe-paths`"},
    "endpoint.rs": {"id_token": "a response type of OpenID Connect"},
    "alarms.ts": {"unauthorized": "a metric of refusals"},
    "gate-metrics.ts": {
        "allow": "an outcome in the log",
        "deny": "an outcome in the log",
        "unauthorized": "an outcome in the log",
    },
    "oathgate-cli.ts": {"json": "an output format"},
    "props-check.ts": {"header": "a kind of name"},
    "header-mappings.ts": {"cookie": "an HTTP header"},
    "token-header.ts": {"cookie": "an HTTP header"},
    "cors.ts": {"header": "a kind of name"},
    "stage-schema.ts": {"header": "a kind of name"},
}


def known_handlers():
    return json.loads(subprocess.run([OATHGATE, "schema", "handlers"], capture_output=True, check=True).stdout)


def program_text(file):
    """A source file without its tests and comments."""
    text = re.split(r"#\[cfg\(test\)\]\s*(?:pub\(crate\) )?mod \w+ \{", file.read_text())[0]
    return re.sub(r"//[^\n]*", "", text)


def is_test(file):
    return bool({"tests"} & set(file.parts)) or re.search(r"(tests|testing)\.rs$", file.name)


def is_own(file, name):
    return HANDLERS in file.parents and (file.stem == name or file.parent.name == name)


def test_no_file_but_its_own_matches_on_a_handlers_name():
    names = {handler["name"] for handler in known_handlers()}
    sources = [file for file in (ROOT / "authorizer").glob("*/src/**/*.rs") if not is_test(file)]
    sources += [file for folder in ("lib", "stages", "bin") for file in (ROOT / "infra" / folder).glob("**/*.ts")]
    assert len(sources) > 200
    found = {}
    for file in sources:
        for name in re.findall(r"""["'](\w+)["']""", program_text(file)):
            if name in names and not is_own(file, name):
                found.setdefault(file.name, set()).add(name)
    assert found == {file: set(meanings) for file, meanings in OTHER_MEANINGS.items()}


NEW = """\
//! `stamp`: sets headers to fixed texts.

use std::collections::BTreeMap;

use super::Mutate;
use crate::{
    Failure, Ports, Request, Session,
    handlers::{
        Description, Misconfigured, SetHeaders, Settings,
        options::{OptionValue, options},
    },
};

/// Sets headers to fixed texts.
#[derive(Debug)]
pub(super) struct Stamp {
    headers: BTreeMap<String, String>,
}

options! {
    struct Options {
        /// The headers and their values.
        #[required = Always]
        stamps: BTreeMap<String, String>,
    }
}

impl Mutate for Stamp {
    const DESCRIPTION: Description = Description::new("stamp", "Sets headers to fixed texts.")
        .options(&Options::SHAPE, "stamps: {X-Stamp: seen}")
        .sets(SetHeaders::KeysOf("stamps"));

    fn build(settings: &Settings<'_>) -> Result<Self, Misconfigured> {
        let Options { stamps } = settings.parse()?;
        Ok(Self { headers: stamps })
    }

    async fn mutate(
        &self,
        request: &mut Request,
        session: &mut Session,
        _ports: &Ports,
    ) -> Result<(), Failure> {
        for (name, value) in &self.headers {
            super::set_header(request, session, name, value);
        }
        Ok(())
    }
}
"""

CONFIG = """\
access_rules: {repositories: ['file://rules.yaml']}
authenticators: {anonymous: {enabled: true}}
authorizers: {allow: {enabled: true}}
mutators: {stamp: {enabled: true, config: {stamps: {X-Stamp: seen}}}}
"""

RULES = """\
- id: stamped
  match: {url: 'https://api.example.com/a', methods: [GET]}
  authenticators: [{handler: anonymous}]
  authorizer: {handler: allow}
  mutators: [{handler: stamp}]
"""


@pytest.fixture(scope="module")
def with_stamp(tmp_path_factory):
    """The program of a copy of the tree that has one handler more: a file, and a line in the registry.

    Dependencies that are built already are not built again: the copy's target folder begins with links to them.
    """
    if not (TARGET / "debug" / "deps").is_dir():
        pytest.skip("nothing is built yet")
    tree = tmp_path_factory.mktemp("tree")
    for name in ("Cargo.toml", "Cargo.lock", "authorizer", "bench", "examples", ".cargo"):
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, tree / name, ignore=shutil.ignore_patterns("target", "node_modules"))
        elif source.exists():
            shutil.copy(source, tree / name)
    mutators = tree / "authorizer/engine/src/handlers/mutators"
    (mutators / "stamp.rs").write_text(NEW)
    registry = (mutators / "mod.rs").read_text()
    line = "        noop::Noop,\n"
    assert registry.count(line) == 1
    (mutators / "mod.rs").write_text(registry.replace(line, line + "        stamp::Stamp,\n"))

    built = TARGET / "with-one-handler-more"
    shutil.rmtree(built, ignore_errors=True)
    for folder in ("deps", "build", ".fingerprint"):
        shutil.copytree(
            TARGET / "debug" / folder,
            built / "debug" / folder,
            copy_function=os.link,
            ignore=shutil.ignore_patterns("*oathgate*", "*bootstrap*"),
        )
    command = ["cargo", "build", "--quiet", "--locked", "--offline", "--workspace", "--bin", "oathgate"]
    environment = {**os.environ, "CARGO_TARGET_DIR": str(built), "CARGO_INCREMENTAL": "0"}
    done = subprocess.run(command, cwd=tree, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    yield built / "debug" / "oathgate"
    shutil.rmtree(built, ignore_errors=True)


def test_a_handler_is_one_file_and_one_line(with_stamp, tmp_path):
    def oathgate(*arguments, code=0):
        done = subprocess.run([with_stamp, *map(str, arguments)], cwd=tmp_path, capture_output=True, text=True)
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout

    # The schema for editors, and the reference.
    schema = json.loads(oathgate("schema", "config"))["properties"]["mutators"]["properties"]["stamp"]
    assert schema["description"] == "Sets headers to fixed texts."
    assert schema["then"]["properties"]["config"]["required"] == ["stamps"]
    oathgate("schema", "handlers", "--pages", tmp_path / "pages")
    assert (
        "| `stamps` | texts by name |  | yes | The headers and their values. |"
        in (tmp_path / "pages" / "stamp.md").read_text()
    )

    # The configuration is read and checked, and the header is one that the gate vouches for.
    (tmp_path / "config.yml").write_text(CONFIG)
    (tmp_path / "rules.yaml").write_text(RULES)
    oathgate("rules", "check", "--config", "config.yml")
    assert "X-Stamp" in oathgate("headers", "--config", "config.yml")
    granted = oathgate("explain", "--config", "config.yml", "https://api.example.com/a")
    assert "handler        stamp" in granted and "vouched        X-Stamp" in granted

    # Mistakes are found, with advice.
    (tmp_path / "rules.yaml").write_text(RULES.replace("handler: stamp", "handler: stamb"))
    assert "did you mean `stamp`?" in oathgate("rules", "check", "--config", "config.yml", code=1)
    (tmp_path / "rules.yaml").write_text(RULES.replace("handler: stamp", "handler: stamp, config: {stamp: {A: b}}"))
    assert "unknown key `stamp`, did you mean `stamps`?" in oathgate("rules", "check", "--config", "config.yml", code=1)
