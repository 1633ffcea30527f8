"""The integration request and its response are as on AWS."""

from __future__ import annotations

import base64

import pytest


def seen(api, name, headers=(), context=None, path="/x"):
    response = api.send("GET", path, headers, authorizer={"context": context or {}})
    assert response.status == 200, response.body
    return [value for key, value in response.json["headers"] if key.lower() == name.lower()]


FORGED = [("x-user", "forged"), ("X-USER", "forged too"), ("X-User", "and this")]


def test_a_present_value_replaces_the_client_s_header_in_every_spelling(api):
    assert seen(api, "x-user", FORGED, {"x-user": "real"}) == ["real"]


def test_where_mappings_are_case_sensitive_other_spellings_arrive_too(api, case_sensitive):
    assert seen(api, "x-user", FORGED, {"x-user": "real"}) == ["forged", "forged too", "real"]
    assert seen(api, "x-user", [("X-User", "forged"), ("X-User", "forged too")], {"x-user": "real"}) == ["real"]


@pytest.mark.parametrize("spelling", ["Cookie", "cookie"])
def test_a_header_that_is_mapped_in_both_usual_spellings_is_replaced_in_both(api, case_sensitive, spelling):
    assert set(seen(api, "cookie", [(spelling, "user=forged")], {"cookie": "user=real"})) == {"user=real"}


def test_case_sensitive_mappings_end_with_the_test(api):
    assert seen(api, "x-user", FORGED, {"x-user": "real"}) == ["real"]


@pytest.mark.parametrize("context", [{}, {"x-user": ""}])
def test_an_absent_or_empty_value_lets_the_client_s_own_header_through(api, context):
    assert sorted(seen(api, "x-user", FORGED, context)) == ["and this", "forged", "forged too"]


def test_an_underscore_makes_another_header(api):
    assert seen(api, "X_User", [("X_User", "forged")], {"x-user": "real"}) == ["forged"]


def test_authorization_can_be_mapped(api):
    assert seen(api, "authorization", [("authorization", "Bearer forged")], {"authorization": "Bearer real"}) == [
        "Bearer real"
    ]


def test_static_stage_context_and_request_sources(api):
    assert seen(api, "x-static") == ["always"]
    assert seen(api, "x-stage-color") == ["green"]
    assert seen(api, "x-source", [("X-Forwarded-For", "203.0.113.9")]) == ["127.0.0.1"]
    assert seen(api, "x-copied", [("x-copy", "copy")]) == ["copy"]
    assert seen(api, "x-copied", [("x-copied", "own")]) == ["own"]


def test_a_mapped_query_parameter_is_added_to_the_client_s(api):
    response = api.send("GET", "/x?user=forged&b=%2F+1", authorizer={"context": {"x-user": "real"}})
    assert response.json["query"] == "user=forged&user=real&b=%2F%201"


@pytest.mark.parametrize(
    ("sent", "arrives"),
    [
        ("/a%2Fb//c/..%2fd/./e", "/a%2Fb//c/..%2fd/./e"),
        ("/trailing/", "/trailing"),
        ("//double", "/double"),
        ("/", "/"),
    ],
)
def test_the_backend_gets_the_path_as_it_came(api, sent, arrives):
    assert api.send("GET", sent).json["path"] == arrives


def test_other_headers_keep_case_and_repeats(api):
    response = api.send("GET", "/x", [("X-ReQuest", "1"), ("X-ReQuest", "2"), ("x-utf", "Ünal")])
    assert [pair for pair in response.json["headers"] if pair[0] == "X-ReQuest"] == [
        ["X-ReQuest", "1"],
        ["X-ReQuest", "2"],
    ]
    assert ["x-utf", "Ünal"] in response.json["headers"]


@pytest.mark.parametrize(
    "name",
    [
        "TE",
        "Expect",
        "Upgrade",
        "Via",
        "Content-Encoding",
        "Content-MD5",
        "Proxy-Authenticate",
        "Trailer",
        "Server",
        "WWW-Authenticate",
        "Max-Forwards",
    ],
)
def test_headers_that_aws_drops_do_not_arrive(api, name):
    value = "100-continue" if name == "Expect" else "x"
    assert seen(api, name, [(name, value)]) == []


@pytest.mark.parametrize(
    "upgrade",
    [
        [("Upgrade", "websocket"), ("Sec-WebSocket-Version", "13"), ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==")],
        [
            ("uPGRADE", " WebSocket "),
            ("Sec-WebSocket-Version", "13"),
            ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="),
        ],
        [("Upgrade", "h2c"), ("HTTP2-Settings", "AAMAAABkAAQAAP__")],
        [("upgrade", "H2C")],
        [("Upgrade", "websocket, h2c")],
    ],
)
@pytest.mark.parametrize("connection", [[("Connection", "Upgrade")], [("Connection", "keep-alive, upgrade")], []])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_another_protocol_is_not_switched_to(api, upgrade, connection, method):
    response = api.send(method, "/x", [*connection, *upgrade])
    assert response.status == 200, response.body
    names = {name.lower() for name, _ in response.json["headers"]}
    assert "upgrade" not in names
    assert "upgrade" not in {name.lower() for name in api.event()["headers"]}


def test_the_host_is_the_backend_s(api):
    assert seen(api, "host") == [f"127.0.0.1:{api.cloud.backend.port}"]
    assert seen(api, "x-amzn-apigateway-api-id") == [api.api_id]


def test_all_headers_of_the_response_come_back(api):
    response = api.send("GET", "/x", [("X-Echo-Status", "418")])
    assert response.status == 418
    assert response.header("x-backend") == "sample"
    assert response.all("set-cookie") == ["first=1; Path=/", "second=2; Path=/"]
    assert response.header("content-type") == "application/json; charset=utf-8"
    assert response.header("x-amzn-remapped-date")


BYTES = bytes(range(256))


def test_binary_bodies_pass_where_the_media_type_is_binary(api):
    binary = [
        ("Content-Type", "application/octet-stream"),
        ("Accept", "application/octet-stream"),
        ("X-Echo-Body", "yes"),
    ]
    assert api.send("POST", "/x", binary, BYTES).body == BYTES


def test_binary_bodies_are_damaged_where_it_is_not(api):
    response = api.send("POST", "/x", [("Content-Type", "text/plain")], BYTES)
    assert base64.b64decode(response.json["body_base64"]) == BYTES.decode("utf-8", "replace").encode()


def test_a_head_has_headers_and_no_body(api):
    response = api.send("HEAD", "/x")
    assert (response.status, response.body) == (200, b"")
    assert response.header("x-backend") == "sample"


def test_headers_of_more_than_10240_bytes_are_a_500(api):
    assert api.send("GET", "/x", authorizer={"context": {"x-user": "u" * 10_241}}).status == 500


def test_a_value_with_a_line_break_never_becomes_a_second_header(api):
    assert api.send("GET", "/x", authorizer={"context": {"x-user": "a\r\nX-Admin: yes"}}).status == 500
