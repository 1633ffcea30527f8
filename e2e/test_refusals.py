"""A refusal tells programs, browsers and pages of other origins why."""

from __future__ import annotations

import pytest

from local.demo_requests import SESSION


def error(response) -> tuple[int, str]:
    """The status that the body names, and its sentence."""
    shown = response.json["error"]
    return shown["code"], shown["message"]


@pytest.mark.parametrize(
    ("path", "headers", "status", "code", "message"),
    [
        ("/v1/account/7", [], 401, 401, "Access credentials are invalid"),
        (
            "/v1/account/7",
            [("Cookie", "ory_kratos_session=expired-session")],
            401,
            401,
            "Access credentials are invalid",
        ),
        ("/v1/closed", [], 403, 403, "Access credentials are not sufficient to access this resource"),
        ("/v1/nowhere", [SESSION], 403, 404, "Requested url does not match any rules"),
        ("/v1/public/a%2Fb", [], 403, 400, "The request was malformed or contained invalid parameters"),
        ("/health", [("X_User", "x")], 403, 400, "The request was malformed or contained invalid parameters"),
    ],
)
def test_the_body_has_the_status_that_was_decided(gate, path, headers, status, code, message):
    response = gate.send("GET", path, headers)
    assert response.status == status
    assert response.header("content-type") == "application/json"
    assert error(response) == (code, message)
    assert response.header("cache-control") == "no-store"
    assert (response.header("refresh"), response.header("location")) == (None, None)
    assert gate.cloud.backend_requests() == []


def test_a_browser_is_redirected_to_the_login_and_a_program_reads_why(gate):
    response = gate.send("GET", "/app/home?tab=1", [("Accept", "text/html")])
    login = "https://www.example.test/login?return_to=https%3A%2F%2Fapi.example.test%2Fapp%2Fhome%3Ftab%3D1"
    assert response.status == 403
    assert (response.header("refresh"), response.header("location")) == (f"0; url={login}", login)
    assert error(response)[0] == 401


@pytest.mark.parametrize(("mode", "status"), [("limit", 500), ("error", 401), ("html", 403)])
def test_what_a_failing_session_service_leads_to(gate, mode, status):
    gate.cloud.set_session_service(mode)
    try:
        response = gate.send("GET", "/v1/account/7", [SESSION])
    finally:
        gate.cloud.set_session_service("normal")
    assert response.status == status
    assert error(response)[0] == status
    assert response.header("cache-control") == "no-store"
    assert gate.cloud.backend_requests() == []
    assert gate.send("GET", "/v1/account/7", [SESSION]).status == 200


def test_a_stage_for_browsers_redirects_them_with_a_302(second):
    response = second.send("GET", "/page/home?tab=1")
    login = "https://www.example.test/login?to=https%3A%2F%2Fapi.example.test%2Fpage%2Fhome%3Ftab%3D1"
    assert (response.status, response.header("location")) == (302, login)
    assert response.header("refresh") is None
    assert error(response)[0] == 401


@pytest.mark.parametrize(("path", "code"), [("/closed/a", 403), ("/nowhere", 404)])
def test_on_such_a_stage_other_refusals_have_no_location(second, path, code):
    response = second.send("GET", path)
    assert (response.status, response.header("location")) == (302, None)
    assert error(response)[0] == code


def test_a_401_has_the_challenge_that_is_configured(second, gate):
    response = second.send("GET", "/user/a")
    assert (response.status, response.header("www-authenticate")) == (401, "Basic realm=members")
    assert error(response)[0] == 401
    assert gate.send("GET", "/v1/account/7").header("www-authenticate") is None


ALLOWED = ["https://app.example.test", "https://admin.example.test"]

#: Not allowed, though a careless comparison would take them for allowed.
NOT_ALLOWED = ["https://evil.test", "https://admin.example.test.evil.test", "http://admin.example.test", "null", ""]


@pytest.mark.parametrize("origin", ALLOWED)
@pytest.mark.parametrize("name", ["Origin", "origin"])
def test_a_page_of_each_allowed_origin_can_call_and_read_a_refusal_for_good(second, origin, name, mappings):
    preflight = second.send("OPTIONS", "/closed/a", [(name, origin), ("Access-Control-Request-Method", "GET")])
    assert (preflight.status, preflight.body) == (204, b"")
    for response in (preflight, second.send("GET", "/closed/a", [(name, origin)])):
        assert response.all("access-control-allow-origin") == [origin]
        assert response.header("access-control-allow-credentials") == "true"
        assert "Origin" in response.header("vary")


@pytest.mark.parametrize("origin", ALLOWED)
def test_a_page_of_each_allowed_origin_can_read_that_it_needs_credentials(second, origin, mappings):
    response = second.send("GET", "/user/a", [("origin", origin)])
    assert response.status == 401
    assert response.all("access-control-allow-origin") == [origin]
    assert response.header("access-control-allow-credentials") is None
    assert "Origin" in response.header("vary")


@pytest.mark.parametrize("origin", NOT_ALLOWED)
@pytest.mark.parametrize("name", ["Origin", "origin"])
def test_a_page_of_another_origin_is_named_by_no_preflight_and_no_refusal_for_good(second, origin, name, mappings):
    preflight = second.send("OPTIONS", "/closed/a", [(name, origin), ("Access-Control-Request-Method", "GET")])
    assert preflight.all("access-control-allow-origin") == [ALLOWED[0]]
    for path in ("/closed/a", "/nowhere", "/open/..%2fa"):
        assert second.send("GET", path, [(name, origin)]).header("access-control-allow-origin") is None


def test_a_page_can_read_the_gateway_s_own_responses_too(second):
    second.cloud.backend.stop()
    try:
        response = second.send("GET", "/open/a", [("origin", "https://app.example.test")])
    finally:
        second.cloud.backend.start()
    # AWS responds 504 here, the emulator 500.
    assert response.status >= 500
    assert response.header("access-control-allow-origin") == "https://app.example.test"
    assert second.send("GET", "/open/a").status == 200
