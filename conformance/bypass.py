"""Known attacks on gates like this one, run against `oathgate serve` and the function.

A folder of `conformance/bypasses/` is a suite whose cases are attacks of one kind. A case names whom it `hit` (product,
id of the advisory, URL), what it `was`, how this gate `answers`, and what a `naive` gate does: the answer that the
attacker is after. Its `requests` are sent in order to each gate in `on` (all three without it); each is an `attack`, or
`legitimate`: one that the same gate has to grant, so that a gate which refuses everything fails as well.

Of an answer `expect` names what has to be: `status` (or several), `code`, `rule`, `headers` (each with its value, or null
where the gate must not set it), `asked` (what services were asked); `never` lists texts that no header of the answer
may hold. `expect_on` takes its place for one gate. A policy that allows has to name what was asked for and nothing wider.
"""

import json
import re
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import unquote

from . import events, forgery, suite
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
    """Each gate, started when its turn comes."""
    program = events.program(arguments.oathgate)
    yield "serve", Serve(stage, program)
    package = stage.folder / "package"
    if events.refuses_to_package(stage, package, arguments):
        raise SystemExit(f"conformance: `oathgate package` refuses {stage.suite.name}")
    vouched = events.vouched_headers(stage, arguments)
    for kind in ("rest", "http-api"):
        yield kind, Lambda(stage, package, vouched, arguments, kind)


def differences(case, gate, stage, upstream):
    tokens = made_tokens(case, stage)
    upstream.play(filled(case.get("stubs", []) + stage.suite.spec.get("stubs", []), stage, tokens))
    for place, exchange in enumerate(case["requests"]):
        upstream.calls.clear()
        request = Request(filled(exchange["request"], stage, tokens))
        try:
            wanted = expected(exchange, gate.name)
            answer = gate.answer(request, "always" if {"code", "rule"} & set(wanted) else True)
        except (OSError, ValueError) as error:
            answer = {"status": 0, "headers": {}, "error": repr(error)}
        answer["asked"] = [f"{call['method']} {call['path']}" for call in upstream.calls]
        for line in disagreements(wanted, answer):
            yield f"request {place + 1}, {exchange['kind']}, {request.method} {request.target!r}: {line}"


def expected(exchange, gate):
    """What an exchange expects of one gate."""
    return exchange.get("expect_on", {}).get(gate, exchange["expect"])


def disagreements(expect, answer):
    """Each way in which an answer is not what is expected, as a line."""
    wanted = expect["status"]
    if answer["status"] not in (wanted if isinstance(wanted, list) else [wanted]):
        yield f"status {answer['status']} where {wanted} is right ({answer.get('code') or answer.get('error')})"
    for name in ("code", "rule", "asked"):
        if name in expect and answer.get(name) != expect[name]:
            yield f"{name} {answer.get(name)!r} where {expect[name]!r} is right"
    for name, value in expect.get("headers", {}).items():
        if answer["headers"].get(name) != value:
            yield f"header {name} is {answer['headers'].get(name)!r} where {value!r} is right"
    for name, value in answer["headers"].items():
        for text in expect.get("never", []):
            if text in (value or ""):
                yield f"header {name} holds {text!r}"
    resource = answer.get("resource", "")
    if re.search(r"[*?]|\$\{", resource):
        yield f"the policy covers more than what was asked for: {resource}"
    if unquote(resource) != unquote(answer.get("arn", "")):
        yield f"the policy is for {resource} where {answer['arn']} was asked for"


def made_tokens(case, stage):
    file = stage.folder / "signers.json"
    signers = {key["kid"]: key for key in json.loads(file.read_text())["keys"]} if file.exists() else {}
    described = {**stage.suite.spec.get("tokens", {}), **case.get("tokens", {})}
    return {name: forgery.token(one, signers) for name, one in stage.filled(described).items()}


def filled(value, stage, tokens):
    """A value with the stage's placeholders and each `${TOKEN:name}` filled in."""
    text = json.dumps(stage.filled(value))
    return json.loads(re.sub(r"\$\{TOKEN:([^}]+)\}", lambda found: json.dumps(tokens[found.group(1)])[1:-1], text))


def naive_answer(case, exchange):
    """What the gate that the attack was made for answers to it."""
    return {"headers": {}, "asked": [], **case["naive"]["answer"], **exchange.get("naive", {})}
