"""Deploys the real stack onto a local cloud with the real CDK command line, and sends requests to it."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import yaml

from .cloud.gateway_client import Response, send
from .cloud.launcher import DEFAULT_PORT, LocalCloud
from .cloud.processes import BUILT, ROOT, LocalCloudError

#: The stage that is written for the local cloud on its default port.
STAGE_FILE = ROOT / "config" / "stages" / "local.yml"

#: Parts of a JSON Web Key that only the signer may have.
_PRIVATE_PARTS = frozenset(["d", "p", "q", "dp", "dq", "qi", "oth", "k"])


def stage_file(cloud: LocalCloud, stage: str, changes: dict[str, object]) -> Path:
    """The local stage under another name, with this cloud's ports and some settings changed, group by group.

    `None` takes a setting out.
    """
    text = STAGE_FILE.read_text()
    for offset, process in enumerate((cloud.emulator, cloud.backend, cloud.sessions)):
        written = f"127.0.0.1:{DEFAULT_PORT + offset}"
        if written not in text:
            raise LocalCloudError(f"{STAGE_FILE} does not name {written}, the default address of the {process.name}")
        text = text.replace(written, f"127.0.0.1:{process.port}")
    settings = yaml.safe_load(text)
    for group, values in changes.items():
        if values is None:
            settings.pop(group, None)
        elif isinstance(values, dict):
            settings.setdefault(group, {}).update(values)
        else:
            settings[group] = values
    path = cloud.folder / f"{stage}.yml"
    path.write_text(yaml.safe_dump(settings, sort_keys=False))
    return path


def public_halves(key_set: str) -> list[dict]:
    """The keys of a JSON Web Key Set without what only the signer may have."""
    keys = json.loads(key_set)["keys"]
    return [{part: text for part, text in key.items() if part not in _PRIVATE_PARTS} for key in keys]


class Deployment:
    """The stack of one stage on one local cloud."""

    def __init__(
        self,
        cloud: LocalCloud,
        stage: str,
        changes: dict[str, object] | None = None,
        log: Callable[[str], None] = lambda line: None,
        environment: dict[str, str] | None = None,
    ):
        self.cloud = cloud
        self.stage = stage
        self._changes = changes or {}
        #: variables for the CDK app, on top of this process's own
        self._variables = environment or {}
        self.stack = f"oathgate-{stage}"
        #: every line that the CDK printed so far
        self.output: list[str] = []
        self._log = log
        self._outputs: dict[str, str] = {}

    def bootstrap(self) -> None:
        """`cdk bootstrap`, once for each cloud."""
        if "CDKToolkit" not in self._stacks():
            # Not in the project's folder: bootstrapping needs no app, and would run it.
            self._cdk("bootstrap", ["aws://000000000000/us-east-1"], self.cloud.folder)

    def deploy(self) -> None:
        """`cdk deploy`; a second one changes what has changed."""
        self._cdk("deploy", [*self._app(), "--require-approval", "never", "--progress", "events"])
        found = self.cloud.client("cloudformation").describe_stacks(StackName=self.stack)["Stacks"][0]
        self._outputs = {output["OutputKey"]: output["OutputValue"] for output in found["Outputs"]}

    def destroy(self) -> None:
        """`cdk destroy`, without confirmation."""
        self._cdk("destroy", [*self._app(), "--force"])

    def make(self, target: str, *variables: str) -> str:
        """Runs `make` for the stage, and returns what it prints."""
        stage = stage_file(self.cloud, self.stage, self._changes)
        finished = subprocess.run(
            ["make", "--silent", target, f"STAGE={stage}", *variables],
            cwd=ROOT,
            env=self._environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
        )
        if finished.returncode != 0:
            raise LocalCloudError(f"make {target} failed:\n{finished.stdout}{finished.stderr}")
        return finished.stdout

    def template(self) -> dict:
        """The template that was deployed last."""
        return json.loads((self._assembly() / f"{self.stack}.template.json").read_text())

    @property
    def file(self) -> Path:
        """The stage's file, as it was written last."""
        return self.cloud.folder / f"{self.stage}.yml"

    @property
    def api_id(self) -> str:
        """The id of the REST API."""
        return self._outputs["ApiId"]

    @property
    def function_name(self) -> str:
        """The name of the function that decides."""
        return self._outputs["AuthorizerFunctionName"]

    @property
    def secret_arn(self) -> str:
        """The secret that holds the signing keys."""
        return self._outputs["SigningKeysSecretArn"]

    @property
    def secret_header_arn(self) -> str:
        """The secret by which the backend recognises the gate, on a stage with a secret header."""
        return self._outputs["SecretHeaderSecretArn"]

    @property
    def base_path(self) -> str:
        """What stands before the paths that rules see: the stage's name, but an HTTP API is at the root of its host."""
        api = self._changes.get("api")
        return "" if isinstance(api, dict) and api.get("kind") == "http" else f"/{self.stage}"

    @property
    def url(self) -> str:
        """Where curl and browsers reach the API; they take every name under localhost for this machine."""
        return f"http://{self.api_id}.execute-api.localhost:{self.cloud.port}{self.base_path}"

    @property
    def output_url(self) -> str:
        """The API's URL as the stack's output has it; any client can use it."""
        return self._outputs["ApiUrl"]

    def send(self, method: str, path: str, headers: list[tuple[str, str]] | None = None, body: bytes = b"") -> Response:
        """Sends one request through the deployed API."""
        return send(self.cloud.port, self.api_id, None, method, f"{self.base_path}{path}", headers, body)

    def public_keys(self) -> list[dict]:
        """The public half of the keys in the secret: all that a backend needs."""
        value = self.cloud.client("secretsmanager").get_secret_value(SecretId=self.secret_arn)["SecretString"]
        return public_halves(value)

    def _stacks(self) -> set[str]:
        listed = self.cloud.client("cloudformation").list_stacks()["StackSummaries"]
        return {stack["StackName"] for stack in listed if not stack["StackStatus"].startswith("DELETE")}

    def _assembly(self) -> Path:
        return self.cloud.folder / f"cdk.out-{self.stage}"

    def _app(self) -> list[str]:
        return [
            "-c",
            f"stage={stage_file(self.cloud, self.stage, self._changes)}",
            "--output",
            str(self._assembly()),
        ]

    def _environment(self) -> dict[str, str]:
        environment = self.cloud.tool_environment() | self._variables
        environment.setdefault("OATHGATE_CLI", str(BUILT / "oathgate"))
        if not environment.get("OATHGATE_PREBUILT_DIR"):
            environment.setdefault("OATHGATE_BINARIES", str(BUILT))
        environment["PATH"] = f"{ROOT / 'node_modules' / '.bin'}:{environment['PATH']}"
        environment["NODE_NO_WARNINGS"] = "1"
        return environment

    def _cdk(self, command: str, arguments: list[str], folder: Path = ROOT) -> None:
        process = subprocess.Popen(
            ["cdk", command, *arguments, "--no-notices", "--no-color", "--ci"],
            cwd=folder,
            env=self._environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        )
        begun = len(self.output)
        for line in process.stdout or ():
            self.output.append(line.rstrip())
            self._log(self.output[-1])
        if process.wait() != 0:
            lines = self.output[begun:][-40:]
            raise LocalCloudError(f"cdk {command} failed:\n" + "\n".join(f"  {line}" for line in lines))
