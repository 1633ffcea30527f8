"""A stage that keeps sessions sends fewer session requests, and keeps no session longer than configured."""

from __future__ import annotations

import time

from .second_stage import SESSION_TTL, cookie, session


def session_requests(gate, send) -> int:
    """How many requests the session service receives while `send` runs."""
    before = gate.cloud.session_requests()
    send()
    return gate.cloud.session_requests() - before


def test_a_session_is_requested_once_for_all_rules(second):
    second.cloud.add_sessions({"kept": session("kept")})

    def send():
        for path in ("/user/a", "/user/b", "/mail/a", "/page/a"):
            assert second.send("GET", path, [cookie("kept")]).status == 200

    assert session_requests(second, send) == 1
    assert session_requests(second, lambda: second.send("GET", "/user/a", [cookie("other")])) == 1


def test_without_the_setting_it_is_requested_each_time(gate):
    def send():
        for _ in range(3):
            assert gate.send("GET", "/v1/account/7", [cookie("ada-session")]).status == 200

    assert session_requests(gate, send) == 3


def test_a_user_who_signs_out_is_out_when_the_time_is_up(second):
    second.cloud.add_sessions({"ends": session("ends")})
    assert second.send("GET", "/user/a", [cookie("ends")]).status == 200
    second.cloud.add_sessions({"ends": {**session("ends"), "hours": -1}})
    time.sleep(SESSION_TTL + 0.1)
    assert second.send("GET", "/user/a", [cookie("ends")]).status == 401


def test_a_failure_is_not_kept(second):
    second.cloud.add_sessions({"lucky": session("lucky")})
    for mode, status in (("limit", 500), ("error", 401), ("html", 302)):
        second.cloud.set_session_service(mode)
        try:
            assert second.send("GET", "/user/a", [cookie("lucky")]).status == status
        finally:
            second.cloud.set_session_service("normal")
    assert second.send("GET", "/user/a", [cookie("lucky")]).status == 200
