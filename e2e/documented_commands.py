"""The shell commands in the documentation's code blocks, and which of them no test runs, with the reason."""

from __future__ import annotations

import re
from dataclasses import dataclass

from local.cloud.processes import ROOT

#: Pages with commands.
PAGES = [
    "README.md",
    "infra/README.md",
    *sorted(
        str(page.relative_to(ROOT)) for place in ("docs/*.md", "examples/*/README.md") for page in ROOT.glob(place)
    ),
]

_MINUTES = "takes minutes or more by design; its parts have tests of their own"
_MUTANTS = "installs cargo-mutants, which takes minutes"
_OATHKEEPER = "needs a built Oathkeeper"
_DOCKER = "needs a Docker engine; docs/gateways.md says that it has not been run"
_ARM64 = "deploys what was built for arm64, which `make arm64` does once in `make test`; e2e/test_several_stages.py"
_AWS = "calls an AWS account; infra/test/backends.test.ts asserts the output that names the certificate"
_OWN_APP = (
    "installs from a registry or deploys; e2e/test_own_app.py does the same with the packed package, on the local cloud"
)
_GOING_BACK = "e2e/test_under_load.py and e2e/test_rollout.py run it, on a stage that has something to go back to"

_PART = "is part of `make test`"
_KEPT = "would keep the cloud of these tests; each part of it is what e2e/conftest.py and local.cloud do"

_ATTACH = "needs a REST API and a stage for it; e2e/attach runs each"

#: Commands that no test runs as they stand, and why. Everything else in a code block is run.
NOT_RUN = {
    "make demo": "the same build, deployment and requests as e2e's, and sends them on ports of its own",
    "make test": "runs these tests",
    "make prove STAGE=dev": "needs an AWS account; e2e/prove/test_prove.py runs the suite on the local cloud",
    "aws apigateway get-client-certificate --client-certificate-id ID --query pemEncodedCertificate --output text": _AWS,
    "oathgate credentials rotate --secret ARN --revoke KID": "run with a secret and a key, by e2e/test_rotation.py",
    "make deploy STAGE=orders": _ATTACH,
    **{
        f"oathgate attach --stage orders{option}": _ATTACH
        for option in (
            "",
            " --apply",
            " --verify",
            " --detach",
            *(f" --format {language}" for language in ("cloudformation", "sam", "openapi", "terraform", "cdk")),
        )
    },
    "make stop": "ends the cloud of these tests; local/tests stops one",
    "rm rules/rules.jsonnet rules/tests.jsonnet": "run in a copy of the project, by test_own_rule_files",
    "make conformance": "is part of `make test`",
    "make attacks": "all of what `make conformance` draws from in `make test`",
    "make conformance-record OATHKEEPER_BIN=/path/to/oathkeeper": _OATHKEEPER,
    "make fuzz OATHKEEPER_BIN=/path/to/oathkeeper DECISIONS=5000 SEED=1": _OATHKEEPER,
    "make faults": _MINUTES,
    "make properties": _MINUTES,
    'make mutants MUTANTS_FLAGS="--list"': _MUTANTS,
    'make mutants MUTANTS_FLAGS="--re safety/path.rs"': _MUTANTS,
    "make bench": _MINUTES,
    "make bench-guard": _MINUTES,
    "make bench-micro": _MINUTES,
    "make bench-serve": _MINUTES,
    "docker compose -f local/compose.yml build": _DOCKER,
    "docker compose -f local/compose.yml run --rm --no-deps -T oathgate credentials generate > local/gateways/jwks.json": (
        _DOCKER
    ),
    "docker compose -f local/compose.yml up --wait": _DOCKER,
    ".venv/bin/python -m pytest e2e/gateways": _PART,
    "cargo test -p oathgate-gotemplate": _PART,
    "npx vitest run infra/test/stage.test.ts infra/test/docs.test.ts": _PART,
    "npx vitest run -u infra/test/snapshot.test.ts": "writes the snapshots that `make test` compares",
    "INSTA_UPDATE=always cargo test -p oathgate-engine": "writes the snapshots that `make test` compares",
    "INSTA_UPDATE=always cargo test -p oathgate-apigateway --test findings": "writes the snapshots that `make test` compares",
    "OATHGATE_KEEP_CLOUD=1 .venv/bin/python -m pytest -q e2e/test_refusals.py": _KEPT,
    'eval "$(OATHGATE_LOCAL_PORT=15000 .venv/bin/python -m local.cloud env)"': _KEPT,
    "OATHGATE_LOCAL_PORT=15000 .venv/bin/python -m local.cloud stop": _KEPT,
    "make versions STAGE=dev": _GOING_BACK,
    "make rollback STAGE=dev": _GOING_BACK,
    "make rollback STAGE=dev TO=a1b2c3": _GOING_BACK,
    "make prune STAGE=dev DRY_RUN=1": _GOING_BACK,
    "make prune STAGE=dev": _GOING_BACK,
    'OATHGATE_BINARIES=target/functions OATHGATE_CLI=target/functions/oathgate make deploy STAGES="dev prod"': _ARM64,
    'make pipeline-roles REPOSITORY=octocat/gate STAGES="dev prod"': (
        "makes GitHub's OpenID Connect provider, a type that the local cloud does not have; infra/test/pipeline-roles.test.ts"
    ),
    "make functions": _ARM64,
    "make package BINARIES=target/functions": "needs what was built for arm64; infra/test/package.test.ts",
    "mkdir my-api && cd my-api": _OWN_APP,
    "npx cdk init app --language typescript": _OWN_APP,
    "npm install oathgate-cdk": _OWN_APP,
    "npm pack ../../infra": _OWN_APP,
    "npm install": _OWN_APP,
    "export OATHGATE_BINARIES=../../target/release": _OWN_APP,
    "npx cdk synth": _OWN_APP,
    "npx cdk deploy -c backendUrl=https://backend.example.com -c sessionUrl=https://auth.example.com/sessions/whoami": (
        _OWN_APP
    ),
}

