"""A stage that keeps sessions asks less, and believes no longer than it says."""

from __future__ import annotations

import time

from .second_stage import SESSION_TTL, cookie, session


def questions(gate, ask) -> int:
    """How many questions the session service got while something was asked."""
    before = gate.cloud.session_questions()
    ask()
    return gate.cloud.session_questions() - before


def test_a_session_is_asked_about_once_for_all_rules(second):
    second.cloud.add_sessions({"kept": session("kept")})

    def ask():
        for path in ("/user/a", "/user/b", "/mail/a", "/page/a"):
            assert second.ask("GET", path, [cookie("kept")]).status == 200

    assert questions(second, ask) == 1
    assert questions(second, lambda: second.ask("GET", "/user/a", [cookie("other")])) == 1


def test_without_the_setting_it_is_asked_about_each_time(gate):
    def ask():
        for _ in range(3):
            assert gate.ask("GET", "/v1/account/7", [cookie("ada-session")]).status == 200

    assert questions(gate, ask) == 3


def test_who_signs_out_is_out_when_the_time_is_up(second):
    second.cloud.add_sessions({"ends": session("ends")})
    assert second.ask("GET", "/user/a", [cookie("ends")]).status == 200
    second.cloud.add_sessions({"ends": {**session("ends"), "hours": -1}})
    time.sleep(SESSION_TTL + 0.1)
    assert second.ask("GET", "/user/a", [cookie("ends")]).status == 401


def test_trouble_is_not_kept(second):
    second.cloud.add_sessions({"lucky": session("lucky")})
    for mode, status in (("limit", 500), ("error", 401), ("html", 302)):
        second.cloud.set_session_service(mode)
        try:
            assert second.ask("GET", "/user/a", [cookie("lucky")]).status == status
        finally:
            second.cloud.set_session_service("normal")
    assert second.ask("GET", "/user/a", [cookie("lucky")]).status == 200
