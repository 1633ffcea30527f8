"""The known attacks as data: each is complete, each can fail, and the page lists the same ones."""

import json
from pathlib import Path

import pytest

from conformance import bypass, bypass_table, forgery, token
from conformance.suite import find

ROOT = Path(__file__).parent.parent.parent
SUITES = find([ROOT / "conformance" / "bypasses"])
CASES = [(one, case) for one in SUITES for case in one.cases]
#: The decision of a gate that refuses everything.
REFUSAL = {"status": 403, "code": "forbidden", "rule": None, "headers": {}, "calls": []}

each_case = pytest.mark.parametrize(("one", "case"), CASES, ids=[f"{one.name}: {case['name']}" for one, case in CASES])


def of_kind(case, kind):
    return [exchange for exchange in case["requests"] if exchange["kind"] == kind]


def disagreements(exchange, gate, decided):
    return list(bypass.disagreements(bypass.expected(exchange, gate), decided))


@each_case
def test_a_case_names_the_products_it_hit_what_it_was_and_how_the_gate_answers(one, case):
    assert {"name", "hit", "was", "answers", "naive", "requests"} <= set(case)
    assert case["hit"], "no product"
    for entry in case["hit"]:
        assert set(entry) == {"product", "id", "url"}
        assert entry["url"].startswith("https://")
    assert set(case.get("on", bypass.GATES)) <= set(bypass.GATES)
    assert {exchange["kind"] for exchange in case["requests"]} == {"attack", "legitimate"}


@each_case
def test_a_naive_gate_fails_at_every_attack(one, case):
    assert case["naive"]["does"]
    for exchange in of_kind(case, "attack"):
        decided = {"code": "granted", "rule": None, **bypass.naive_decision(case, exchange)}
        for gate in case.get("on", bypass.GATES):
            assert disagreements(exchange, gate, decided), (gate, exchange["request"])


@each_case
def test_a_gate_that_refuses_everything_fails_at_every_case(one, case):
    for exchange in of_kind(case, "legitimate"):
        for gate in case.get("on", bypass.GATES):
            assert disagreements(exchange, gate, REFUSAL), (gate, exchange["request"])


def test_no_two_cases_of_a_kind_have_the_same_name():
    names = [(one.name, case["name"]) for one, case in CASES]
    assert len(names) == len(set(names))


def test_the_page_lists_the_same_attacks_as_the_cases():
    text = bypass_table.PAGE.read_text(encoding="utf8")
    assert bypass_table.page(SUITES, text) == text, (
        "out of date, run: python -m conformance bypasses-table conformance/bypasses"
    )


def test_a_case_that_the_page_lacks_is_noticed():
    text = bypass_table.PAGE.read_text(encoding="utf8")
    assert bypass_table.page(SUITES[1:], text) != text


def test_a_policy_that_is_not_for_the_request_is_noticed():
    api = "arn:aws:execute-api:eu-west-1:123456789012:abcdef1234/test/GET/"
    granted = {"status": 200, "headers": {}}
    for requested, allowed in (
        ("*", "*"),
        ("a?", "a?"),
        ("${aws:username}", "${aws:username}"),
        ("a", "b"),
        ("a/b", "a"),
    ):
        decided = {**granted, "arn": api + requested, "resource": api + allowed}
        assert list(bypass.disagreements({"status": 200}, decided)), (requested, allowed)
    for requested, allowed in (("a", "a"), ("*", "%2A"), ("a%20b", "a%20b")):
        decided = {**granted, "arn": api + requested, "resource": api + allowed}
        assert not list(bypass.disagreements({"status": 200}, decided)), (requested, allowed)


def test_a_token_that_is_described_without_a_flaw_is_one_that_verifies():
    folder = ROOT / "conformance" / "bypasses" / "tokens"
    signers = {key["kid"]: key for key in json.loads((folder / "signers.json").read_text())["keys"]}
    keys = json.loads((folder / "keys.json").read_text())["keys"]
    for kid in ("rsa-1", "ec-1"):
        made = forgery.token({"key": kid, "claims": {"sub": "ada", "exp": "now+60"}}, signers)
        assert token.show(f"Bearer {made}", keys)["verified"], kid
        forged = forgery.token({"key": kid, "claims": {"sub": "ada"}, "signature": "AAAA"}, signers)
        assert not token.show(f"Bearer {forged}", keys)["verified"], kid