#: Commands that end with another status than 0, and what it means.
ENDS_WITH = {
    # The request is refused, which is exit code 1: it has no session, or the one of a session service that
    # does not run.
    "target/debug/oathgate explain --config dist/dev/gate/config.yml https://api.dev.example.com/v1/account/1": 1,
    "oathgate explain --config config/config.yml -H 'Cookie: ory_kratos_session=…' https://api.example.com/v1/account/1": 1,
    (
        "target/debug/oathgate explain --config dist/dev/gate/config.yml --stage config/stages/dev.yml "
        "-H 'Cookie: ory_kratos_session=…' https://api.dev.example.com/v1/account/1"
    ): 1,
}

_FENCE = re.compile(r"^ *```(\S*)\s*$")
_SHELLS = ("sh", "bash", "shell")
_COMMENT = re.compile(r"\s+# ")
_STEP = re.compile(r"^\s*(?:- )?run: (.+)$")


@dataclass(frozen=True)
class Command:
    """A command as a reader would copy it, without its comment."""

    page: str
    line: int
    text: str


def without_comment(line: str) -> str:
    """A line of shell up to its comment; a `#` in quotes begins none."""
    for mark in _COMMENT.finditer(line):
        before = line[: mark.start()]
        if before.count("'") % 2 == 0 and before.count('"') % 2 == 0:
            return before
    return line


def commands_of(page: str, text: str) -> list[Command]:
    """The commands of a page: in indented code, in fences marked as shell, and in the steps of a pipeline."""
    found: list[Command] = []
    fence: str | None = None
    indented = follows_blank = False
    begun: str | None = None
    for number, line in enumerate(text.splitlines(), 1):
        marker = _FENCE.match(line)
        if marker:
            fence = marker[1] if fence is None else None
            continue
        indented = fence is None and line.startswith("    ") and (indented or follows_blank)
        follows_blank = not line.strip()
        if fence == "yaml" and (step := _STEP.match(line)):
            found.append(Command(page, number, step[1]))
        if not (indented or fence in _SHELLS) or not line.strip():
            continue
        part = without_comment(line.strip())
        if begun is not None:
            part = f"{begun} {part}"
        begun = part[:-1].rstrip() if part.endswith("\\") else None
        if begun is None and part and not part.startswith("#"):
            found.append(Command(page, number, part))
    return found


def all_commands() -> list[Command]:
    """The commands of all pages."""
    return [command for page in PAGES for command in commands_of(page, (ROOT / page).read_text(encoding="utf8"))]


def unmarked(page: str, text: str, programs: set[str]) -> list[int]:
    """Lines of fences without a language that begin with one of these programs: commands that no test would run."""
    lines, fence = [], None
    for number, line in enumerate(text.splitlines(), 1):
        marker = _FENCE.match(line)
        if marker:
            fence = marker[1] if fence is None else None
        # Drawings are not ASCII.
        elif fence == "" and line.isascii() and line.strip().split(" ")[0] in programs:
            lines.append(number)
    return lines
