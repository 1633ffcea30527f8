"""A policy names at most 512 characters: a longer request is refused with that reason."""

from __future__ import annotations

from local.cloud.extensions.authorizer_response import LONGEST_RESOURCE

ROUTE = "/v1/public/"


def arn(gate, path: str) -> str:
    return f"arn:aws:execute-api:us-east-1:000000000000:{gate.api_id}/{gate.stage}/GET{path}"


def test_the_longest_path_that_a_policy_can_name_passes(gate):
    path = ROUTE + "x" * (LONGEST_RESOURCE - len(arn(gate, ROUTE)))
    assert gate.send("GET", path).status == 200
    assert gate.cloud.backend_requests()[0]["path"] == path


def test_a_longer_one_is_refused_with_the_reason(gate):
    path = ROUTE + "x" * (LONGEST_RESOURCE - len(arn(gate, ROUTE)) + 1)
    for longer in (path, path + "x" * 800):
        response = gate.send("GET", longer)
        assert response.status == 403
        assert response.json["error"] == {"code": 400, "status": "Bad Request", "message": "The path is too long"}
    assert gate.cloud.backend_requests() == []


def test_a_longer_one_that_is_refused_anyway_says_why(gate):
    response = gate.send("GET", "/v1/nowhere/" + "x" * 900)
    assert (response.status, response.json["error"]["code"]) == (403, 404)
    assert gate.send("GET", "/v1/account/" + "7" * 900).status == 401
    assert gate.cloud.backend_requests() == []
