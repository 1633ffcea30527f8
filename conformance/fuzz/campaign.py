"""A campaign: worlds from a seed, played in several processes, with everything that was found."""

import json
import shlex
import sys
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field

from . import asking, known, making, playing
from .chance import Chance
from .coverage import Coverage
from .shrink import Shrinker, kind

CASES = 250


@dataclass
class Found:
    """What one world, or all of them, brought."""

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
    world, sites = making.world(chance, f"seed-{seed}-world-{index}")
    world.cases = list(asking.cases(chance, world, sites, count))
    return world


def run_one(seed, index, count, commands):
    world, found = made(seed, index, count), Found()
    played = play(world, commands)
    if played.trouble:
        found.troubles.append((index, played.trouble))
        return found
    found.coverage.world(world)
    for observation in played.observations:
        found.decisions += 1
        found.grants += observation.wanted["status"] == 200
        found.coverage.decision(world, observation)
    meant, unknown = judged(world, played)
    found.known.update(known.of(observation, world).name for observation in meant)
    if meant and unknown:
        unknown = without(world, meant, unknown, commands)
    for observation in unknown:
        first = (index, observation.case["name"], observation.differences)
        found.kinds[kind(observation)] = (found.kinds.get(kind(observation), (0, first))[0] + 1, first)
    return found


def play(world, commands):
    try:
        return playing.play(world, commands)
    except OSError:
        # Somebody else took the port in between.
        return playing.play(world, commands)


def judged(world, played):
    """The observations with differences that are meant, and those with others."""
    differing = [observation for observation in played.observations if observation.differences]
    meant = [observation for observation in differing if known.of(observation, world)]
    return meant, [observation for observation in differing if not known.of(observation, world)]


def without(world, meant, unknown, commands):
    """What still differs where nothing is asked that is meant to differ.

    A request that one program refuses on purpose leaves its caches as they were, and the other's not.
    """
    left_out = {observation.case["name"] for observation in meant}
    again = world.copy()
    again.cases = [case for case in again.cases if case["name"] not in left_out]
    _, still = judged(again, play(again, commands))
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

    def run(self, universe):
        """Plays worlds until enough is decided, and then a few more if options are left."""
        arguments = self.arguments
        count = min(CASES, arguments.decisions)
        more = 40
        with ProcessPoolExecutor(arguments.jobs) as pool:
            index = arguments.first
            while self.found.decisions < arguments.decisions or (more > 0 and self.found.coverage.never(universe)):
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
        played = playing.play(world, self.commands)
        observation = next((one for one in played.observations if one.case["name"] == name and one.differences), None)
        return Shrinker(self.commands, budget).shrink(world, observation) if observation else None


def told(world):
    """A reproduction as text."""
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
