"""The example `examples/own-app`, set up from the packed npm package as a reader would, and deployed."""

from __future__ import annotations

import shutil
import subprocess
import tarfile

from local.cloud.gateway_client import Response, send
from local.cloud.launcher import LocalCloud
from local.cloud.processes import BUILT, ROOT, LocalCloudError

EXAMPLE = ROOT / "examples" / "own-app"
STACK = "orders"

#: What npm would install beside the package: what it depends on, what it expects to be there, and the types of Node.js.
_INSTALLED = ["aws-cdk-lib", "constructs", "cargo-lambda-cdk", "yaml", "zod", "@types/node"]


class OwnApp:
    """The example in a folder of its own, whose `node_modules` has the packed package in it."""

    def __init__(self, cloud: LocalCloud):
        self.cloud = cloud
        self.folder = cloud.folder / "own-app"
        shutil.rmtree(self.folder, ignore_errors=True)
        shutil.copytree(EXAMPLE, self.folder)
        self._install()
        self._api_id = ""

    def deploy(self) -> str:
        """`cdk deploy`, and what it printed."""
        context = {
            "backendUrl": f"http://127.0.0.1:{self.cloud.backend.port}",
            "sessionUrl": f"http://127.0.0.1:{self.cloud.sessions.port}/sessions/whoami",
            "awsEndpointUrl": self.cloud.endpoint,
        }
        options = [word for name, value in context.items() for word in ("-c", f"{name}={value}")]
        printed = self._run(["cdk", "deploy", "--require-approval", "never", "--no-color", "--ci", *options])
        found = self.cloud.client("cloudformation").describe_stacks(StackName=STACK)["Stacks"][0]
        self._api_id = next(one["OutputValue"] for one in found["Outputs"] if one["OutputKey"] == "ApiId")
        return printed

    def delete(self) -> None:
        """Deletes the stack, and what it keeps: the signing keys, and the log of the app's own function."""
        keys = self._resources("AWS::SecretsManager::Secret")
        functions = self._resources("AWS::Lambda::Function")
        formation = self.cloud.client("cloudformation")
        formation.delete_stack(StackName=STACK)
        formation.get_waiter("stack_delete_complete").wait(StackName=STACK, WaiterConfig={"Delay": 1})
        for arn in keys:
            self.cloud.client("secretsmanager").delete_secret(SecretId=arn, ForceDeleteWithoutRecovery=True)
        logs = self.cloud.client("logs")
        for group in logs.describe_log_groups()["logGroups"]:
            if group["logGroupName"].removeprefix("/aws/lambda/") in functions:
                logs.delete_log_group(logGroupName=group["logGroupName"])

    def _resources(self, type_: str) -> list[str]:
        listed = self.cloud.client("cloudformation").list_stack_resources(StackName=STACK)["StackResourceSummaries"]
        return [one["PhysicalResourceId"] for one in listed if one["ResourceType"] == type_]

    def compile(self) -> None:
        """Type-checks the app, the package's types included."""
        self._run(["tsc", "-p", "."])

    def lint(self) -> str:
        """The findings of AWS's linter for the template, warnings included, but for how the CDK library lets functions wait."""
        lint = [str(ROOT / ".venv" / "bin" / "cfn-lint"), "--regions", "eu-central-1", "--ignore-checks", "W3005"]
        done = subprocess.run(
            [*lint, "--", str(self.folder / "cdk.out" / f"{STACK}.template.json")], capture_output=True, text=True
        )
        return done.stdout + done.stderr

    def send(self, method: str, path: str, headers: list[tuple[str, str]] | None = None) -> Response:
        """Sends one request through the deployed API."""
        return send(self.cloud.port, self._api_id, "live", method, path, headers)

    def _install(self) -> None:
        modules = self.folder / "node_modules"
        modules.mkdir()
        self._run(["npm", "pack", "--silent", "--pack-destination", str(self.folder), str(ROOT / "infra")])
        [packed] = self.folder.glob("oathgate-cdk-*.tgz")
        with tarfile.open(packed) as archive:
            archive.extractall(modules, filter="data")
        (modules / "package").rename(modules / "oathgate-cdk")
        for name in _INSTALLED:
            link = modules / name
            link.parent.mkdir(exist_ok=True)
            link.symlink_to(ROOT / "node_modules" / name)

    def _run(self, command: list[str]) -> str:
        environment = self.cloud.tool_environment()
        environment["OATHGATE_BINARIES"] = str(BUILT)
        environment["PATH"] = f"{ROOT / 'node_modules' / '.bin'}:{environment['PATH']}"
        environment["NODE_NO_WARNINGS"] = "1"
        environment.pop("OATHGATE_CLI", None)
        done = subprocess.run(
            command, cwd=self.folder, env=environment, capture_output=True, text=True, errors="replace"
        )
        if done.returncode != 0:
            raise LocalCloudError(f"{' '.join(command)} failed:\n{done.stdout}\n{done.stderr}")
        return done.stdout + done.stderr
