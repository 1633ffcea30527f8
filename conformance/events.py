"""The recorded cases as API Gateway events, through the Lambda's bootstrap: the decision behind the policy
must be the recorded one. A request with a header that the rules vouch for is asked twice: with
`OATHGATE_FORGED_HEADERS=replace` it leads to the recorded decision, without it is refused."""

import json
import os
import re
import shutil
import subprocess
import time
import urllib.parse
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from . import compare, suite, token
from .runtime_api import Function
from .suite import pairs
from .upstream import Upstream

ARN = "arn:aws:execute-api:eu-west-1:123456789012:abcdef1234/test"
# What no case ever sets: a real value like it would be refused.
STAND_IN = "not-set-by-any-rule"
ANYTHING = object()


def run(suites, arguments, report):
    reasons = Counter()
    with ThreadPoolExecutor(arguments.jobs) as pool:
        for one, outcomes in zip(suites, pool.map(lambda one: run_suite(one, arguments), suites), strict=True):
            for case, outcome in zip(one.cases, outcomes, strict=True):
                name = f"{one.name}/{case['name']}"
                if isinstance(outcome, str):
                    reasons[outcome] += 1
                    report.skip(name, outcome)
                else:
                    report.case(name, outcome)
    for reason, count in sorted(reasons.items()):
        print(f"not expressed as an event: {count:5} × {reason}")


def run_suite(one, arguments):
    """For each case its differences, or why it is not expressed as an event."""
    upstream = Upstream()
    try:
        with suite.Stage(one, upstream.url) as stage:
            package = stage.folder / "package"
            if refuses_to_package(stage, package, arguments) and not lay_out(stage, package, arguments):
                return ["`oathgate package` refuses the configuration, and its rules are not one file"] * len(one.cases)
            vouched = vouched_headers(stage, arguments)
            environment = {
                "OATHGATE_VOUCHED_FALLBACK": STAND_IN,
                **one.spec.get("env", {}),
            }
            # Oathkeeper decides about a request whatever headers it brings, and leaves them to the proxy.
            replacing = {**environment, "OATHGATE_FORGED_HEADERS": "replace"}
            runner = arguments.runner.split()
            with (
                (stage.folder / "function.log").open("w") as log,
                Function(package, replacing, log, runner, stage.folder) as function,
            ):
                outcomes = [ask(case, function, upstream, stage, vouched) for case in one.cases]
                forging = [
                    number
                    for number, case in enumerate(one.cases)
                    if not isinstance(outcomes[number], str) and forges(case, vouched)
                ]
                if forging:
                    with Function(package, environment, log, runner, stage.folder) as function:
                        for number in forging:
                            outcomes[number] += not_refused(one.cases[number], function, stage, vouched)
                return outcomes
    finally:
        upstream.shutdown()


def ask(case, function, upstream, stage, vouched):
    why = not_expressible(case)
    if why:
        return why
    upstream.play(stage.filled(case.get("stubs", []) + stage.suite.spec.get("stubs", [])))
    answer = function.invoke(event(stage.filled(case["request"])))
    time.sleep(case.get("settle_ms", 0) / 1000)
    got = stage.unfilled(decision(answer, stage, vouched))
    wanted = wanted_decision(compare.hard(case["expect"]), vouched)
    own = set(got.get("headers", {}).get("cookie", "").split("; "))
    if "cookie" not in wanted.get("headers", {}) and own <= own_cookies(case):
        del got["headers"]["cookie"]
    if wanted.get("body") is ANYTHING:
        del wanted["body"], got["body"]
    return list(compare.differences(wanted, got))


def forges(case, vouched):
    """Whether the client sends a header that the gate vouches for, and not one that every client may send."""
    sent = {name.lower() for name, _ in pairs(case["request"].get("headers"))}
    return bool(sent & vouched.keys() - {"authorization", "cookie"})


def own_cookies(case):
    """The client's cookies, which the backend gets behind a rule that sets none."""
    lines = [value for name, value in pairs(case["request"].get("headers")) if name.lower() == "cookie"]
    return {cookie.strip() for line in lines for cookie in line.split(";")} - {""}


def not_refused(case, function, stage, vouched):
    """What differs from the refusal that a request with a vouched header of the client's own gets by default."""
    got = decision(function.invoke(event(stage.filled(case["request"]))), stage, vouched)
    wanted = {"effect": "Deny", "status": "400"}
    return [f"forged headers {line}" for line in compare.differences(wanted, {name: got.get(name) for name in wanted})]


def variables(stage):
    """The environment to package in: variables are laid over a configuration when it is packaged."""
    return dict(os.environ, **stage.filled(stage.suite.spec.get("env", {})))


def refuses_to_package(stage, package, arguments):
    done = subprocess.run(
        [program(arguments.oathgate), "package", "--config", str(stage.config)]
        + ["--bootstrap", program(arguments.bootstrap)]
        + ["--out", str(package)],
        capture_output=True,
        text=True,
        env=variables(stage),
        cwd=stage.folder,
    )
    if done.returncode not in (0, 1):
        raise SystemExit(f"conformance: {stage.suite.name}: package failed: {done.stderr}")
    return done.returncode == 1


def lay_out(stage, package, arguments):
    """The same folder by hand, with the files in place of their packed form: a rule that is wrong on purpose
    keeps a suite from being packaged, and not from being decided."""
    rules = stage.folder / "rules.json"
    listed = re.search(r"repositories:\n((?:\s+- .*\n)+)", stage.config.read_text())
    if not rules.exists() or not listed or listed.group(1).count("- ") != 1 or "/rules.json" not in listed.group(1):
        return False
    package.mkdir(exist_ok=True)
    shutil.copy(stage.config, package / "config.yml")
    shutil.copy(rules, package / "rules.json")
    shutil.copy(arguments.bootstrap, package / "bootstrap")
    return True


