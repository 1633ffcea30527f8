"""The campaigns of mutations: each is complete, draws the same requests under the same seed, and can fail."""

import json

import pytest

from conformance import bypass, mutations
from conformance.suite import find
from conformance.tests.test_bypasses import ROOT

CAMPAIGNS = [
    (one, campaign)
    for one in find([ROOT / "conformance" / "bypasses"])
    if (one.folder / mutations.FILE).exists()
    for campaign in json.loads((one.folder / mutations.FILE).read_text(encoding="utf8"))["campaigns"]
]

each_campaign = pytest.mark.parametrize(
    ("one", "campaign"), CAMPAIGNS, ids=[f"{one.name}: {campaign['name']}" for one, campaign in CAMPAIGNS]
)


class Stage:
    """A stage without placeholders and keys."""

    suite = folder = None

    @staticmethod
    def filled(value):
        return value


class Gate:
    """A gate that decides about every request alike."""

    def __init__(self, status):
        self.status = status

    def decide(self, request, logged=True):
        return {"status": self.status, "headers": {"x-user": "mallory"}}


def tried(campaign, status, monkeypatch):
    monkeypatch.setattr(bypass, "made_tokens", lambda one, stage: dict.fromkeys(one.get("tokens", {}), "t"))
    return mutations.attack(campaign, Gate(status), Stage, "1", 50)


@each_campaign
def test_a_gate_that_grants_everything_fails_at_every_mutation(one, campaign, monkeypatch):
    requests, found = tried(campaign, 200, monkeypatch)
    assert len(found) >= requests > 0


@each_campaign
def test_a_gate_that_refuses_everything_fails(one, campaign, monkeypatch):
    _, found = tried(campaign, 403, monkeypatch)
    assert len(found) == len(campaign["legitimate"]) > 0


@each_campaign
def test_a_campaign_names_gates_and_uses_every_set(one, campaign):
    assert set(campaign.get("on", bypass.GATES)) <= set(bypass.GATES)
    used = json.dumps([campaign["requests"], campaign.get("forged")])
    assert [name for name in campaign["sets"] if f"{{{name}}}" not in used] == []


def test_a_seed_draws_the_same_requests_and_another_seed_others():
    campaign = {
        "name": "a",
        "sets": {"x": list("abcdefghij"), "y": list("0123456789")},
        "requests": [{"target": "{x}{y}"}],
    }
    first, again, other = (mutations.drawn(campaign, seed, 10) for seed in ("1", "1", "2"))
    assert first == again != other
    assert len(first) == 10
    assert len(mutations.drawn(campaign, "1", 1000)) == 100


def test_every_choice_is_made_and_put_in_as_it_is():
    campaign = {"sets": {"x": ['"', "\\", "\u00ff"]}, "requests": [{"target": "/{x}/{x}", "headers": [["{x}", "a"]]}]}
    requests = mutations.drawn({"name": "a", **campaign}, "1", 100)
    assert [request["target"] for request in requests] == ['/"/"', "/\\/\\", "/\u00ff/\u00ff"]
