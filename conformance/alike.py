"""Everything that decides, by the same requests: the function, `oathgate serve`, `explain` and `rules test` of one stage.

Each recorded case and each attack that an event can express is sent to all four. Effect, status and reason code must be the
same. What one of them cannot receive is left out there: `explain` and `rules test` take a URL, whose fragment is never sent, and
no header whose name or value is not valid; `rules test` has prepared services and keys of its own, so that it decides by those rules of a `rules.json`
that need neither.
"""

import json
import subprocess
import time
import urllib.parse
from concurrent.futures import ThreadPoolExecutor

from . import bypass, events, gates, packaging, suite
from .suite import pairs
from .upstream import Upstream

STAGE_FILE = "stage.yml"
#: The client's address in events, and of connections to the server.
CLIENT = "127.0.0.1"


def run(suites, arguments, report):
    with ThreadPoolExecutor(arguments.jobs) as pool:
        for results in pool.map(lambda one: run_suite(one, arguments), suites):
            for name, differences in results:
                if isinstance(differences, str):
                    report.skip(name, differences)
                else:
                    report.case(name, differences)


def run_suite(one, arguments):
    """The name of each request with its differences, or with the reason why it is skipped."""
    upstream = Upstream()
    try:
        with suite.Stage(one, upstream.url) as stage:
            package = packaging.package_suite(stage, arguments)
            if package is None:
                return [(one.name, packaging.NOT_PACKAGED)]
            if one.spec.get("tls"):
                return [(one.name, "the server speaks TLS")]
            (stage.folder / STAGE_FILE).write_text(f"vouchedHeaderFallback: {events.PLACEHOLDER}\n")
            vouched = packaging.vouched_headers(stage, arguments)
            serve = gates.Serve(stage, packaging.program(arguments.oathgate), f"--stage {STAGE_FILE}")
            function = gates.Lambda(stage, package, vouched, arguments, "rest")
            with serve, function, Explain(stage, packaging.program(arguments.oathgate)) as explain:
                return decide_all(stage, upstream, function, serve, explain, arguments)
    finally:
        upstream.shutdown()


def decide_all(stage, upstream, function, serve, explain, arguments):
    results, tests = [], []
    for name, request, stubs, settle_seconds in requests_of(stage):
        decided = {}
        for gate in (function, serve, explain):
            upstream.load(stubs)
            decided[gate.name] = outcome(gate.decide(request))
            time.sleep(settle_seconds)
        wanted = decided.pop("rest")
        differences = [line for gate, got in decided.items() for line in disagreements(gate, wanted, got)]
        results.append((name, differences))
        if decided["explain"]["status"] is not None:
            tests.append((name, request, {**wanted, "status": decided["explain"]["exact"]}))
    if (stage.folder / "rules.json").exists():
        left_out = rules_with_services(stage)
        tests = [test for test in tests if test[2]["rule"] not in left_out]
    else:
        tests = []
    failed = failed_tests(stage, tests, packaging.program(arguments.oathgate))
    return [(name, differences + failed.get(name, [])) for name, differences in results]


def requests_of(stage):
    """Each request that an event can express, with its name, the stubs of the services, and the seconds to wait after it."""
    common = stage.suite.spec.get("stubs", [])
    for case in stage.suite.cases:
        if "requests" in case:
            if "rest" not in case.get("on", bypass.GATES) or "serve" not in case.get("on", bypass.GATES):
                continue
            tokens = bypass.made_tokens(case, stage)
            stubs = bypass.filled(case.get("stubs", []) + common, stage, tokens)
            for place, exchange in enumerate(case["requests"]):
                request = gates.Request(bypass.filled(exchange["request"], stage, tokens))
                if request.forwarded is None and request.scheme == "https" and fits_in_event(request.target):
                    yield f"{stage.suite.name}/{case['name']} {place + 1}", request, stubs, 0
        elif not events.not_expressible(case):
            filled = stage.filled(case["request"])
            url = urllib.parse.urlsplit(filled["url"])
            query = urllib.parse.urlsplit(filled.get("at", "")).query
            headers = [[name, value.strip(" \t")] for name, value in pairs(filled.get("headers"))]
            spec = {
                "method": filled["method"],
                "host": url.netloc,
                "target": url.path + (f"?{query}" if query else ""),
                "headers": headers,
            }
            if fits_in_event(spec["target"]):
                stubs = stage.filled(case.get("stubs", []) + common)
                yield f"{stage.suite.name}/{case['name']}", gates.Request(spec), stubs, case.get("settle_ms", 0) / 1000


