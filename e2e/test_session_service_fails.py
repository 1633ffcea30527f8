"""No request passes while the session service fails, and all do again once it is back."""

from __future__ import annotations

import pytest

from local.demo_requests import ADA, SESSION

from .seen import users


def assert_refused(gate):
    """Neither the account nor the page that welcomes guests is granted to a session that could not be checked."""
    for path in ("/v1/account/7", "/v1/public/news"):
        response = gate.send("GET", path, [SESSION])
        assert response.status in (401, 403, 500), path
    assert gate.cloud.backend_requests() == []


def assert_recovered(gate):
    assert gate.send("GET", "/v1/account/7", [SESSION]).status == 200
    assert users(gate.cloud.backend_requests()[0]) == [ADA]


@pytest.mark.parametrize("mode", ["error", "html", "garbage", "hang"])
def test_a_session_service_that_misbehaves(gate, mode):
    gate.cloud.set_session_service(mode)
    try:
        assert_refused(gate)
        # Rules without a session service go on working.
        assert gate.send("GET", "/health").status == 200
        gate.cloud.forget_backend_requests()
    finally:
        gate.cloud.set_session_service("normal")
    assert_recovered(gate)


def test_a_session_service_that_is_down(gate):
    gate.cloud.sessions.stop()
    try:
        assert_refused(gate)
    finally:
        gate.cloud.sessions.start()
    assert_recovered(gate)
