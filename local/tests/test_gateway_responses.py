"""Gateway responses can use the authorizer's context."""

from __future__ import annotations


def denied(api, context, headers=()):
    return api.send("GET", "/closed", headers, authorizer={"effect": "Deny", "context": context})


def test_the_body_has_the_authorizer_s_context(api):
    response = denied(api, {"status": 404, "body": '{"code":404}'})
    assert response.status == 403
    assert response.json == {
        "status": "404",
        "body": {"code": 404},
        "type": "ACCESS_DENIED",
        "gone": "",
        "path": "/test/closed",
    }


def test_a_value_is_put_in_once_and_not_read_again(api):
    response = denied(api, {"status": "$context.requestId", "body": "1"})
    assert response.json["status"] == "$context.requestId"


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
    response = denied(api, {"body": "2"})
    assert response.header("refresh") is None
    assert response.json["body"] == 2
