"""Attacks beside the known ones: every spelling of a kind, put into a request in every place where it fits.

A folder of `conformance/bypasses/` may hold `mutations.json`: campaigns that its rules are attacked in. A campaign has
`sets`, lists of spellings by name, and `requests` in whose texts `{name}` stands for one of them: each request is sent with
every choice. `granted` is what the decision may be: `false` where none of them may be granted, or headers with the values that a
grant may have. `legitimate` requests have to be granted all the same. `on` names the gates, all three without it. `forged`
holds descriptions of tokens (`forgery.py`), each with every choice too: the set `forged` is all of them.

There are more choices than a test has time for: `count` of each campaign are drawn, the same ones under the same seed.
"""

import json
import math
import random
import re
from concurrent.futures import ThreadPoolExecutor

from . import bypass, suite
from .gates import Request
from .upstream import Upstream

FILE = "mutations.json"
#: Where a spelling of a set goes in a text.
NAME = re.compile(r"\{(\w+)\}")


def run(suites, arguments, report):
    with_mutations = [one for one in suites if (one.folder / FILE).exists()]
    with ThreadPoolExecutor(arguments.jobs) as pool:
        for results in pool.map(lambda one: run_suite(one, arguments), with_mutations):
            for name, tried, differences in results:
                report.case(f"{name}, {tried} requests", differences)


def run_suite(one, arguments):
    """The name, the number of requests and the differences of each campaign at each gate."""
    campaigns = json.loads((one.folder / FILE).read_text(encoding="utf8"))["campaigns"]
    upstream = Upstream()
    try:
        with suite.Stage(one, upstream.url) as stage:
            upstream.load(stage.filled(one.spec.get("stubs", [])))
            results = []
            for name, gate in bypass.gates(stage, arguments):
                with gate:
                    for campaign in campaigns:
                        if name in campaign.get("on", bypass.GATES):
                            tried, found = attack(campaign, gate, stage, arguments.seed, arguments.count)
                            results.append((f"{one.name}/{campaign['name']} ({name})", tried, found))
            return results
    finally:
        upstream.shutdown()


def attack(campaign, gate, stage, seed, count):
    """How many requests were sent, and a line for each that came out wrong."""
    forged = forged_tokens(campaign)
    requests = drawn(with_set(campaign, forged), seed, count)
    used = set(re.findall(r"\$\{TOKEN:(forged-\d+)\}", json.dumps(requests)))
    described = {**campaign.get("tokens", {}), **{name: forged[name] for name in used}}
    tokens = bypass.made_tokens({"tokens": described}, stage)
    found = []
    for request in campaign["legitimate"]:
        decided = decision(gate, bypass.filled(request, stage, tokens))
        if decided["status"] != 200:
            found.append(f"{request}: {decided['status']}, and it has to be granted")
    for request in requests:
        found.extend(wrong(campaign, request, decision(gate, bypass.filled(request, stage, tokens))))
    return len(requests), found


def forged_tokens(campaign):
    """The descriptions of all forged tokens, by name."""
    described = [token for one in campaign.get("forged", []) for token in every_choice(one, campaign["sets"])]
    return {f"forged-{place}": token for place, token in enumerate(described)}


def with_set(campaign, forged):
    """The campaign with a set of those tokens."""
    return {**campaign, "sets": {**campaign["sets"], "forged": [f"${{TOKEN:{name}}}" for name in forged]}}


def decision(gate, request):
    try:
        return gate.decide(Request(request), logged=False)
    except (OSError, ValueError) as error:
        return {"status": 0, "headers": {}, "error": repr(error)}


def wrong(campaign, request, decided):
    """A line where a decision is not one of those that a campaign allows."""
    allowed = campaign["granted"]
    if decided["status"] != 200:
        return
    if allowed is False:
        yield f"{request}: granted, {decided['headers']}"
        return
    for name, values in allowed.items():
        if decided["headers"].get(name) not in values:
            yield f"{request}: granted, and {name} is {decided['headers'].get(name)!r}"


def drawn(campaign, seed, count):
    """The requests of a campaign: all of them, or `count` of them in the order that they are made in."""
    sets = campaign["sets"]
    sizes = [how_many(request, sets) for request in campaign["requests"]]
    places = range(sum(sizes))
    if len(places) > count:
        places = sorted(random.Random(f"{seed} {campaign['name']}").sample(places, count))
    requests = []
    for place in places:
        index = 0
        while place >= sizes[index]:
            place -= sizes[index]
            index += 1
        requests.append(choice(campaign["requests"][index], sets, place))
    return requests


def every_choice(value, sets):
    """A value of JSON with each choice of replacements for the `{name}`s in its texts."""
    return [choice(value, sets, place) for place in range(how_many(value, sets))]


def how_many(value, sets):
    return math.prod(len(sets[name]) for name in names_in(value))


def choice(value, sets, place):
    """The choice at a place among all choices."""
    chosen = {}
    for name in names_in(value):
        place, index = divmod(place, len(sets[name]))
        chosen[name] = json.dumps(sets[name][index])[1:-1]
    return json.loads(NAME.sub(lambda hit: chosen[hit[1]], json.dumps(value)))


def names_in(value):
    return list(dict.fromkeys(NAME.findall(json.dumps(value))))
