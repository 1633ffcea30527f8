"""Gateway responses can speak with the authorizer's context."""

from __future__ import annotations


def denied(api, context, headers=()):
    return api.ask("GET", "/closed", headers, answer={"effect": "Deny", "context": context})


def test_the_body_holds_the_authorizers_context(api):
    answer = denied(api, {"status": 404, "body": '{"code":404}'})
    assert answer.status == 403
    assert answer.json == {
        "status": "404",
        "body": {"code": 404},
        "type": "ACCESS_DENIED",
        "gone": "",
        "path": "/test/closed",
    }


def test_a_value_is_put_in_once_and_not_read_again(api):
    answer = denied(api, {"status": "$context.requestId", "body": "1"})
    assert answer.json["status"] == "$context.requestId"


def test_headers_are_mapped_and_absent_ones_left_out(api):
    with_refresh = denied(
        api, {"body": "1", "refresh": "0; url=https://www.example.com/login"}, [("Origin", "https://a.example")]
    )
    assert with_refresh.header("refresh") == "0; url=https://www.example.com/login"
    assert with_refresh.header("x-origin") == "https://a.example"
    assert with_refresh.header("x-fixed") == "fixed"
    assert with_refresh.header("x-request") == with_refresh.header("x-amzn-requestid")
    without = denied(api, {"body": "1"})
    assert without.header("refresh") is None
    assert without.header("x-origin") is None


def test_no_context_of_an_earlier_request_is_left_over(api):
    denied(api, {"body": "1", "refresh": "0; url=https://www.example.com/login"})
    answer = denied(api, {"body": "2"})
    assert answer.header("refresh") is None
    assert answer.json["body"] == 2
