"""`python -m conformance fuzz`: compares both programs, and reports what was reached and what differs."""

import json
import sys
from pathlib import Path

from . import coverage, handlers, known
from .campaign import Campaign, described

LEAST_GRANTS = 0.3


def add_arguments(parser):
    parser.add_argument("--oathkeeper", required=True, help="the real Oathkeeper's binary")
    parser.add_argument("--oathgate", required=True, help="Oathgate's binary")
    parser.add_argument("--decisions", type=int, default=5000, help="how many decisions to compare at least")
    parser.add_argument("--seed", default="1", help="the same seed generates the same worlds")
    parser.add_argument("--first", type=int, default=0, help="the number of the first world")
    parser.add_argument("--jobs", type=int, default=2, help="how many worlds are run at once")
    parser.add_argument(
        "--shrink", type=int, default=60, help="how many tries the smallest reproduction of a difference may take"
    )
    parser.add_argument("--short", action="store_true", help="do not require every option to be reached")
    parser.add_argument("--json", help="write what was found into this file")
    parser.add_argument("--keep", help="write each reproduction as a suite into this folder")


def run(arguments):
    unlisted = known.unlisted()
    if unlisted:
        sys.exit(f"conformance: docs/differences.md does not give the reason for: {', '.join(unlisted)}")
    handlers.use(arguments.oathgate)
    wanted = set() if arguments.short else coverage.options_of_the_schema(arguments.oathgate)
    campaign = Campaign(arguments)
    found = campaign.run(wanted)
    kinds = sorted(found.kinds.items(), key=lambda one: -one[1][0])
    for number, (one, (count, first)) in enumerate(kinds, 1):
        report_difference(campaign, number, one, count, first)
    for index, trouble in found.troubles:
        print(f"TROUBLE world {index}: {trouble}")
    never = found.coverage.never(wanted)
    print("\n".join(["coverage:", *found.coverage.lines()]))
    if found.coverage.functions_never():
        print("template functions never called:", ", ".join(found.coverage.functions_never()))
    for name, count in sorted(found.known.items()):
        print(f"known difference: {count:5} × {name}")
    share = found.grants / max(found.decisions, 1)
    differing = sum(count for count, _ in found.kinds.values())
    print(f"seed {arguments.seed}: {campaign.worlds} worlds, {found.decisions} decisions compared, {share:.0%} granted")
    print(
        f"{differing} differences of {len(kinds)} kinds, {sum(found.known.values())} known ones, {len(found.troubles)} worlds that did not start alike"
    )
    if never:
        print("never reached:", ", ".join(never))
    if share < LEAST_GRANTS:
        print(f"fewer than {LEAST_GRANTS:.0%} were granted")
    if arguments.json:
        write(arguments.json, found, never)
    sys.exit(bool(kinds or found.troubles or never or share < LEAST_GRANTS))


def report_difference(campaign, number, one, count, first):
    index, name, lines = first
    print(f"DIFFERENCE {number}: {count} × {one}; first in world {index}, case {name}")
    print("\n".join("    " + line for line in lines[:8]))
    world = campaign.smallest(first, campaign.arguments.shrink) if campaign.arguments.shrink else None
    if world is None:
        return
    print("\n".join("  | " + line for line in described(world)))
    if campaign.arguments.keep:
        folder = Path(campaign.arguments.keep) / f"difference-{number}"
        world.save(folder)
        print(f"  | kept in {folder}")


def write(path, found, never):
    handlers = {
        "/".join(part for part in key if part): dict(outcomes)
        for key, outcomes in sorted(found.coverage.handlers.items())
    }
    report = {
        "decisions": found.decisions,
        "grants": found.grants,
        "known": dict(found.known),
        "differences": [
            {"kind": list(kind), "count": count, "first": first} for kind, (count, first) in found.kinds.items()
        ],
        "troubles": found.troubles,
        "never": never,
        "coverage": handlers,
    }
    Path(path).write_text(json.dumps(report, indent=1), encoding="utf8")
