"""An API of an app's own, put behind the gate by the packed npm package."""

from __future__ import annotations

import pytest

from .own_app import OwnApp
from .second_stage import cookie, session

ADA = cookie("ada-of-the-own-app")


@pytest.fixture(scope="module")
def app(gate):
    app = OwnApp(gate.cloud)
    app.compile()
    app.deploy()
    gate.cloud.add_sessions({"ada-of-the-own-app": session("ada")})
    yield app
    app.delete()


def test_cfn_lint_finds_nothing_in_the_template(app):
    assert app.lint() == ""


def headers_at_the_backend(app: OwnApp, name: str) -> list[str]:
    [request] = app.cloud.backend_requests()
    return [value for key, value in request["headers"] if key.lower() == name.lower()]


def test_a_client_with_a_session_reaches_the_backend_with_the_vouched_user(app):
    assert app.send("GET", "/orders", [ADA]).status == 200
    assert headers_at_the_backend(app, "X-User") == ["ada"]


def test_a_client_without_one_is_refused_as_in_oathkeeper(app):
    response = app.send("GET", "/orders", [("Origin", "https://app.example.com")])
    assert response.status == 401
    assert response.json["error"]["code"] == 401
    assert response.header("access-control-allow-origin") == "https://app.example.com"
    assert app.cloud.backend_requests() == []


@pytest.mark.parametrize("name", ["X-User", "x-user"])
def test_a_client_that_forges_a_vouched_header_is_refused(app, name):
    assert app.send("GET", "/orders", [ADA, (name, "root")]).status == 403
    assert app.cloud.backend_requests() == []


def test_a_function_reads_what_the_gate_vouches_for_in_its_event(app):
    response = app.send("GET", "/profile", [ADA])
    assert (response.status, response.json) == (200, {"user": "ada"})
    assert app.send("GET", "/profile").status == 401


@pytest.mark.parametrize("name", ["X-User", "x-user"])
def test_an_excluded_method_is_open_and_lets_no_client_forge_a_vouched_header(app, mappings, name):
    assert app.send("GET", "/health", [(name, "root")]).status == 200
    assert set(headers_at_the_backend(app, "X-User")) == {"none"}


def test_a_preflight_is_answered_without_the_gate(app):
    response = app.send("OPTIONS", "/orders", [("Origin", "https://app.example.com")])
    assert (response.status, response.header("access-control-allow-origin")) == (204, "https://app.example.com")
    assert app.cloud.backend_requests() == []


def test_a_method_that_the_api_does_not_have_is_not_there(app):
    assert app.send("DELETE", "/orders", [ADA]).status in (403, 404)
    assert app.cloud.backend_requests() == []
