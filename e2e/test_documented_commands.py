"""Each command in the documentation's code blocks does what it says, on this machine and the local cloud."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from local.cloud.processes import BUILT, ROOT
from local.deployment import stage_file

from .documented_commands import ENDS_WITH, NOT_RUN, PAGES, Command, all_commands, commands_of, unmarked
from .gateways.programs import free_port

COMMANDS = all_commands()
GATEWAYS = "docs/gateways.md"

#: Commands of make that call the cloud; the README runs each, so that other pages need not do it again.
CLOUD = re.compile(r"^make (bootstrap|diff|deploy|destroy) ")
OF_THE_README = {command.text for command in COMMANDS if command.page == "README.md"}

#: Ports of the examples' servers: of the decision server, of the backend, the session service and the gateway.
DECISIONS, BACKEND, SESSIONS, GATEWAY = "4456", "4567", "4568", "8080"


def to_run(page: str) -> list[Command]:
    """The commands of a page that are run there."""
    here = [command for command in COMMANDS if command.page == page and command.text not in NOT_RUN]
    return [
        command
        for command in here
        if page == "README.md" or not (CLOUD.match(command.text) and command.text in OF_THE_README)
    ]


class Shell:
    """Runs the commands of a page one after the other in one shell, as a reader would."""

    def __init__(self, folder: Path, environment: dict[str, str], places: dict[str, str]):
        self.folder = folder
        self.environment = environment
        #: Texts of the commands, and their replacements here: other ports, other files.
        self.places = places
        longest_first = sorted(places, key=len, reverse=True)
        self._written = re.compile("|".join(re.escape(text) for text in longest_first))

    def run(self, commands: list[Command], servers: tuple[str, ...]) -> dict[str, tuple[int, str]]:
        """The status and the output of each command; curl waits for the servers, which others have started."""
        listening = "; ".join(
            f"for _ in {{1..600}}; do (: </dev/tcp/127.0.0.1/{self.places[port]}) 2>/dev/null && break; sleep 0.2; done"
            for port in servers
        )
        lines = ["trap 'kill $(jobs -p) 2>/dev/null' EXIT"]
        for number, command in enumerate(commands):
            text = self._written.sub(lambda found: self.places[found[0]], command.text)
            output = self.folder / f"{number}.log"
            lines += [listening] if text.startswith("curl ") else []
            lines += [f"{{ {text}\n}} >{output} 2>&1", f"echo {number} $?"]
        finished = subprocess.run(
            ["bash", "-c", "\n".join(lines)],
            cwd=ROOT,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            text=True,
            timeout=1800,
        )
        statuses = dict(line.split() for line in finished.stdout.splitlines())
        return {
            command.text: (
                int(statuses.get(str(number), -1)),
                (self.folder / f"{number}.log").read_text(errors="replace"),
            )
            for number, command in enumerate(commands)
        }


@pytest.fixture
def shell(gate, tmp_path):
    """A shell with the cloud's credentials, functions that are built, and ports and files of its own."""
    ports = {port: str(free_port()) for port in (DECISIONS, BACKEND, SESSIONS, GATEWAY)}
    examples = shutil.copytree(ROOT / "local" / "gateways", tmp_path / "gateways")
    for file in examples.glob("*"):
        if file.is_file():
            file.write_text(re.sub("|".join(ports), lambda port: ports[port[0]], file.read_text()))
    environment = gate.cloud.tool_environment() | {
        "OATHGATE_LOCAL_PORT": str(gate.cloud.port),
        "OATHGATE_CLI": str(BUILT / "oathgate"),
        "OATHGATE_BINARIES": str(BUILT),
        # There is no terminal to confirm in.
        "CDK_REQUIRE_APPROVAL": "never",
        "CDK_FORCE": "true",
    }
    config = shutil.copytree(ROOT / "config", tmp_path / "config")
    serving = f"SERVE_API_PORT={ports[DECISIONS]} MUTATORS_ID_TOKEN_CONFIG_JWKS_URL=file://{tmp_path}/jwks.json"
    places = {
        # The files of a stage name a port and a key file that may be in use here.
        "target/debug/oathgate serve --config dist": f"{serving} {BUILT}/oathgate serve --config dist",
        "$PWD/target/debug": str(BUILT),
        "target/debug": str(BUILT),
        "config/config.yml": str(config / "config.yml"),
        "config/rules.json": str(config / "rules.json"),
        "/tmp/jwks.json": str(tmp_path / "jwks.json"),
        "STAGE=local": f"STAGE={stage_file(gate.cloud, 'documented', {})}",
        "$PWD/local/gateways": str(examples),
        "local/gateways": str(examples),
        **ports,
    }
    return Shell(tmp_path, environment, places)


@pytest.mark.parametrize("page", [page for page in PAGES if page != GATEWAYS and to_run(page)])
def test_the_commands_of_a_page_work_as_written(shell, page):
    done = shell.run(to_run(page), (DECISIONS,))
    wrong = {
        text: (status, output[-3000:]) for text, (status, output) in done.items() if status != ENDS_WITH.get(text, 0)
    }
    assert not wrong
    for text, (_, output) in done.items():
        if text.startswith("curl -i"):
            assert re.search(r"^HTTP/1.1 200", output, re.MULTILINE), output


