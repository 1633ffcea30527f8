"""The fuzzer itself: the same seed makes the same worlds, every option can be generated, and differences are found."""

import json
import os
import shlex
import urllib.parse
from pathlib import Path

import pytest

from conformance.fuzz import (
    campaign,
    coverage,
    focus,
    generate_world,
    handlers,
    known,
    patterns,
    regexes,
    shrink,
    signatures,
    world_run,
)
from conformance.fuzz.chance import Chance
from conformance.fuzz.templates import functions_of
from conformance.fuzz.world import PORTS, World
from conformance.suite import Suite

ROOT = Path(__file__).parent.parent.parent
OATHGATE = os.environ.get("OATHGATE") or str(ROOT / "target" / "debug" / "oathgate")
SERVE = f"{shlex.quote(OATHGATE)} serve --config {{config}}"


def plain(world):
    return json.dumps([world.config, world.rules, [[*path, value] for path, value in world.env.items()], world.cases])


def test_a_seed_makes_the_same_worlds_and_another_seed_others():
    first, again, other = (campaign.made(seed, 3, 40) for seed in ("a", "a", "b"))
    assert plain(first) == plain(again)
    assert plain(first) != plain(other)


def test_every_option_of_the_schema_and_every_function_is_generated():
    reached = coverage.Coverage()
    for index in range(400):
        world = campaign.made("all", index, 0)
        reached.world(world)
        for rule in world.all_rules():
            for section, entries in (
                ("authenticators", rule["authenticators"]),
                ("authorizers", [rule["authorizer"]]),
                ("mutators", rule["mutators"]),
                ("errors", rule.get("errors") or []),
            ):
                for entry in entries:
                    reached.handler(section, entry["handler"], world.effective(section, entry), "made")
    assert reached.never(coverage.options_of_the_schema(OATHGATE)) == []
    assert reached.functions_never() == []


def test_every_handler_of_the_program_can_be_generated():
    for section, module in generate_world.SECTIONS.items():
        for name in handlers.names(section):
            assert handlers.maker(section, module, name)
        assert set(module.MAKE) == set(handlers.names(section))


def test_a_handler_that_nothing_generates_is_named():
    with pytest.raises(LookupError, match=r"`MAKE` in conformance/fuzz/mutators.py makes no options of `new`"):
        handlers.maker("mutators", generate_world.SECTIONS["mutators"], "new")


def test_an_option_that_no_decision_went_through_is_reported():
    assert coverage.Coverage().never({"authenticators.jwt.jwks_ttl"}) == ["authenticators.jwt.jwks_ttl"]


def test_every_known_difference_has_its_reason_on_the_page(tmp_path):
    assert known.unlisted() == []
    page = tmp_path / "differences.md"
    page.write_text("nothing differs")
    assert len(known.unlisted(page)) == len(known.KNOWN)


def test_globs_as_documented_decide_the_recorded_cases():
    suite = Suite(ROOT / "conformance" / "suites" / "match-glob")
    rules = json.loads((suite.folder / "rules.json").read_text())
    decided = 0
    for case in suite.cases:
        url, status = (
            urllib.parse.urlsplit(case["request"]["url"].encode("latin1").decode("utf8", "replace")),
            case["expect"]["status"],
        )
        if status not in (200, 404) or not url.path:
            continue
        requested = f"{url.scheme}://{url.netloc}{known.clean(url.path)}"
        method = case["request"]["method"]
        found = [
            rule
            for rule in rules
            if method in map(str.upper, rule["match"]["methods"])
            and patterns.documented_glob(rule["match"]["url"]).match(requested)
        ]
        assert bool(found) == (status == 200), case["name"]
        decided += 1
    assert decided > 50


def test_the_texts_of_a_random_part_are_not_all_the_same():
    chance = Chance("parts")
    parts = [regexes.part(chance) for _ in range(50)]
    assert len({text for text, _, _ in parts}) > 45
    assert any(good != bad for _, good, bad in parts)


def test_functions_in_a_template_are_recognised_and_texts_are_not():
    template = '{{ upper "lower" | trunc 3 }} title {{ .quote }}{{ $len := `repeat` }}'
    assert functions_of(template) == {"upper", "trunc"}
    assert {"upper", "trunc"} <= set(signatures.NAMES)


def test_a_program_does_not_differ_from_itself():
    for index in (0, 1, 2):
        world = campaign.made("self", index, 60)
        results = world_run.run(world, (SERVE, SERVE))
        assert results.trouble == {}
        assert len(results.observations) == 60
        assert [one.differences for one in results.observations if one.differences] == []


def test_a_difference_is_found_and_made_small():
    shown = focus.rule("shown", "https://api.example.com/shown", {"handler": "anonymous"}, "")
    shown["mutators"][0]["config"]["headers"] = {"X-Shown": "a {{ .Subject }} b", "X-Unchanged": "c"}
    other = {**shown, "id": "other", "match": {"url": "https://x/", "methods": ["GET"]}}
    config = {
        "serve": {
            kind: {"port": f"${{{name}}}"} for kind, name in zip(("api", "proxy", "prometheus"), PORTS, strict=True)
        },
        "authenticators": {"noop": {"enabled": True}, "anonymous": {"enabled": True}},
        "authorizers": {"allow": {"enabled": True}},
        "mutators": {"header": {"enabled": True, "config": {"headers": {"X-Other": "text"}}}},
    }
    world = World("small", config, "toml", [[shown, other]], [("inline", "yaml")])
    request = {"method": "GET", "url": "https://api.example.com/shown?q=1", "headers": [["Accept", "text/html"]]}
    world.cases = [{"name": name, "request": dict(request), "stubs": []} for name in "abc"]
    commands = (SERVE, f"env AUTHENTICATORS_ANONYMOUS_CONFIG_SUBJECT=other {SERVE}")
    differing = world_run.run(world, commands).observations[1]
    assert differing.differences == ['.headers.x-shown: want "a anonymous b", got "a other b"']
    small = shrink.Shrinker(commands, 40).shrink(world, differing)
    assert [one["id"] for one in small.all_rules()] == ["shown"]
    assert len(small.cases) == 1
    assert small.all_rules()[0]["mutators"][0]["config"]["headers"].keys() == {"X-Shown"}
    assert "headers" not in small.cases[0]["request"]
