"""The known attacks as data: each is whole, each can fail, and the page tells the same ones."""

import json
from pathlib import Path

import pytest

from conformance import bypass, bypass_table, forgery, token
from conformance.suite import find

ROOT = Path(__file__).parent.parent.parent
SUITES = find([ROOT / "conformance" / "bypasses"])
CASES = [(one, case) for one in SUITES for case in one.cases]
#: What a gate answers that refuses everything.
REFUSAL = {"status": 403, "code": "forbidden", "rule": None, "headers": {}, "asked": []}

each_case = pytest.mark.parametrize(("one", "case"), CASES, ids=[f"{one.name}: {case['name']}" for one, case in CASES])


def of_kind(case, kind):
    return [exchange for exchange in case["requests"] if exchange["kind"] == kind]


def disagreements(exchange, gate, answer):
    return list(bypass.disagreements(bypass.expected(exchange, gate), answer))


@each_case
def test_a_case_says_whom_it_hit_what_it_was_and_how_the_gate_answers(one, case):
    assert {"name", "hit", "was", "answers", "naive", "requests"} <= set(case)
    assert case["hit"], "whom it hit"
    for entry in case["hit"]:
        assert set(entry) == {"product", "id", "url"}
        assert entry["url"].startswith("https://")
    assert set(case.get("on", bypass.GATES)) <= set(bypass.GATES)
    assert {exchange["kind"] for exchange in case["requests"]} == {"attack", "legitimate"}


@each_case
def test_a_naive_gate_fails_at_every_attack(one, case):
    assert case["naive"]["does"]
    for exchange in of_kind(case, "attack"):
        answer = {"code": "granted", "rule": None, **bypass.naive_answer(case, exchange)}
        for gate in case.get("on", bypass.GATES):
            assert disagreements(exchange, gate, answer), (gate, exchange["request"])


@each_case
def test_a_gate_that_refuses_everything_fails_at_every_case(one, case):
    for exchange in of_kind(case, "legitimate"):
        for gate in case.get("on", bypass.GATES):
            assert disagreements(exchange, gate, REFUSAL), (gate, exchange["request"])


def test_no_two_cases_of_a_kind_have_the_same_name():
    names = [(one.name, case["name"]) for one, case in CASES]
    assert len(names) == len(set(names))


def test_the_page_tells_the_same_attacks_as_the_cases():
    text = bypass_table.PAGE.read_text(encoding="utf8")
    assert bypass_table.page(SUITES, text) == text, "write it anew: python -m conformance bypasses-table"


def test_a_case_that_the_page_lacks_is_noticed():
    text = bypass_table.PAGE.read_text(encoding="utf8")
    assert bypass_table.page(SUITES[1:], text) != text


def test_a_policy_that_is_not_for_what_was_asked_is_noticed():
    api = "arn:aws:execute-api:eu-west-1:123456789012:abcdef1234/test/GET/"
    granted = {"status": 200, "headers": {}}
    for asked, allowed in (("*", "*"), ("a?", "a?"), ("${aws:username}", "${aws:username}"), ("a", "b"), ("a/b", "a")):
        answer = {**granted, "arn": api + asked, "resource": api + allowed}
        assert list(bypass.disagreements({"status": 200}, answer)), (asked, allowed)
    for asked, allowed in (("a", "a"), ("*", "%2A"), ("a%20b", "a%20b")):
        answer = {**granted, "arn": api + asked, "resource": api + allowed}
        assert not list(bypass.disagreements({"status": 200}, answer)), (asked, allowed)


def test_a_token_that_is_described_without_a_flaw_is_one_that_verifies():
    folder = ROOT / "conformance" / "bypasses" / "tokens"
    signers = {key["kid"]: key for key in json.loads((folder / "signers.json").read_text())["keys"]}
    keys = json.loads((folder / "keys.json").read_text())["keys"]
    for kid in ("rsa-1", "ec-1"):
        made = forgery.token({"key": kid, "claims": {"sub": "ada", "exp": "now+60"}}, signers)
        assert token.show(f"Bearer {made}", keys)["verified"], kid
        forged = forgery.token({"key": kid, "claims": {"sub": "ada"}, "signature": "AAAA"}, signers)
        assert not token.show(f"Bearer {forged}", keys)["verified"], kid
