"""Two revisions of one stage, whose rules vouch for different headers, and the stack in every state between them."""

from __future__ import annotations

import json
import shutil
import time
from dataclasses import dataclass
from pathlib import Path

from local.cloud.launcher import LocalCloud
from local.cloud.processes import BUILT, LocalCloudError
from local.deployment import Deployment

from .. import own_rules

NAME = "rollout"

#: Headers of each revision; the gate of `one` fills each with `one`, the gate of `two` with `two`.
REVISIONS = {"one": ("X-User", "X-Removed"), "two": ("X-User", "X-Added")}

#: Earlier deploys that stay.
KEPT = 1

#: What a client sends in all of them.
FORGED = "forged"

#: Digits at the end of a logical id that change with the function's version.
_HASH_LENGTH = 32

_GATE = Path(__file__).parents[1] / "granting_authorizer.py"

_CONFIG = {
    "access_rules": {"matching_strategy": "regexp", "repositories": ["file://./rules.json"]},
    "authenticators": {"noop": {"enabled": True}},
    "authorizers": {"allow": {"enabled": True}},
    "mutators": {"header": {"enabled": True, "config": {"headers": {}}}},
    "errors": {"fallback": ["json"], "handlers": {"json": {"enabled": True}}},
}


def _rules(revision: str) -> list[dict]:
    headers = dict.fromkeys(REVISIONS[revision], revision)
    return [
        {
            "id": "everything",
            "match": {"url": "https://api.example.test<.*>", "methods": ["GET"]},
            "authenticators": [{"handler": "noop"}],
            "authorizer": {"handler": "allow"},
            "mutators": [{"handler": "header", "config": {"headers": headers}}],
        }
    ]


_TEST = {
    "name": "everything is open",
    "request": {"url": "https://api.example.test/a"},
    "expect": {"status": 200, "rule": "everything"},
}


@dataclass(frozen=True)
class Revision:
    """One revision as it was deployed."""

    deployment: Deployment
    template: dict


def deploy(cloud: LocalCloud, revision: str) -> Revision:
    """Deploys a revision of the stage with the CDK, and returns its template."""
    folder = cloud.folder / NAME / revision
    functions = folder / "functions"
    for part in ("authorizer", "signing-keys"):
        (functions / part).mkdir(parents=True, exist_ok=True)
    gate = functions / "authorizer"
    (gate / "context.json").write_text(json.dumps({name.lower(): revision for name in REVISIONS[revision]}))
    shutil.copy(_GATE, gate / "bootstrap")
    (gate / "bootstrap").chmod(0o755)
    shutil.copy(BUILT / "oathgate-signing-keys", functions / "signing-keys" / "bootstrap")

    changes = own_rules.write(folder, _rules(revision), _TEST, _CONFIG)
    changes["config"]["set"] = {}
    changes["rollout"] = {"keepVersions": KEPT}
    deployment = Deployment(cloud, NAME, changes, environment={"OATHGATE_PREBUILT_DIR": str(functions)})
    deployment.bootstrap()
    deployment.deploy()
    return Revision(deployment, deployment.template())


def with_moving_alias(template: dict) -> dict:
    """The same stack with an alias in place of the version, and one authorizer for all versions: the common design."""

    def only(type_: str) -> str:
        (found,) = [name for name, resource in template["Resources"].items() if resource["Type"] == type_]
        return found

    version = only("AWS::Lambda::Version")
    text = json.dumps(template).replace(f'{{"Ref": "{version}"}}', '{"Ref": "Live"}')
    for type_ in ("AWS::ApiGateway::Authorizer", "AWS::Lambda::Permission"):
        text = text.replace(only(type_), only(type_)[:-_HASH_LENGTH])
    # Another deployment than the one that calls the version.
    text = text.replace(only("AWS::ApiGateway::Deployment"), f"Aliased{only('AWS::ApiGateway::Deployment')}")
    changed = json.loads(text)
    # The authorizer of the version may be there still, and names are unique.
    changed["Resources"][only("AWS::ApiGateway::Authorizer")[:-_HASH_LENGTH]]["Properties"]["Name"] = "live"
    changed["Resources"]["Live"] = {
        "Type": "AWS::Lambda::Alias",
        "Properties": {
            "Name": "live",
            "FunctionName": template["Resources"][version]["Properties"]["FunctionName"],
            "FunctionVersion": {"Fn::GetAtt": [version, "Version"]},
        },
    }
    return changed


class Stack:
    """The stack, put into states that a deploy passes through."""

    def __init__(self, deployment: Deployment):
        self.deployment = deployment
        self._cloudformation = deployment.cloud.client("cloudformation")

    def put(self, template: dict, resources: dict[str, dict] | None = None, fails: bool = False) -> None:
        """Updates the stack to these resources; with `fails`, expects the update to be rolled back."""
        # In between, what outputs refer to may not be there.
        body = template if resources is None else {**template, "Resources": resources, "Outputs": {}}
        if self._held() == body:
            return
        self._cloudformation.update_stack(
            StackName=self.deployment.stack,
            TemplateBody=json.dumps(body),
            Capabilities=["CAPABILITY_IAM"],
            Parameters=[{"ParameterKey": "BootstrapVersion", "UsePreviousValue": True}],
        )
        wanted = "UPDATE_ROLLBACK_COMPLETE" if fails else "UPDATE_COMPLETE"
        deadline = time.monotonic() + 60
        while (status := self._status()) != wanted:
            if not status.endswith("IN_PROGRESS") or time.monotonic() > deadline:
                raise LocalCloudError(f"the stack is {status} and not {wanted}")
            time.sleep(0.02)

    def _held(self) -> dict:
        found = self._cloudformation.get_template(StackName=self.deployment.stack)["TemplateBody"]
        return json.loads(found) if isinstance(found, str) else dict(found)

    def _status(self) -> str:
        return self._cloudformation.describe_stacks(StackName=self.deployment.stack)["Stacks"][0]["StackStatus"]

    def forged(self) -> set[tuple[str, str]]:
        """Sends requests with every header forged: the revision that decided, and each forged header that it vouches for."""
        cloud = self.deployment.cloud
        names = sorted({name for headers in REVISIONS.values() for name in headers})
        found = set()
        for path in ("/", "/a"):
            cloud.forget_backend_requests()
            response = self.deployment.send("GET", path, [(name, FORGED) for name in names])
            if response.status != 200:
                raise LocalCloudError(f"the response to {path} is {response.status}: {response.body!r}")
            (received,) = cloud.backend_requests()
            values = {name.lower(): value for name, value in received["headers"]}
            decided = values["x-user"]
            found |= {(decided, name) for name in REVISIONS[decided] if values.get(name.lower()) != decided}
        return found