def fits_in_event(target):
    """Whether an event can have a target as it is sent: its path begins with a slash, and JSON is UTF-8."""
    return target.startswith("/") and gates.text(target).encode().decode("latin-1") == target


def outcome(decided):
    """Effect, status, code and rule; a status that clients of the API see as an error of the gate is 500."""
    status = exact = decided["status"]
    if status is None:
        return {"effect": None, "status": None, "code": None, "rule": None}
    if status in (408, 425, 429) or status >= 500:
        status = 500
    effect = {200: "Allow", 401: "Unauthorized", 500: "Error"}.get(status, "Deny")
    found = {"effect": effect, "status": status, "exact": exact}
    return {**found, "code": decided.get("code"), "rule": decided.get("rule")}


def disagreements(gate, wanted, got):
    """Each way in which a decision is not that of the function."""
    if got["status"] is None:
        return
    for part in ("effect", "status", "code"):
        # The server refuses what is not valid HTTP before anything is decided.
        if got[part] != wanted[part] and not (part == "code" and got[part] is None and got["status"] == 400):
            yield f"{part} of {gate} is {got[part]!r}, of the function {wanted[part]!r}"


class Explain:
    """`oathgate explain --batch`."""

    name = "explain"

    def __init__(self, stage, program):
        self.log = (stage.folder / "explain.log").open("w")
        self.process = subprocess.Popen(
            [program, "explain", "--config", str(stage.config), "--stage", STAGE_FILE, "--batch"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.log,
            env=packaging.variables(stage),
            cwd=stage.folder,
            text=True,
            encoding="utf8",
        )

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait(5)
        self.process.stdout.close()
        self.log.close()

    def decide(self, request):
        """The decision; the status is None where the request is not one that the command takes."""
        if "#" in request.target:
            return {"status": None}
        line = json.dumps(
            {"url": url_of(request), "method": request.method, "headers": headers_of(request), "remote_addr": CLIENT}
        )
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        explained = json.loads(self.process.stdout.readline())
        if "error" in explained:
            return {"status": None}
        return {"status": explained["answer"], "code": explained["code"], "rule": explained["rule"]}


def url_of(request):
    return f"https://{gates.text(request.host)}{gates.text(request.target)}"


def headers_of(request):
    return [[gates.text(name), gates.text(value)] for name, value in request.headers]


def rules_with_services(stage):
    """The rules that need services or keys, by their ids."""
    rules = json.loads((stage.folder / "rules.json").read_text())
    without = {"anonymous", "noop", "unauthorized", "allow", "deny", "header", "cookie", None}
    return {
        rule.get("id")
        for rule in rules
        for part in ("authenticators", "authorizer", "mutators")
        for one in ([rule[part]] if isinstance(rule.get(part), dict) else rule.get(part) or [])
        if one.get("handler") not in without
    }


def failed_tests(stage, tests, program):
    """The differences of each failed test of `oathgate rules test`, by the test's name."""
    if not tests:
        return {}
    written = []
    for name, request, wanted in tests:
        headers = {}
        for header, value in headers_of(request):
            headers.setdefault(header, []).append(value)
        sent = {"method": request.method, "url": url_of(request), "headers": headers, "remote_addr": CLIENT}
        expect = {part: wanted[part] for part in ("status", "code", "effect")}
        written.append({"name": name, "request": sent, "expect": expect})
    (stage.folder / "tests.json").write_text(json.dumps({"tests": written}), encoding="utf8")
    done = subprocess.run(
        [
            program,
            "rules",
            "test",
            "--config",
            str(stage.config),
            "--stage",
            STAGE_FILE,
            "--format",
            "json",
            "tests.json",
        ],
        capture_output=True,
        text=True,
        env=packaging.variables(stage),
        cwd=stage.folder,
    )
    if done.returncode not in (0, 1):
        return {tests[0][0]: [f"`rules test` does not run: {done.stderr}"]}
    return {
        one["test"]: [f"rules test: {line}" for line in one["differences"]] for one in json.loads(done.stdout)["failed"]
    }
