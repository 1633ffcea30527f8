"""Runs a world through both programs and compares each response."""

import json
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from .. import compare, token
from ..server import DecisionServer
from ..suite import Stage, Suite
from ..upstream import Upstream


@dataclass
class Observation:
    """One decision of both programs."""

    case: dict
    # Oathkeeper's and Oathgate's response, each with the service requests.
    wanted: dict
    got: dict
    # Oathgate's log line of the decision, if there was one.
    trace: dict | None

    @property
    def differences(self):
        return list(compare.differences(compare.hard(self.wanted, True), compare.hard(self.got, True)))


@dataclass
class Results:
    observations: list
    # Why a program did not start, or what else is wrong with the whole world.
    trouble: dict


class Program:
    """One of the two, on its own copy of the world with its own upstream."""

    def __init__(self, suite, command):
        self.upstream = Upstream()
        self.stage = Stage(suite, self.upstream.url)
        self.common = suite.spec.get("stubs", [])
        self.upstream.load(self.stage.filled(self.common))
        self.server = DecisionServer(command, self.stage)

    def start(self, rules, patience):
        """Waits for the rules; returns why the program does not run, or how many rules it has."""
        try:
            self.server.wait_until_ready()
        except RuntimeError as error:
            return str(error)
        found = -1
        until = time.monotonic() + patience
        while found != rules and time.monotonic() < until:
            connection = self.server.connection(5)
            connection.request("GET", "/rules?limit=500")
            response = connection.getresponse()
            listed = json.loads(response.read()) if response.status == 200 else None
            found = len(listed or [])
            time.sleep(0 if found == rules else 0.05)
        return found

    def send(self, case):
        self.upstream.load(self.stage.filled(case.get("stubs", []) + self.common))
        try:
            response = self.server.send(case)
        except Exception as error:
            response = {"status": 0, "error": type(error).__name__}
        time.sleep(case.get("settle_ms", 0) / 1000)
        calls = [self.shown(call, json.dumps(case["request"])) for call in list(self.upstream.calls)]
        return self.stage.unfilled({**response, **({"calls": calls} if calls else {})})

    def shown(self, value, request):
        """A service request, with tokens that the gate signed replaced by their decoded form."""
        if isinstance(value, dict):
            return {name: self.shown(inner, request) for name, inner in value.items()}
        if isinstance(value, list):
            return [self.shown(inner, request) for inner in value]
        if isinstance(value, str) and value.startswith("Bearer ey") and value not in request:
            return token.show(value, self.stage.keys()) or value
        return value

    def stop(self):
        self.server.__exit__()
        self.stage.__exit__()
        self.upstream.shutdown()
        self.upstream.server_close()


class DecisionLog:
    """Oathgate's log, read line by line as it grows."""

    def __init__(self, path):
        self.file = path.open(encoding="utf8", errors="replace")

    def next(self, wait):
        """The next decision's line, if one is written within `wait` seconds."""
        until = time.monotonic() + wait
        found, begun = None, ""
        while True:
            line = self.file.readline()
            if line.endswith("\n"):
                found = decision(begun + line) or found
                begun = ""
            elif line:
                begun += line
            elif found or time.monotonic() > until:
                return found
            else:
                time.sleep(0.002)


def decision(line):
    try:
        value = json.loads(line)
    except ValueError:
        return None
    return value if isinstance(value, dict) and "granted" in value else None


def run(world, commands, patience=5):
    """Sends both programs the world's cases in order, once their rules are loaded or `patience` seconds are over."""
    with tempfile.TemporaryDirectory(prefix="fuzz-") as folder:
        world.save(folder)
        suite = Suite(folder)
        suite.spec["settle_ms"] = 0
        suite.folder = Path(folder)
        programs = [Program(suite, command) for command in commands]
        try:
            with ThreadPoolExecutor(2) as both:
                started = list(both.map(lambda program: program.start(len(world.all_rules()), patience), programs))
                if any(isinstance(one, str) for one in started) or started[0] != started[1]:
                    return Results([], dict(zip(("oathkeeper", "oathgate"), started, strict=True)))
                log = DecisionLog(Path(programs[1].server.log.name))
                observations = []
                for case in world.cases:
                    wanted, got = both.map(lambda program, case=case: program.send(case), programs)
                    observations.append(Observation(case, wanted, got, log.next(0.05)))
                return Results(observations, {})
        finally:
            for program in programs:
                program.stop()
