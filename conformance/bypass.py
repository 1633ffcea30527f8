"""Known attacks on gates like this one, run against `oathgate serve` and the function.

A folder of `conformance/bypasses/` is a suite whose cases are attacks of one kind. A case names the products that it `hit`
(product, id of the advisory, URL), what it `was`, how this gate `answers`, and what a `naive` gate does: the decision that the
attacker wants. Its `requests` are sent in order to each gate in `on` (all three without it); each is an `attack`, or
`legitimate`: one that the same gate has to grant, so that a gate which refuses everything fails as well.

`expect` is what the decision must be: `status` (or several), `code`, `rule`, `headers` (each with its value, or null where
the gate must not set it), `calls` (the service requests, as `METHOD path`); `never` lists texts that no header may contain.
`expect_on` replaces it for one gate. An Allow has to name the requested method ARN and nothing wider.
"""

import json
import re
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import unquote

from . import forgery, packaging, suite
from .gates import Lambda, Request, Serve
from .upstream import Upstream

GATES = ("serve", "rest", "http-api")


def run(suites, arguments, report):
    with ThreadPoolExecutor(arguments.jobs) as pool:
        for results in pool.map(lambda one: run_suite(one, arguments), suites):
            for name, differences in results:
                report.case(name, differences)


def run_suite(one, arguments):
    """The name and the differences of each case at each gate."""
    upstream = Upstream()
    try:
        with suite.Stage(one, upstream.url) as stage:
            results = []
            for name, gate in gates(stage, arguments):
                with gate:
                    for case in one.cases:
                        if name in case.get("on", GATES):
                            found = list(differences(case, gate, stage, upstream))
                            results.append((f"{one.name}/{case['name']} ({name})", found))
            return results
    finally:
        upstream.shutdown()


def gates(stage, arguments):
    """Each gate, made when its turn comes."""
    program = packaging.program(arguments.oathgate)
    yield "serve", Serve(stage, program)
    package = stage.folder / "package"
    if packaging.refuses_to_package(stage, package, arguments):
        raise SystemExit(f"conformance: `oathgate package` refuses {stage.suite.name}")
    vouched = packaging.vouched_headers(stage, arguments)
    for kind in ("rest", "http-api"):
        yield kind, Lambda(stage, package, vouched, arguments, kind)


def differences(case, gate, stage, upstream):
    tokens = made_tokens(case, stage)
    upstream.load(filled(case.get("stubs", []) + stage.suite.spec.get("stubs", []), stage, tokens))
    for place, exchange in enumerate(case["requests"]):
        upstream.calls.clear()
        request = Request(filled(exchange["request"], stage, tokens))
        try:
            wanted = expected(exchange, gate.name)
            decided = gate.decide(request, "always" if {"code", "rule"} & set(wanted) else True)
        except (OSError, ValueError) as error:
            decided = {"status": 0, "headers": {}, "error": repr(error)}
        decided["calls"] = [f"{call['method']} {call['path']}" for call in upstream.calls]
        for line in disagreements(wanted, decided):
            yield f"request {place + 1}, {exchange['kind']}, {request.method} {request.target!r}: {line}"


def expected(exchange, gate):
    """What an exchange expects of one gate."""
    return exchange.get("expect_on", {}).get(gate, exchange["expect"])


def disagreements(expect, decided):
    """Each way in which a decision is not what is expected, as a line."""
    wanted = expect["status"]
    if decided["status"] not in (wanted if isinstance(wanted, list) else [wanted]):
        yield f"status is {decided['status']}, expected {wanted} ({decided.get('code') or decided.get('error')})"
    for name in ("code", "rule", "calls"):
        if name in expect and decided.get(name) != expect[name]:
            yield f"{name} is {decided.get(name)!r}, expected {expect[name]!r}"
    for name, value in expect.get("headers", {}).items():
        if decided["headers"].get(name) != value:
            yield f"header {name} is {decided['headers'].get(name)!r}, expected {value!r}"
    for name, value in decided["headers"].items():
        for text in expect.get("never", []):
            if text in (value or ""):
                yield f"header {name} contains {text!r}"
    resource = decided.get("resource", "")
    if re.search(r"[*?]|\$\{", resource):
        yield f"the policy covers more than the request: {resource}"
    if unquote(resource) != unquote(decided.get("arn", "")):
        yield f"the policy is for {resource}, the request for {decided['arn']}"


def made_tokens(case, stage):
    file = stage.folder / "signers.json"
    signers = {key["kid"]: key for key in json.loads(file.read_text())["keys"]} if file.exists() else {}
    described = {**stage.suite.spec.get("tokens", {}), **case.get("tokens", {})}
    return {name: forgery.token(one, signers) for name, one in stage.filled(described).items()}


def filled(value, stage, tokens):
    """A value with the stage's placeholders and each `${TOKEN:name}` filled in."""
    text = json.dumps(stage.filled(value))
    return json.loads(re.sub(r"\$\{TOKEN:([^}]+)\}", lambda found: json.dumps(tokens[found.group(1)])[1:-1], text))


def naive_decision(case, exchange):
    """The decision of the gate that the attack was made for."""
    return {"headers": {}, "calls": [], **case["naive"]["answer"], **exchange.get("naive", {})}
