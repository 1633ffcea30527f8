"""The recorded cases as API Gateway events, through the function: the decision behind the policy must be the recorded one.

A request with a vouched header is sent twice: with `OATHGATE_FORGED_HEADERS=replace` it must lead to the recorded decision,
without it must be refused.
"""

import json
import re
import time
import urllib.parse
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

from . import api_gateway, compare, packaging, suite, token
from .runtime_api import Function
from .suite import pairs
from .upstream import Upstream

# Not a value of any case: a real value equal to the placeholder is refused.
PLACEHOLDER = "not-set-by-any-rule"
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
    """For each case its differences, or the reason why an event cannot express it."""
    upstream = Upstream()
    try:
        with suite.Stage(one, upstream.url) as stage:
            package = packaging.package_suite(stage, arguments)
            if package is None:
                return [packaging.NOT_PACKAGED] * len(one.cases)
            vouched = packaging.vouched_headers(stage, arguments)
            environment = {
                "OATHGATE_VOUCHED_FALLBACK": PLACEHOLDER,
                **one.spec.get("env", {}),
            }
            # Oathkeeper decides about a request with any headers, and leaves them to the proxy.
            replacing = {**environment, "OATHGATE_FORGED_HEADERS": "replace"}
            runner = arguments.runner.split()
            with (
                (stage.folder / "function.log").open("w") as log,
                Function(package, replacing, log, runner, stage.folder) as function,
            ):
                outcomes = [check_case(case, function, upstream, stage, vouched) for case in one.cases]
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


def check_case(case, function, upstream, stage, vouched):
    reason = not_expressible(case)
    if reason:
        return reason
    upstream.load(stage.filled(case.get("stubs", []) + stage.suite.spec.get("stubs", [])))
    response = function.invoke(event(stage.filled(case["request"])))
    time.sleep(case.get("settle_ms", 0) / 1000)
    got = stage.unfilled(decision(response, stage, vouched))
    wanted = wanted_decision(compare.hard(case["expect"]), vouched)
    own = set(got.get("headers", {}).get("cookie", "").split("; "))
    if "cookie" not in wanted.get("headers", {}) and own <= own_cookies(case):
        del got["headers"]["cookie"]
    if wanted.get("body") is ANYTHING:
        del wanted["body"], got["body"]
    return list(compare.differences(wanted, got))


def forges(case, vouched):
    """Whether the client sends a vouched header other than those that every client may send."""
    sent = {name.lower() for name, _ in pairs(case["request"].get("headers"))}
    return bool(sent & vouched.keys() - {"authorization", "cookie"})


def own_cookies(case):
    """The client's cookies, which the backend receives where the rule sets none."""
    lines = [value for name, value in pairs(case["request"].get("headers")) if name.lower() == "cookie"]
    return {cookie.strip() for line in lines for cookie in line.split(";")} - {""}


def not_refused(case, function, stage, vouched):
    """The differences from the refusal that a request with a forged header gets by default."""
    got = decision(function.invoke(event(stage.filled(case["request"]))), stage, vouched)
    wanted = {"effect": "Deny", "status": "400"}
    return [f"forged headers {line}" for line in compare.differences(wanted, {name: got.get(name) for name in wanted})]


def not_expressible(case):
    """Why an event cannot express the case, or `None`."""
    request = case["request"]
    url = urllib.parse.urlsplit(request["url"])
    if url.scheme != "https":
        return "API Gateway serves https only"
    if "body" in request:
        return "a REQUEST authorizer receives no body"
    if not url.netloc:
        return "API Gateway always names a host"
    if "@" in url.netloc:
        return "API Gateway's host names have no user"
    if not url.path.startswith("/"):
        return "API Gateway's paths begin with a slash"
    if "?" in request["url"]:
        return "the decision API does not see the client's query, an event does"
    at = request.get("at", "/decisions")
    if at.split("?")[0] != "/decisions":
        return "is for another path of the decision API"
    if re.search("%(?![0-9A-Fa-f]{2})|;", at):
        return "has a query that API Gateway passes on in another form"
    names = [name.lower() for name, _ in pairs(request.get("headers"))]
    if any(name.startswith("x-forwarded-") for name in names):
        return "sends X-Forwarded-* headers, which the decision API reads"
    text = json.dumps(case["expect"]).lower()
    if "x-forwarded-" in text or "gate.local" in text:
        return "depends on the X-Forwarded-* headers or the host of the decision API"
    return None


def event(request):
    """The REQUEST authorizer's event for a request of a case."""
    url = urllib.parse.urlsplit(in_utf8(request["url"]))
    query = urllib.parse.urlsplit(request.get("at", "")).query
    headers = [(name, value.strip(" \t")) for name, value in pairs(request.get("headers"))]
    return api_gateway.rest_event(request["method"], url.netloc, url.path, query, headers)


def decision(response, stage, vouched):
    """The authorizer's response or error, in the form of `wanted_decision`."""
    kind, data = response
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
        headers = {name: value for name, value in context.items() if name in mapped and value != PLACEHOLDER}
        if shown:
            headers["authorization"] = "Bearer <jwt>"
        return {"effect": effect, "headers": cookies_sorted(headers), **({"jwt": shown} if shown else {})}
    found = {"effect": effect, "status": context.get("status")}
    if context.get("location"):
        found["location"] = context["location"]
    found["body"] = compare.hard({"body": json.loads(context["body"])})["body"]
    return found


def wanted_decision(expect, vouched):
    """The recorded response of the decision API, as a decision of the authorizer."""
    status = expect["status"]
    if status == 200:
        headers = {}
        for name, value in expect["headers"].items():
            value = in_utf8(value[0] if isinstance(value, list) else value)
            if name in vouched and value not in ("", PLACEHOLDER):
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
    # A refusal whose body is a page has a JSON error beside it, for programs.
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