@pytest.mark.parametrize("gateway", ["nginx", "caddy"])
def test_a_gateway_can_be_tried_as_written(shell, gateway):
    if shutil.which(gateway) is None:
        pytest.skip(f"{gateway} is not on this machine")
    other = {"nginx": "caddy", "caddy": "nginx"}[gateway]
    commands = [
        # A gateway runs in the foreground of a terminal of its own.
        Command(command.page, command.line, f"{command.text} &") if command.text.startswith(gateway) else command
        for command in to_run(GATEWAYS)
        if not command.text.startswith(other)
    ]
    assert [command.text.split()[0] for command in commands].count(gateway) == 1
    done = shell.run(commands, (DECISIONS, BACKEND, SESSIONS, GATEWAY))
    wrong = {text: (status, output[-3000:]) for text, (status, output) in done.items() if status != 0}
    assert not wrong
    [response] = [output for text, (_, output) in done.items() if text.startswith("curl")]
    assert re.search(r"^HTTP/1.1 200", response, re.MULTILINE), (response, done)


def test_every_command_that_is_not_run_is_still_documented():
    assert set(NOT_RUN) | set(ENDS_WITH) <= {command.text for command in COMMANDS}


def test_every_target_that_is_documented_is_there():
    targets = {
        name
        for line in (ROOT / "Makefile").read_text().splitlines()
        if re.match(r"[a-z][a-z0-9 -]*:", line)
        for name in line.split(":")[0].split()
    } | {".venv"}
    for command in COMMANDS:
        words = re.sub(r"^(\w+=\S+ )+", "", command.text).split()
        if words[0] == "make":
            # As a shell reads it: STAGES="dev prod" is one word.
            arguments = shlex.split(command.text)
            named = {word for word in arguments if "=" not in word and not word.startswith("-")} - {"make"}
            assert named <= targets, command


def test_no_command_stands_in_a_block_that_is_not_marked_as_shell():
    programs = {command.text.split()[0] for command in COMMANDS} - {""}
    for page in PAGES:
        assert unmarked(page, (ROOT / page).read_text(encoding="utf8"), programs) == [], page


def test_commands_are_found_wherever_they_stand():
    text = """\
Text.

    make one        # as it is
    FIRST=1 \\
        second --flag &

1. A step:

       third 'a # b'

   more of it

```sh
fourth   # and why
# nothing
```

```
fifth is output
```

```yaml
steps:
  - run: sixth
```
"""
    assert [(command.line, command.text) for command in commands_of("page", text)] == [
        (3, "make one"),
        (5, "FIRST=1 second --flag &"),
        (9, "third 'a # b'"),
        (14, "fourth"),
        (24, "sixth"),
    ]
    assert unmarked("page", text, {"fifth"}) == [19]


def test_own_rule_files_work_once_the_sample_rules_are_gone(tmp_path):
    """What the README says about rule files that a configuration names itself."""
    [removing] = [command for command in COMMANDS if command.text.startswith("rm rules/")]
    for name in ("config", "rules", "infra"):
        shutil.copytree(ROOT / name, tmp_path / name)
    for name in ("cdk.json", "package.json", "tsconfig.json"):
        shutil.copy(ROOT / name, tmp_path)
    (tmp_path / "node_modules").symlink_to(ROOT / "node_modules")
    config = tmp_path / "config" / "config.yml"
    config.write_text(config.read_text().replace("file://./rules.json", "file://./ours.yml"))
    ours = """\
- id: ours
  match: { url: "https://api.dev.example.com/ours", methods: [GET] }
  authenticators: [{ handler: noop }]
  authorizer: { handler: allow }
  mutators: [{ handler: noop }]
"""
    (tmp_path / "config" / "ours.yml").write_text(ours)
    environment = {**os.environ, "OATHGATE_CLI": str(BUILT / "oathgate")}
    check = [tmp_path / "node_modules" / ".bin" / "tsx", "infra/bin/check.ts", "dev"]

    def checked() -> subprocess.CompletedProcess:
        return subprocess.run(check, cwd=tmp_path, env=environment, capture_output=True, text=True)

    before = checked()
    assert before.returncode == 1
    assert "rules/tests.jsonnet" in before.stderr
    subprocess.run(["bash", "-c", removing.text], cwd=tmp_path, check=True)
    after = checked()
    assert after.returncode == 0, after.stderr
    assert "ours" in (tmp_path / "dist" / "dev" / "gate" / "ours.yml").read_text()


def test_the_documented_test_of_rules_passes_with_the_shipped_configuration(tmp_path):
    """The example of docs/rules.md, as a file beside the rules' own tests."""
    page = (ROOT / "docs" / "rules.md").read_text(encoding="utf8")
    [example] = re.findall(r"^```jsonnet\n(.*?)^```", page, re.DOTALL | re.MULTILINE)
    shutil.copytree(ROOT / "config", tmp_path / "config")
    (tmp_path / "example.jsonnet").write_text(example)
    values = ["--ext-str", "domain=example.com", "--ext-str", "version=v1"]
    oathgate = str(BUILT / "oathgate")
    rules = str(ROOT / "rules" / "rules.jsonnet")
    subprocess.run([oathgate, "rules", "build", rules, *values, "-o", "config/rules.json"], cwd=tmp_path, check=True)
    test = [oathgate, "rules", "test", "--config", "config/config.yml", *values, "example.jsonnet"]
    tested = subprocess.run(test, cwd=tmp_path, capture_output=True, text=True)
    assert tested.returncode == 0, tested.stdout + tested.stderr
