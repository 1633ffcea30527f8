"""An authorizer's answer is read as strictly as AWS reads it."""

from __future__ import annotations

import pytest


def test_exactly_unauthorized_is_a_401(api):
    answer = api.ask("GET", "/x", answer={"error": "Unauthorized"})
    assert (answer.status, answer.json) == (401, {"message": "Unauthorized"})


@pytest.mark.parametrize("message", ["unauthorized", "UNAUTHORIZED", "Unauthorized.", " Unauthorized", "broken"])
def test_any_other_message_is_a_500(api, message):
    assert api.ask("GET", "/x", answer={"error": message}).status == 500


@pytest.mark.parametrize("value", [{"a": 1}, ["a"], None])
def test_a_context_value_of_another_type_is_a_500(api, value):
    assert api.ask("GET", "/x", answer={"context": {"x-user": value}}).status == 500


def test_numbers_and_booleans_arrive_as_strings(api):
    assert _header(api.ask("GET", "/x", answer={"context": {"x-user": True}}), "x-user") == ["true"]
    assert _header(api.ask("GET", "/x", answer={"context": {"x-user": 7}}), "x-user") == ["7"]


def test_a_resource_of_more_than_512_characters_is_a_500(api):
    assert api.ask("GET", "/x", answer={"resource": "arn:aws:execute-api:*" + "x" * 500}).status == 500


def test_an_answer_that_is_no_policy_is_a_500(api):
    assert api.ask("GET", "/x", answer={"raw": {"isAuthorized": True}}).status == 500
    assert api.ask("GET", "/x", answer={"raw": "yes"}).status == 500


def test_a_policy_for_another_path_is_a_403(api):
    assert api.ask("GET", "/x", answer={"resource": "arn:aws:execute-api:us-east-1:1:other/*"}).status == 403


def _header(answer, name):
    return [value for key, value in answer.json["headers"] if key.lower() == name]
