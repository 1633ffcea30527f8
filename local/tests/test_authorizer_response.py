"""An authorizer's response is read as strictly as AWS reads it."""

from __future__ import annotations

import pytest


def test_exactly_unauthorized_is_a_401(api):
    response = api.send("GET", "/x", authorizer={"error": "Unauthorized"})
    assert (response.status, response.json) == (401, {"message": "Unauthorized"})


@pytest.mark.parametrize("message", ["unauthorized", "UNAUTHORIZED", "Unauthorized.", " Unauthorized", "broken"])
def test_any_other_message_is_a_500(api, message):
    assert api.send("GET", "/x", authorizer={"error": message}).status == 500


@pytest.mark.parametrize("value", [{"a": 1}, ["a"], None])
def test_a_context_value_of_another_type_is_a_500(api, value):
    assert api.send("GET", "/x", authorizer={"context": {"x-user": value}}).status == 500


def test_numbers_and_booleans_arrive_as_strings(api):
    assert _header(api.send("GET", "/x", authorizer={"context": {"x-user": True}}), "x-user") == ["true"]
    assert _header(api.send("GET", "/x", authorizer={"context": {"x-user": 7}}), "x-user") == ["7"]


def test_a_resource_of_more_than_512_characters_is_a_500(api):
    assert api.send("GET", "/x", authorizer={"resource": "arn:aws:execute-api:*" + "x" * 500}).status == 500


def test_a_response_without_a_policy_is_a_500(api):
    assert api.send("GET", "/x", authorizer={"raw": {"isAuthorized": True}}).status == 500
    assert api.send("GET", "/x", authorizer={"raw": "yes"}).status == 500


def test_a_policy_for_another_path_is_a_403(api):
    assert api.send("GET", "/x", authorizer={"resource": "arn:aws:execute-api:us-east-1:1:other/*"}).status == 403


def _header(response, name):
    return [value for key, value in response.json["headers"] if key.lower() == name]
