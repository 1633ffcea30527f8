"""Deploys what the suite needs, and removes it: the stack beside the gate, and the gate."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import yaml
from botocore.exceptions import WaiterError

from local.cloud.processes import ROOT
from local.deployment import public_halves

from .door import Door, ProveError
from .probe_template import LOCAL_ENDPOINT, template

#: Where stage files and CDK's output go.
WORK = ROOT / ".local" / "prove"

#: Settings of the user's stage that the suite's own stage takes over.
_TAKEN = ("account", "region", "architecture", "memorySize", "tags")

#: Settings that only AWS can show, besides those of every place.
ON_AWS = {
    "metricsNamespace": "OathgateProve",
    "rollout": {"strategy": "canary50Percent1Minutes"},
    "backend": {"clientCertificate": True},
    "tracing": True,
}

#: How often a stack that is being changed is looked at, and how many times until it is given up.
SECONDS_BETWEEN_LOOKS = 1
LOOKS = 900


def outputs_of(door: Door, stack: str) -> dict[str, str]:
    """The outputs of a stack."""
    found = door.client("cloudformation").describe_stacks(StackName=stack)["Stacks"][0]
    return {output["OutputKey"]: output["OutputValue"] for output in found.get("Outputs", [])}


class ProbeStack:
    """The echo backend, and the API whose authorizer allows everything."""

    def __init__(self, door: Door, name: str):
        self.door = door
        self.name = f"oathgate-{name}-probe"

    def deploy(self) -> dict[str, str]:
        """Makes the stack, and returns its outputs."""
        client = self.door.client("cloudformation")
        client.create_stack(
            StackName=self.name,
            TemplateBody=json.dumps(template()),
            Capabilities=["CAPABILITY_IAM"],
            OnFailure="DELETE",
            Parameters=[{"ParameterKey": LOCAL_ENDPOINT, "ParameterValue": self.door.endpoint or ""}],
        )
        self._await("stack_create_complete")
        return outputs_of(self.door, self.name)

    def destroy(self) -> None:
        """Removes the stack, if there is one."""
        self.door.client("cloudformation").delete_stack(StackName=self.name)
        self._await("stack_delete_complete")

    def _await(self, state: str) -> None:
        waiter = self.door.client("cloudformation").get_waiter(state)
        try:
            waiter.wait(StackName=self.name, WaiterConfig={"Delay": SECONDS_BETWEEN_LOOKS, "MaxAttempts": LOOKS})
        except WaiterError as error:
            raise ProveError(f"the stack {self.name}: {error}") from error


class Gate:
    """The gate of the suite: a stage of its own, deployed by `make deploy`."""

    def __init__(self, door: Door, name: str, backend_url: str, taken: dict):
        self.door = door
        self.name = name
        self.stack = f"oathgate-{name}"
        self.backend_url = backend_url
        self._taken = {key: taken[key] for key in _TAKEN if key in taken}
        self.output: list[str] = []

    def deploy(self, revision: str) -> None:
        """Deploys a revision of the rules: `one`, `two`, or `three`, which vouches for the same headers as `two`."""
        self._make("deploy", self._stage_file(revision), "--require-approval never")

    def rollback(self) -> None:
        """Serves what was served before, by `make rollback`."""
        self._make("rollback", self._stage_file("two"), "")

    def destroy(self) -> None:
        """Removes the stack."""
        self._make("destroy", self._stage_file("one"), "--force")

    @property
    def api_id(self) -> str:
        """The id of the gate's API."""
        return outputs_of(self.door, self.stack)["ApiId"]

    def public_keys(self) -> list[dict]:
        """The public half of the keys that the gate signs with."""
        secret = outputs_of(self.door, self.stack)["SigningKeysSecretArn"]
        value = self.door.client("secretsmanager").get_secret_value(SecretId=secret)["SecretString"]
        return public_halves(value)

    def _stage_file(self, revision: str) -> Path:
        here = Path(__file__).parent.relative_to(ROOT)
        stage = {
            **self._taken,
            "backendUrl": self.backend_url,
            "publicHost": "prove.example.com",
            "config": {
                "file": f"{here}/gate/config.yml",
                "set": {
                    "authenticators": {
                        "cookie_session": {"config": {"check_session_url": f"{self.backend_url}/sessions/whoami"}}
                    }
                },
            },
            "rules": {
                "file": f"{here}/gate/rules.jsonnet",
                "tests": f"{here}/gate/tests.jsonnet",
                "values": {"revision": revision},
            },
            "signingKeys": {"retain": False},
            "logs": {"retentionDays": 1},
            "cors": {
                "allowOrigins": ["https://app.example.com", "https://admin.example.com"],
                "allowCredentials": True,
            },
        }
        if self.door.endpoint is None:
            stage |= ON_AWS
        else:
            stage |= {"awsEndpointUrl": self.door.endpoint, "architecture": "host", "account": self.door.account}
            stage["region"] = self.door.region
        WORK.mkdir(parents=True, exist_ok=True)
        path = WORK / f"{self.name}.yml"
        path.write_text(yaml.safe_dump(stage, sort_keys=False))
        return path

    def _make(self, target: str, stage_file: Path, flags: str) -> None:
        environment = dict(self.door.environment)
        if self.door.where == "local":
            built = Path(os.environ.get("CARGO_TARGET_DIR") or ROOT / "target") / "debug"
            environment.setdefault("OATHGATE_CLI", str(built / "oathgate"))
            if not environment.get("OATHGATE_PREBUILT_DIR"):
                environment.setdefault("OATHGATE_BINARIES", str(built))
        # A make that started this one has its flags and its job server in here.
        environment.pop("MAKEFLAGS", None)
        flags = f"{flags} --no-notices --no-color --ci --output {WORK / f'cdk.out-{self.name}'}".lstrip()
        command = ["make", target, f"STAGE={stage_file.relative_to(ROOT)}", f"CDK_FLAGS={flags}"]
        done = subprocess.run(
            command,
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        )
        self.output.extend(done.stdout.splitlines())
        if done.returncode != 0:
            raise ProveError(f"`make {target}` failed:\n" + "\n".join(self.output[-40:]))
