"""A campaign: worlds from a seed, run in several processes, with everything that was found."""

import json
import shlex
import sys
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field

from . import generate_cases, generate_world, known, world_run
from .chance import Chance
from .coverage import Coverage
from .shrink import Shrinker, kind

CASES = 250


@dataclass
class Found:
    """The results of one world, or of all of them."""

    decisions: int = 0
    grants: int = 0
    known: Counter = field(default_factory=Counter)
    # For each kind of difference how often, and where first: (world, case, lines).
    kinds: dict = field(default_factory=dict)
    troubles: list = field(default_factory=list)
    coverage: Coverage = field(default_factory=Coverage)

    def add(self, other):
        self.decisions += other.decisions
        self.grants += other.grants
        self.known.update(other.known)
        self.troubles += other.troubles
        self.coverage.add(other.coverage)
        for one, (count, first) in other.kinds.items():
            self.kinds[one] = (self.kinds[one][0] + count, self.kinds[one][1]) if one in self.kinds else (count, first)


def made(seed, index, count=CASES):
    """World number `index` of a seed, with its cases: always the same."""
    chance = Chance(f"{seed}/{index}")
    world, sites = generate_world.world(chance, f"seed-{seed}-world-{index}")
    world.cases = list(generate_cases.cases(chance, world, sites, count))
    return world


def run_one(seed, index, count, commands):
    world, found = made(seed, index, count), Found()
    results = run_both(world, commands)
    if results.trouble:
        found.troubles.append((index, results.trouble))
        return found
    found.coverage.world(world)
    for observation in results.observations:
        found.decisions += 1
        found.grants += observation.wanted["status"] == 200
        found.coverage.decision(world, observation)
    expected, unknown = split_differences(world, results)
    found.known.update(known.of(observation, world).name for observation in expected)
    if expected and unknown:
        unknown = without(world, expected, unknown, commands)
    for observation in unknown:
        first = (index, observation.case["name"], observation.differences)
        found.kinds[kind(observation)] = (found.kinds.get(kind(observation), (0, first))[0] + 1, first)
    return found


def run_both(world, commands):
    try:
        return world_run.run(world, commands)
    except OSError:
        # Another program took the port in between.
        return world_run.run(world, commands)


def split_differences(world, results):
    """The observations with known differences, and those with others."""
    differing = [observation for observation in results.observations if observation.differences]
    expected = [observation for observation in differing if known.of(observation, world)]
    return expected, [observation for observation in differing if not known.of(observation, world)]


def without(world, expected, unknown, commands):
    """What still differs once the requests with known differences are left out.

    A request that one program refuses on purpose changes the caches of the other program alone.
    """
    left_out = {observation.case["name"] for observation in expected}
    again = world.copy()
    again.cases = [case for case in again.cases if case["name"] not in left_out]
    _, still = split_differences(again, run_both(again, commands))
    names = {observation.case["name"] for observation in still}
    return [observation for observation in unknown if observation.case["name"] in names]


class Campaign:
    def __init__(self, arguments):
        self.arguments = arguments
        self.commands = (
            f"{shlex.quote(arguments.oathkeeper)} serve --config {{config}}",
            f"{shlex.quote(arguments.oathgate)} serve --unsafe-paths allow --config {{config}}",
        )
        self.found, self.worlds = Found(), 0

    def run(self, wanted):
        """Runs worlds until there are enough decisions, and then a few more if options are left."""
        arguments = self.arguments
        count = min(CASES, arguments.decisions)
        more = 40
        with ProcessPoolExecutor(arguments.jobs) as pool:
            index = arguments.first
            while self.found.decisions < arguments.decisions or (more > 0 and self.found.coverage.never(wanted)):
                if self.found.decisions >= arguments.decisions:
                    more -= arguments.jobs
                batch = [
                    pool.submit(run_one, arguments.seed, index + at, count, self.commands)
                    for at in range(arguments.jobs)
                ]
                for one in batch:
                    self.found.add(one.result())
                index += arguments.jobs
                self.worlds += arguments.jobs
                self.progress()
        return self.found

    def progress(self):
        found = self.found
        print(
            f"{self.worlds} worlds, {found.decisions} decisions, {len(found.kinds)} kinds of differences",
            file=sys.stderr,
            flush=True,
        )

    def smallest(self, first, budget):
        """A small world for a difference, or the whole one where it does not show again."""
        index, name, _ = first
        world = made(self.arguments.seed, index, min(CASES, self.arguments.decisions))
        results = world_run.run(world, self.commands)
        observation = next((one for one in results.observations if one.case["name"] == name and one.differences), None)
        return Shrinker(self.commands, budget).shrink(world, observation) if observation else None


def described(world):
    """A reproduction as lines of text."""
    case = world.cases[-1]
    lines = [f"config ({world.form}): {short(world.config)}"]
    lines += (
        [f"variables: {short({'_'.join(path).upper(): value for path, value in world.env.items()})}"]
        if world.env
        else []
    )
    lines += [f"rules: {short(world.all_rules())}"]
    lines += [f"before: {short([one['request'] for one in world.cases[:-1]])}"] if len(world.cases) > 1 else []
    return [*lines, f"request: {short(case['request'])}", f"upstream: {short(case.get('stubs', []))}"]


def short(value):
    return json.dumps(value, ensure_ascii=False)
