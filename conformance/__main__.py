"""Runs recorded decisions of Ory Oathkeeper, and records new ones.

    python -m conformance check  SUITE… --server 'oathgate serve --config {config}'
    python -m conformance record SUITE… --server 'oathkeeper serve --config {config}'
    python -m conformance events SUITE… --oathgate BIN --bootstrap BIN
    python -m conformance bypasses FOLDER… --oathgate BIN --bootstrap BIN
    python -m conformance alike FOLDER… --oathgate BIN --bootstrap BIN
    python -m conformance mutations FOLDER… --oathgate BIN --bootstrap BIN --count N --seed S
    python -m conformance bypasses-table FOLDER…
    python -m conformance differences SUITE…
    python -m conformance fuzz --oathkeeper BIN --oathgate BIN --decisions N --seed S

`check` compares a decision server's responses with the recorded ones. A case that deviates and names options under `with`
is sent again, to a server with that option: then the response must be the one given there, or the `recorded` one.
`record` writes a server's responses into the suites; a case with `deviates` keeps its `expect` and gets the response as
`recorded`. `events` sends every case that an API Gateway event can express through the function. `bypasses` tries known
attacks on both, `mutations` variants of them; `alike` compares the function, `serve`, `explain` and `rules test`; `bypasses-table` writes the known ones into `docs/security.md`.
`differences` compares the cases that deviate with the page that lists them. `fuzz` generates configurations, rules and
requests, and compares the decisions of both programs.
"""

import argparse
import json
import sys
import time
from concurrent.futures import ThreadPoolExecutor

from . import alike, bypass, bypass_table, compare, deviations, events, mutations, suite
from .fuzz import command as fuzz
from .server import DecisionServer
from .upstream import Upstream


def main():
    parser = argparse.ArgumentParser(prog="conformance", description=__doc__.split("\n")[0])
    commands = parser.add_subparsers(dest="command", required=True)
    for name in ("check", "record", "events", "bypasses", "alike", "mutations", "bypasses-table", "differences"):
        command = commands.add_parser(name)
        command.add_argument("suites", nargs="+", help="a suite, or a folder of suites")
        if name in ("differences", "bypasses-table"):
            continue
        command.add_argument("--jobs", type=int, default=4, help="how many suites run at once")
        command.add_argument("--json", help="write every difference into this file")
        if name == "mutations":
            command.add_argument("--count", type=int, default=1 << 60, help="how many requests of each campaign")
            command.add_argument("--seed", default="1", help="which ones")
        if name in ("events", "bypasses", "alike", "mutations"):
            command.add_argument("--oathgate", required=True, help="the CLI, to package each suite")
            command.add_argument("--bootstrap", required=True, help="the Lambda's binary")
            command.add_argument("--runner", default="", help="a program to run it with, such as qemu-aarch64-static")
        else:
            command.add_argument("--server", required=True, help="the command that serves {config}")
    fuzz.add_arguments(commands.add_parser("fuzz"))
    arguments = parser.parse_args()
    if arguments.command == "fuzz":
        fuzz.run(arguments)
    suites = suite.find(arguments.suites)
    if arguments.command == "record":
        record(suites, arguments.server, arguments.jobs)
        return
    if arguments.command == "bypasses-table":
        bypass_table.write(suites)
        return
    if arguments.command == "differences":
        wrong = list(deviations.check(suites))
        print("\n".join(wrong) or "every deviation is listed")
        sys.exit(bool(wrong))
    report = Report()
    if arguments.command == "check":
        with ThreadPoolExecutor(arguments.jobs) as pool:
            found = pool.map(lambda one: responses_or_none(one, arguments.server), suites)
            for one, got in zip(suites, found, strict=True):
                compare_all(one, got, report)
            runs = [(one, option) for one in suites for option in one.options()]
            found = pool.map(lambda run: responses_or_none(run[0], arguments.server, run[1]), runs)
            for (one, option), got in zip(runs, found, strict=True):
                compare_all(one, got, report, option)
    elif arguments.command == "events":
        events.run(suites, arguments, report)
    else:
        {"alike": alike, "bypasses": bypass, "mutations": mutations}[arguments.command].run(suites, arguments, report)
    if arguments.json:
        with open(arguments.json, "w", encoding="utf8") as file:
            json.dump(report.found, file, indent=1)
    print(report.closing())
    sys.exit(report.failed > 0)


class Report:
    def __init__(self):
        self.passed = self.failed = self.skipped = 0
        self.found = {}

    def case(self, name, differences):
        differences = list(differences)
        self.found[name] = differences
        if not differences:
            self.passed += 1
            return
        self.failed += 1
        print(f"FAIL {name}")
        for line in differences[:12]:
            print("     ", line)

    def skip(self, name, why):
        self.skipped += 1
        self.found[name] = [f"skipped: {why}"]

    def closing(self):
        skipped = f", {self.skipped} skipped" if self.skipped else ""
        return f"{self.passed} passed, {self.failed} failed{skipped}"


def responses(one, command, option=None):
    """The server's response to each case, by name; with an option, to the cases that name it."""
    upstream = Upstream()
    found = {}
    try:
        with suite.Stage(one, upstream.url) as stage:
            common = one.spec.get("stubs", [])
            upstream.load(stage.filled(common))
            with DecisionServer(f"{command} {option or ''}", stage) as server:
                for case in one.cases_with(option):
                    upstream.load(stage.filled(case.get("stubs", []) + common))
                    try:
                        response = server.send(case)
                    except Exception as error:
                        response = {"status": 0, "error": repr(error)}
                    time.sleep(case.get("settle_ms", 0) / 1000)
                    found[case["name"]] = stage.unfilled({**response, **calls_of(upstream, case)})
    finally:
        upstream.shutdown()
    return found


def calls_of(upstream, case):
    calls = list(upstream.calls)
    if case.get("unordered"):
        calls.sort(key=lambda call: json.dumps(call, sort_keys=True))
    return {"calls": calls} if calls else {}


def responses_or_none(one, command, option=None):
    """The responses, or none where the server did not run: then every case fails."""
    try:
        return responses(one, command, option)
    except RuntimeError as error:
        print(f"{one.name}: {error}")
        return {}


def compare_all(one, found, report, option=None):
    for case in one.cases_with(option):
        got = found.get(case["name"], {"status": 0, "error": "the server did not run"})
        name = f"{one.name}/{case['name']}" + (f" ({option})" if option else "")
        report.case(name, compare.differences(compare.hard(one.wanted(case, option)), compare.hard(got)))


def record(suites, command, jobs):
    """Writes the responses; one that differs only in what is not compared stays as it was, so that a change is visible."""
    with ThreadPoolExecutor(jobs) as pool:
        recorded = pool.map(lambda one: responses(one, command), suites)
        for one, found in zip(suites, recorded, strict=True):
            changed = 0
            for case in one.cases:
                place, response = "recorded" if "deviates" in case else "expect", found[case["name"]]
                if place not in case or compare.hard(case[place]) != compare.hard(response):
                    case[place] = response
                    changed += 1
            one.save()
            print(f"{one.name}: {len(found)} recorded, {changed} changed")


if __name__ == "__main__":
    main()
