"""Makes a difference small: a world with as little in it as still shows it."""

import copy
import re

from . import world_run

GONE = object()
# Without these there is no request or no response left.
KEPT = {"method", "url", "id", "match", "handler", "path", "port", "serve", "api", "proxy", "prometheus", "enabled"}


def kind(observation):
    """What makes two differences the same: the places, both statuses, and where Oathgate decided."""
    trace = observation.trace or {}
    cut = r"\[\d+\]|(?<=headers\.)[\w.-]+|(?<=claims\.).*|(?<=extra\.).*"
    places = sorted({re.sub(cut, "", line.split(": ")[0]) for line in observation.differences})
    return (observation.wanted["status"], observation.got["status"], trace.get("step"), trace.get("handler"), *places)


class Shrinker:
    """Tries at most `budget` worlds."""

    def __init__(self, commands, budget):
        self.commands, self.budget = commands, budget

    def shows(self, world, wanted):
        """Whether the world's last case still shows the difference."""
        self.budget -= 1
        try:
            results = world_run.run(world, self.commands, patience=1)
        except Exception:
            return False
        return bool(results.observations) and kind(results.observations[-1]) == wanted

    def shrink(self, world, observation):
        """The smallest world found, whose last case shows the difference; `None` if it does not show again."""
        wanted = kind(observation)
        index = next(at for at, case in enumerate(world.cases) if case is observation.case)
        found = world.copy()
        found.cases = [copy.deepcopy(world.cases[index])]
        if not self.shows(found, wanted):
            found.cases = copy.deepcopy(world.cases[: index + 1])
            if not self.shows(found, wanted):
                return None
            self.halve(found, wanted)
        simpler = with_one_rule(found, (observation.trace or {}).get("rule_id"))
        if self.shows(simpler, wanted):
            found = simpler
        while self.budget > 0 and self.prune(found, wanted):
            pass
        return found

    def halve(self, world, wanted):
        """Leaves out earlier requests that do not matter."""
        size = len(world.cases) // 2
        while size and self.budget > 0:
            at = 0
            while at < len(world.cases) - 1 and self.budget > 0:
                kept = world.cases
                world.cases = kept[:at] + kept[min(at + size, len(kept) - 1) :]
                if not self.shows(world, wanted):
                    world.cases = kept
                    at += size
            size //= 2

    def prune(self, world, wanted):
        """Tries to leave out each part, the big ones first; returns whether one could be."""
        changed = False
        for container, key, simpler in sorted(parts(world), key=lambda part: -len(repr(part[0][part[1]]))):
            if self.budget <= 0:
                break
            if not belongs(world, container) or not (
                key in container if isinstance(container, dict) else key < len(container)
            ):
                continue
            kept = container.copy()
            if simpler is GONE:
                del container[key]
            else:
                container[key] = simpler
            if self.shows(world, wanted):
                changed = True
                continue
            container.clear()
            container.update(kept) if isinstance(container, dict) else container.extend(kept)
        return changed


def with_one_rule(world, name):
    """The same with only the rule that decided, in plain files."""
    found = world.copy()
    kept = [rule for rule in world.all_rules() if rule["id"] == name] or world.all_rules()
    found.rules, found.sources = [copy.deepcopy(kept)], [("file", "json")]
    return found


def roots(world):
    yield world.config
    yield world.env
    yield world.stubs
    yield from world.cases
    for rules in world.rules:
        yield from rules


def belongs(world, container):
    """Whether a part has not gone with another."""
    return any(one is container for root in roots(world) for one in containers(root))


def containers(value):
    if isinstance(value, (dict, list)):
        yield value
        for inner in value.values() if isinstance(value, dict) else value:
            yield from containers(inner)


def parts(world):
    """Everything that may be left out or shortened: (container, key, what to put there)."""
    for root in roots(world):
        for container in containers(root):
            for key in list(container) if isinstance(container, dict) else reversed(range(len(container))):
                if key not in KEPT and key not in ("name", "request"):
                    yield container, key, GONE
                if isinstance(container[key], str) and "{{" in container[key]:
                    for text in shortened(container[key]):
                        yield container, key, text


def shortened(template):
    """A template without one of its actions or texts."""
    pieces = [piece for piece in re.split(r"(\{\{.*?\}\})", template) if piece]
    for index in range(len(pieces)) if len(pieces) > 1 else ():
        yield "".join(pieces[:index] + pieces[index + 1 :])
