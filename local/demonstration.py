"""Shows the deployed gate at work: each request, its response, what the backend received, and whether that was right."""

from __future__ import annotations

import re
import sys
import time

from conformance import token

from .cloud.gateway_client import Response
from .cloud.launcher import DEFAULT_PORT, LocalCloud, port_from_environment
from .cloud.processes import LocalCloudError
from .demo_requests import REQUESTS, DemoRequest
from .deployment import Deployment

STAGE = "local"

#: Headers of a response that tell the client what to do.
SHOWN_HEADERS = ("WWW-Authenticate", "Location", "Refresh")

#: The CDK's line of progress: how many resources are done, and which one was last.
_PROGRESS = re.compile(r"\|\s+(\d+/\d+) \| .* \| (?:CREATE|UPDATE)_COMPLETE +\| (\S+) +\| (.*)")

#: Other lines worth showing.
_WORTH_SHOWING = re.compile(r"bootstrapped|no changes|failed|FAILED|✅")


class Seen:
    """What the sample backend received of one request."""

    def __init__(self, headers: list[list[str]], keys: list[dict]):
        self.users = [value for name, value in headers if name.lower() == "x-user"]
        self.authorizations = [value for name, value in headers if name.lower() == "authorization"]
        self.token = token.show(self.authorizations[0], keys) if len(self.authorizations) == 1 else None

    def lines(self) -> list[str]:
        """What it received, as lines of text."""
        shown = [f"X-User: {', '.join(self.users) or '(none)'}"]
        if self.token:
            claims = self.token["claims"]
            identity = ((claims.get("session") or {}).get("identity") or {}).get("traits") or {}
            whose = f", session of {identity['email']}" if identity.get("email") else ""
            verified = "signature verified" if self.token["verified"] else "SIGNATURE NOT VALID"
            shown.append(f"Authorization: a token, {verified}; sub {claims.get('sub')}{whose}")
        else:
            shown.append(f"Authorization: {', '.join(self.authorizations) or '(none)'}")
        return shown


def code_of(response: Response) -> int | None:
    """`error.code` of a refusal's body, which is the decision's own status."""
    try:
        return response.json["error"]["code"]
    except (ValueError, KeyError, TypeError):
        return None


def unexpected(request: DemoRequest, response: Response, seen: Seen | None) -> list[str]:
    """The ways in which the response is not as expected, as lines of text."""
    wrong = []
    if response.status != request.status:
        wrong.append(f"the status should have been {request.status}")
    for name, value in request.response_headers:
        if response.header(name) != value:
            wrong.append(f"{name} should have been {value}")
    if request.code and code_of(response) != request.code:
        wrong.append(f"the body should have had the code {request.code}")
    if request.user is None:
        return wrong + (["the request should not have reached the backend"] if seen else [])
    if seen is None:
        return [*wrong, "the request should have reached the backend"]
    if seen.users != [request.user]:
        wrong.append(f"the backend should have seen one X-User, {request.user}")
    if not request.token and seen.authorizations != ["none"]:
        wrong.append("the backend should have seen one Authorization, none")
    token_is_right = seen.token and seen.token["verified"] and seen.token["claims"].get("sub") == request.user
    if request.token and not token_is_right:
        wrong.append(f"the backend should have seen a token for {request.user}, signed by the gate")
    return wrong


def show(request: DemoRequest, gate: Deployment, keys: list[dict]) -> bool:
    """Sends one request and prints what happened; returns whether it was as expected."""
    gate.cloud.forget_backend_requests()
    response = gate.send(request.method, request.path, list(request.headers))
    received = gate.cloud.backend_requests()
    seen = Seen(received[0]["headers"], keys) if received else None
    wrong = unexpected(request, response, seen)
    rows = [("request", f"{request.method} {request.path}")]
    rows += [("", f"{name}: {value}") for name, value in request.headers]
    rows.append(
        (
            "response",
            str(response.status) if seen else f"{response.status} {response.body.decode(errors='replace').strip()}",
        )
    )
    rows += [("", f"{name}: {response.header(name)}") for name in SHOWN_HEADERS if response.header(name)]
    rows += [
        ("backend" if number == 0 else "", line)
        for number, line in enumerate(seen.lines() if seen else ["received nothing"])
    ]
    rows += [("expected", line) for line in wrong]
    print(f"\n{'✗' if wrong else '✓'} {request.what}")
    for label, text in rows:
        print(f"    {label:<9} {text}")
    return not wrong


def deploy(cloud: LocalCloud) -> Deployment:
    """Starts what is not running, and deploys what has changed."""
    begun = time.monotonic()
    print(f"• The local cloud, on port {cloud.port} …", flush=True)
    started = cloud.start()
    print(
        f"  {', '.join(process.name for process in started) or 'everything'}"
        f" {'started' if started else 'was running'}; logs in {cloud.folder}"
    )

    def progress(line: str) -> None:
        resource = _PROGRESS.search(line)
        if resource:
            done, kind, name = resource.groups()
            print(f"  {done:>6}  {kind:<32} {name.split(' (')[0]}", flush=True)
        elif _WORTH_SHOWING.search(line):
            print(f"  {line.strip()}", flush=True)

    gate = Deployment(cloud, STAGE, log=progress)
    print("• cdk bootstrap and cdk deploy …", flush=True)
    gate.bootstrap()
    gate.deploy()
    print(f"  deployed after {time.monotonic() - begun:.1f} s: {gate.url}")
    return gate


def main() -> int:
    """Deploys, sends the requests, and prints what to try next; 1 where something was not as expected."""
    try:
        gate = deploy(LocalCloud(port_from_environment()))
        keys = gate.public_keys()
    except LocalCloudError as reason:
        print(f"error: {reason}", file=sys.stderr)
        return 1
    right = [show(request, gate, keys) for request in REQUESTS]
    print(f"\n{sum(right)} of {len(right)} as expected.\n")
    print("Try next:")
    print(f"  curl -i {gate.url}/v1/account/7 -H 'Cookie: ory_kratos_session=ada-session'")
    print("  change rules/rules.jsonnet or config/config.yml and run `make demo` again")
    print("  deploy to AWS: fill in config/stages/dev.yml, then `make deploy STAGE=dev`")
    chosen = "" if gate.cloud.port == DEFAULT_PORT else f"OATHGATE_LOCAL_PORT={gate.cloud.port} "
    print(f"Stop everything: {chosen}make stop")
    return 0 if all(right) else 1


if __name__ == "__main__":
    sys.exit(main())