def vouched_headers(stage, arguments):
    done = subprocess.run(
        [program(arguments.oathgate), "headers", "--config", str(stage.config), "--format", "json"],
        capture_output=True,
        text=True,
        check=True,
        env=variables(stage),
        cwd=stage.folder,
    )
    return {entry["header"].lower(): entry["context_key"] for entry in json.loads(done.stdout)["vouched"]}


def not_expressible(case):
    """Why an event cannot say what the case says, or `None`."""
    request = case["request"]
    url = urllib.parse.urlsplit(request["url"])
    if url.scheme != "https":
        return "API Gateway speaks https only"
    if "body" in request:
        return "a REQUEST authorizer is shown no body"
    if not url.netloc:
        return "API Gateway always names a host"
    if "@" in url.netloc:
        return "API Gateway's host names hold no user"
    if not url.path.startswith("/"):
        return "API Gateway's paths begin with a slash"
    if "?" in request["url"]:
        return "the decision API does not see the client's query, an event does"
    at = request.get("at", "/decisions")
    if at.split("?")[0] != "/decisions":
        return "asks a path of the decision API"
    if re.search("%(?![0-9A-Fa-f]{2})|;", at):
        return "asks with a query that API Gateway hands on in another form"
    names = [name.lower() for name, _ in pairs(request.get("headers"))]
    if any(name.startswith("x-forwarded-") for name in names):
        return "sends X-Forwarded-* headers, which the decision API reads"
    text = json.dumps(case["expect"]).lower()
    if "x-forwarded-" in text or "gate.local" in text:
        return "shows the X-Forwarded-* headers or the host that the decision API was asked with"
    return None


def event(request):
    """The REQUEST authorizer's event for a request of a case."""
    url = urllib.parse.urlsplit(in_utf8(request["url"]))
    query = urllib.parse.urlsplit(request.get("at", "")).query
    headers = [(name, value.strip(" \t")) for name, value in pairs(request.get("headers"))]
    return rest_event(request["method"], url.netloc, url.path, query, headers)


def rest_event(method, host, path, query, headers):
    """The event that a REST API's REQUEST authorizer gets for what a client sends."""
    multi = {}
    for name, value in headers:
        multi.setdefault(name, []).append(value)
    parameters = {}
    for name, value in urllib.parse.parse_qsl(query, keep_blank_values=True):
        parameters.setdefault(name, []).append(value)
    return {
        "type": "REQUEST",
        "methodArn": f"{ARN}/{method}{path}",
        "resource": "/{proxy+}",
        "path": path,
        "httpMethod": method,
        "headers": {name: values[-1] for name, values in multi.items()},
        "multiValueHeaders": multi,
        "queryStringParameters": {name: values[-1] for name, values in parameters.items()} or None,
        "multiValueQueryStringParameters": parameters or None,
        "pathParameters": {"proxy": path.lstrip("/")},
        "stageVariables": None,
        "requestContext": {
            "accountId": "123456789012",
            "apiId": "abcdef1234",
            "domainName": host,
            "httpMethod": method,
            "identity": {"sourceIp": "127.0.0.1"},
            "path": "/test" + path,
            "protocol": "HTTP/1.1",
            "requestId": "00000000-0000-4000-8000-000000000000",
            "resourceId": "resource",
            "resourcePath": "/{proxy+}",
            "stage": "test",
        },
    }


def decision(answer, stage, vouched):
    """What the bootstrap answered, in the words of `wanted_decision`."""
    kind, data = answer
    if kind == "error":
        message = data.get("errorMessage")
        return {"effect": "Unauthorized" if message == "Unauthorized" else "Error"}
    if kind != "response":
        return {"effect": kind, "why": data}
    effect = data["policyDocument"]["Statement"][0]["Effect"]
    context = data.get("context") or {}
    if effect == "Allow":
        shown = token.show(context.get("authorization"), stage.keys())
        mapped = set(vouched.values())
        headers = {name: value for name, value in context.items() if name in mapped and value != STAND_IN}
        if shown:
            headers["authorization"] = "Bearer <jwt>"
        return {"effect": effect, "headers": cookies_sorted(headers), **({"jwt": shown} if shown else {})}
    found = {"effect": effect, "status": context.get("status")}
    if context.get("location"):
        found["location"] = context["location"]
    found["body"] = compare.hard({"body": json.loads(context["body"])})["body"]
    return found


def wanted_decision(expect, vouched):
    status = expect["status"]
    if status == 200:
        headers = {}
        for name, value in expect["headers"].items():
            value = in_utf8(value[0] if isinstance(value, list) else value)
            if name in vouched and value not in ("", STAND_IN):
                headers[vouched[name]] = value
        wanted = {"effect": "Allow", "headers": headers}
        return {**wanted, "jwt": expect["jwt"]} if "jwt" in expect else wanted
    if status == 401:
        return {"effect": "Unauthorized"}
    if status == 429 or status >= 500:
        return {"effect": "Error"}
    wanted = {"effect": "Deny", "status": str(status)}
    if "location" in expect["headers"]:
        wanted["location"] = in_utf8(expect["headers"]["location"])
    # A refusal that is a page has an error in JSON beside it, for programs.
    wanted["body"] = expect.get("body", ANYTHING)
    return wanted


def in_utf8(value):
    """A header's value as text: over HTTP its bytes were recorded one character each."""
    try:
        return value.encode("latin-1").decode("utf8")
    except UnicodeError:
        return value


def cookies_sorted(headers):
    return compare.hard({"headers": headers})["headers"]


def program(path):
    """Programs are started in a suite's folder, so a path must not depend on this one."""
    return str(Path(path).resolve())
