"""The gate as an attacker meets it: `oathgate serve` behind a gateway, and the function behind a REST and an HTTP API.

Each takes a request as `Request` has it and gives what was decided (what the log says only where it is `logged`; of a
400, which `serve` may answer without deciding, only where it `always` is): `status` (a policy that allows is 200), `headers`
(what the backend would get, or the client), `code` and `rule` as the log names them, `asked` (what services were
asked, as `METHOD path`), and for a policy that allows its `resource` and the `arn` that was asked for.
"""

import json
import time

from . import events, raw_http
from .runtime_api import Function
from .server import DecisionServer
from .suite import pairs

#: How long a decision's line in the log may take.
LOG_SECONDS = 10


class Request:
    """What a client sends to the gateway. Each character of `target` and of a header stands for the byte of its number."""

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
    """`oathgate serve`, asked as nginx, Traefik and Envoy ask it."""

    name = "serve"

    def __init__(self, stage, program):
        self.stage = stage
        self.server = DecisionServer(f"{program} serve --config {{config}}", stage)
        self.lines = Lines(stage.folder / "server.log", lambda line: "granted" in line)

    def __enter__(self):
        self.server.__enter__()
        self.lines.skip()
        return self

    def __exit__(self, *_):
        self.server.__exit__()

    def answer(self, request, logged=True):
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
        status, answered, _ = raw_http.ask(self.stage.api_port, "GET", "/decisions", headers)
        found = {"status": status, "headers": by_name(answered)}
        if logged and (status != 400 or logged == "always"):
            found.update(self.lines.next(status, rule="rule_id"))
        return found


class Lambda:
    """The function behind an API of one kind."""

    def __init__(self, stage, package, vouched, arguments, kind):
        self.name = kind
        self.event = {"rest": rest_event, "http-api": http_api_event}[kind]
        self.vouched = vouched
        self.log = (stage.folder / f"{kind}.log").open("w")
        environment = {
            "OATHGATE_VOUCHED_FALLBACK": events.STAND_IN,
            **stage.filled(stage.suite.spec.get("env", {})),
        }
        self.function = Function(package, environment, self.log, arguments.runner.split(), stage.folder)
        self.lines = Lines(stage.folder / f"{kind}.log", lambda line: "outcome" in line)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.function.__exit__()
        self.log.close()

    def answer(self, request, logged=True):
        event = self.event(request)
        found = self.decided(*self.function.invoke(event), event.get("methodArn") or event["routeArn"])
        if logged:
            found.update(self.lines.next(None, rule="rule"))
        return found

    def decided(self, kind, data, arn):
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
        given = {name: value for name, value in headers.items() if value != events.STAND_IN}
        return {"status": 200, "headers": given, "resource": statement["Resource"], "arn": arn}


def rest_event(request):
    headers = [(text(name), text(value)) for name, value in [("Host", request.host), *request.headers]]
    return events.rest_event(request.method, text(request.host), text(request.path), text(request.query), headers)


def http_api_event(request):
    """The event of payload 2.0: the path decoded, names in lower case, repeats joined, cookies apart."""
    headers, cookies = {}, []
    for name, value in [("host", request.host), *request.headers]:
        if name.lower() == "cookie":
            cookies.extend(text(value).split("; "))
        else:
            headers.setdefault(text(name).lower(), []).append(text(value))
    path = events.urllib.parse.unquote_to_bytes(request.path.encode("latin-1")).decode("utf8", "replace")
    return {
        "version": "2.0",
        "type": "REQUEST",
        "routeArn": f"{events.ARN}/{request.method}{path}",
        "identitySource": [],
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": text(request.query),
        "cookies": cookies,
        "headers": {name: ",".join(values) for name, values in headers.items()},
        "requestContext": {
            "accountId": "123456789012",
            "apiId": "abcdef1234",
            "domainName": text(request.host),
            "http": {
                "method": request.method,
                "path": path,
                "protocol": "HTTP/1.1",
                "sourceIp": "127.0.0.1",
                "userAgent": "",
            },
            "requestId": "JKJaXmPLvHcESHA=",
            "routeKey": "$default",
            "stage": "$default",
        },
    }


def text(data):
    """Bytes, one character each, as JSON has them."""
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
        # What is not whole yet has no line break at its end.
        for line in self.path.read_text(encoding="utf8", errors="replace").rpartition("\n")[0].splitlines():
            try:
                value = json.loads(line)
            except ValueError:
                continue
            if isinstance(value, dict) and self.is_decision(value):
                lines.append(value)
        return lines

    def next(self, status, rule):
        """Code and rule (in the log the member `rule`) of the next decision, of that status where one is given: lines
        come a moment after the answer, so that one of a decision before may still be on its way."""
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
