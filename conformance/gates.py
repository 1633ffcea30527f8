"""The gate as an attacker meets it: `oathgate serve` behind a gateway, and the function behind a REST and an HTTP API.

Each `decide`s about a `Request` and returns `status` (200 for an Allow), `headers` (those that the backend receives, or the
client), for an Allow also the policy's `resource` and the `arn` of the request, and, where it is `logged`, `code` and `rule`
of the log line. `serve` may respond 400 without a decision: then the line is read only where `logged` is "always".
"""

import json
import time

from . import api_gateway, raw_http
from .events import PLACEHOLDER
from .runtime_api import Function
from .server import DecisionServer
from .suite import pairs

#: How long a decision's line in the log may take.
LOG_SECONDS = 10


class Request:
    """What a client sends to the gateway. Each character of `target` and of a header is one byte."""

    def __init__(self, spec):
        self.method = spec.get("method", "GET")
        self.scheme = spec.get("scheme", "https")
        self.host = spec.get("host", "api.example.com")
        self.target = spec["target"]
        self.headers = pairs(spec.get("headers"))
        #: What the gateway in front of `serve` sends in place of the `X-Forwarded-*` headers it should: pairs, by name.
        self.forwarded = spec.get("forwarded")

    @property
    def path(self):
        return self.target.split("?")[0]

    @property
    def query(self):
        return self.target.partition("?")[2]


class Serve:
    """`oathgate serve`, called as nginx, Traefik and Envoy call it."""

    name = "serve"

    def __init__(self, stage, program, options=""):
        self.stage = stage
        self.server = DecisionServer(f"{program} serve --config {{config}} {options}", stage)
        self.lines = Lines(stage.folder / "server.log", lambda line: "granted" in line)

    def __enter__(self):
        self.server.__enter__()
        self.lines.skip()
        return self

    def __exit__(self, *_):
        self.server.__exit__()

    def decide(self, request, logged=True):
        forwarded = request.forwarded
        if forwarded is None:
            forwarded = {
                "X-Forwarded-Method": request.method,
                "X-Forwarded-Proto": request.scheme,
                "X-Forwarded-Host": request.host,
                "X-Forwarded-Uri": request.target,
            }
        # A gateway that sets a header sets it in place of the client's.
        replaced = {name.lower() for name, _ in pairs(forwarded)}
        own = [(name, value) for name, value in request.headers if name.lower() not in replaced]
        headers = [("Host", "gate.internal"), ("Connection", "close"), *pairs(forwarded), *own]
        status, received, _ = raw_http.send(self.stage.api_port, "GET", "/decisions", headers)
        found = {"status": status, "headers": by_name(received)}
        if logged and (status != 400 or logged == "always"):
            found.update(self.lines.next(status, rule="rule_id"))
        return found


class Lambda:
    """The function behind an API of one kind."""

    def __init__(self, stage, package, vouched, arguments, kind):
        self.name = kind
        self.build = {"rest": api_gateway.rest_event, "http-api": api_gateway.http_api_event}[kind]
        self.vouched = vouched
        self.log = (stage.folder / f"{kind}.log").open("w")
        environment = {
            "OATHGATE_VOUCHED_FALLBACK": PLACEHOLDER,
            **stage.filled(stage.suite.spec.get("env", {})),
        }
        self.function = Function(package, environment, self.log, arguments.runner.split(), stage.folder)
        self.lines = Lines(stage.folder / f"{kind}.log", lambda line: "outcome" in line)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.function.__exit__()
        self.log.close()

    def decide(self, request, logged=True):
        event = in_api_gateway(self.build, request)
        found = self.decision(*self.function.invoke(event), event.get("methodArn") or event["routeArn"])
        if logged:
            found.update(self.lines.next(None, rule="rule"))
        return found

    def decision(self, kind, data, arn):
        if kind == "error":
            return {"status": 401 if data.get("errorMessage") == "Unauthorized" else 500, "headers": {}}
        if kind != "response":
            return {"status": 0, "headers": {}, "error": data}
        statement = data["policyDocument"]["Statement"][0]
        context = data.get("context") or {}
        if statement["Effect"] != "Allow":
            headers = {name: context[name] for name in ("location",) if name in context}
            return {"status": int(context.get("status", 0)), "headers": headers}
        # Only the mappings of REST APIs are known to take a hyphen in a key.
        headers = {header: context.get(key, context.get(key.replace("-", "_"))) for header, key in self.vouched.items()}
        set_by_rule = {name: value for name, value in headers.items() if value != PLACEHOLDER}
        return {"status": 200, "headers": set_by_rule, "resource": statement["Resource"], "arn": arn}


def in_api_gateway(build, request):
    """The event for a request, by `api_gateway.rest_event` or `api_gateway.http_api_event`."""
    headers = [(text(name), text(value)) for name, value in request.headers]
    if build is api_gateway.rest_event:
        headers.insert(0, ("Host", text(request.host)))
    path = text(request.path) if build is api_gateway.rest_event else request.path
    return build(request.method, text(request.host), path, text(request.query), headers)


def text(data):
    """The text of bytes that are given as one character each."""
    return data.encode("latin-1").decode("utf8", "replace")


def by_name(headers):
    found = {}
    for name, value in headers:
        found[name.lower()] = f"{found[name.lower()]}, {value}" if name.lower() in found else value
    return found


class Lines:
    """The lines of a log that are about decisions, one after the other."""

    def __init__(self, path, is_decision):
        self.path, self.is_decision, self.read = path, is_decision, 0

    def skip(self):
        self.read = len(self.all())

    def all(self):
        lines = []
        # A line that is not complete yet has no line break at its end.
        for line in self.path.read_text(encoding="utf8", errors="replace").rpartition("\n")[0].splitlines():
            try:
                value = json.loads(line)
            except ValueError:
                continue
            if isinstance(value, dict) and self.is_decision(value):
                lines.append(value)
        return lines

    def next(self, status, rule):
        """Code and rule (the member `rule` of the line) of the next decision, of that status where one is given: a line is
        written a moment after the response, so that the line of an earlier decision may come first."""
        until = time.monotonic() + LOG_SECONDS
        while time.monotonic() < until:
            lines = self.all()
            if len(lines) > self.read:
                line = lines[self.read]
                self.read += 1
                if status in (None, line["status"]):
                    return {"code": line["code"], "rule": line.get(rule)}
                continue
            time.sleep(0.005)
        return {"code": None, "rule": None}
