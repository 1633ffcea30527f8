"""The authorizer's event is what AWS sends."""

from __future__ import annotations

import pytest

ALLOW = {"effect": "Allow"}


def event_for(api, method, path, headers=(), host=None):
    response = api.send(method, path, headers, authorizer=ALLOW, host=host)
    assert response.status == 200, response.body
    return api.event()


@pytest.mark.parametrize(
    ("sent", "path", "context_path"),
    [
        ("/a%2Fb%20c/..%2fx//y", "/a%2Fb%20c/..%2fx//y", "/test/a%2Fb%20c/..%2fx//y"),
        ("/a/../b/./c", "/a/../b/./c", "/test/a/../b/./c"),
        ("/%2e%2e/%2E/x", "/%2e%2e/%2E/x", "/test/%2e%2e/%2E/x"),
        ("//double", "/double", "/test//double"),
        ("/trailing/", "/trailing/", "/test/trailing/"),
        ("/a;b=c/%00/%ff", "/a;b=c/%00/%ff", "/test/a;b=c/%00/%ff"),
        ("/caf%C3%A9", "/caf%C3%A9", "/test/caf%C3%A9"),
        ("/", "/", "/test/"),
    ],
)
def test_the_path_arrives_as_the_client_encoded_it(api, sent, path, context_path):
    event = event_for(api, "GET", sent)
    assert event["path"] == path
    assert event["requestContext"]["path"] == context_path
    assert event["methodArn"].endswith(f"/test/GET{path}")


def test_an_encoded_slash_after_the_stage_is_another_stage(api):
    assert api.send("GET", "%2Fopen", authorizer=ALLOW).status == 403


def test_header_names_keep_their_case_and_repeats(api):
    event = event_for(api, "GET", "/x", [("X-MiXed", "1"), ("x-repeat", "a"), ("x-repeat", "b, c"), ("X_User", "u")])
    assert event["headers"]["X-MiXed"] == "1"
    assert event["multiValueHeaders"]["x-repeat"] == ["a", "b, c"]
    assert event["headers"]["x-repeat"] == "b, c"
    assert event["headers"]["X_User"] == "u"


def test_cookies_on_two_lines_stay_two_values(api):
    event = event_for(api, "GET", "/x", [("Cookie", "a=1"), ("Cookie", "b=2")])
    assert event["multiValueHeaders"]["Cookie"] == ["a=1", "b=2"]


def test_headers_dropped_at_the_door_do_not_reach_the_authorizer(api):
    event = event_for(api, "GET", "/x", [("TE", "trailers"), ("Max-Forwards", "3"), ("Keep", "me")])
    names = {name.lower() for name in event["headers"]}
    assert "keep" in names
    assert not names & {"te", "max-forwards", "connection", "content-length"}


def test_forwarded_headers_are_extended_and_the_source_is_the_peer(api):
    event = event_for(api, "GET", "/x", [("X-Forwarded-For", "203.0.113.9"), ("X-Forwarded-Proto", "gopher")])
    assert event["headers"]["X-Forwarded-For"] == "203.0.113.9, 127.0.0.1"
    assert event["multiValueHeaders"]["X-Forwarded-Proto"] == ["https"]
    assert event["requestContext"]["identity"]["sourceIp"] == "127.0.0.1"


def test_repeated_query_keys_give_the_last_and_all(api):
    event = event_for(api, "GET", "/x?a=1&b=%2F&a=2&empty")
    assert event["queryStringParameters"] == {"a": "2", "b": "/", "empty": ""}
    assert event["multiValueQueryStringParameters"] == {"a": ["1", "2"], "b": ["/"], "empty": [""]}


def test_what_is_absent_is_null(api):
    event = event_for(api, "GET", "/")
    assert event["queryStringParameters"] is None
    assert event["multiValueQueryStringParameters"] is None
    assert event["pathParameters"] is None
    assert event["stageVariables"] == {"color": "green"}


def test_the_greedy_parameter_is_raw_and_has_no_slash_at_its_end(api):
    assert event_for(api, "GET", "/a%2Fb//c/")["pathParameters"] == {"proxy": "a%2Fb//c"}


def test_the_request_context_is_complete(api):
    context = event_for(api, "POST", "/x", [("User-Agent", "tester")])["requestContext"]
    assert context["domainName"] == f"{api.api_id}.execute-api.localhost"
    assert context["domainPrefix"] == api.api_id
    assert context["httpMethod"] == "POST"
    assert context["protocol"] == "HTTP/1.1"
    assert context["stage"] == "test"
    assert context["resourcePath"] == "/{proxy+}"
    assert isinstance(context["requestTimeEpoch"], int)
    assert len(context["requestId"]) == 36
    assert context["identity"]["userAgent"] == "tester"
    assert context["identity"]["accessKey"] is None
    assert context["deploymentId"]


def test_the_emulator_s_own_addresses_give_the_same_event(api):
    from local.cloud.gateway_client import send

    port = api.cloud.port
    for prefix in (f"_aws/execute-api/{api.api_id}/test", f"restapis/{api.api_id}/test/_user_request_"):
        response = send(port, api.api_id, prefix, "GET", "/a%2Fb", host=f"localhost:{port}")
        assert response.status == 200
        assert api.event()["path"] == "/a%2Fb"
        assert api.event()["requestContext"]["domainName"] == f"{api.api_id}.execute-api.localhost"
