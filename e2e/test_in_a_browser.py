"""What users see: a real browser in front of the deployed API."""

from __future__ import annotations

import json

import pytest

from . import browser, pages

pytestmark = pytest.mark.skipif(browser.program() is None, reason="no Chromium is installed")

#: A page that needs a session, and the address the login page has to send the browser back to.
PAGE = "/app/home?tab=1&next=%2Fa%20b"


def site(gate, **changed: str) -> browser.Site:
    """The site before a deployed API; the login page and the caller's can be others."""
    return browser.Site(
        gate.send,
        {
            f"www.{browser.DOMAIN}/login": changed.get("login", pages.LOGIN),
            f"app.{browser.DOMAIN}/": changed.get("caller", ""),
        },
    )


def test_a_user_who_is_not_signed_in_ends_on_the_login_page(gate, tmp_path):
    example = site(gate)
    with example.served() as port:
        with browser.opened(f"https://api.{browser.DOMAIN}{PAGE}", port, tmp_path):
            report = example.report_of("login")
        picture = gate.cloud.folder / "login.png"
        browser.screenshot(f"https://api.{browser.DOMAIN}{PAGE}", port, picture)
    assert report["address"].startswith(f"https://www.{browser.DOMAIN}/login?return_to=")
    assert report["to"] == f"https://api.{browser.DOMAIN}{PAGE}"
    assert gate.cloud.backend_requests() == []
    assert picture.read_bytes().startswith(b"\x89PNG")


def test_a_stage_that_redirects_by_302_leads_to_the_login_page_too(second, tmp_path):
    page = f"https://api.{browser.DOMAIN}/page/home?tab=1&next=%2Fa%20b"
    example = site(second)
    with example.served() as port, browser.opened(page, port, tmp_path):
        report = example.report_of("login")
    assert report["to"] == page
    assert second.cloud.backend_requests() == []


def test_a_user_who_signs_in_comes_back_to_the_page(gate, tmp_path):
    example = site(gate, login=pages.LOGIN_OF_ADA)
    with example.served() as port, browser.opened(f"https://api.{browser.DOMAIN}{PAGE}", port, tmp_path):
        [received, *_] = gate.cloud.await_backend_requests(1)
    path, _, query = PAGE.partition("?")
    assert (received["path"], received["query"]) == (path, query)
    requested = [address for address in example.requested if "favicon" not in address]
    assert requested[0] == f"GET api.{browser.DOMAIN}{PAGE}"
    assert requested[1].startswith(f"GET www.{browser.DOMAIN}/login?return_to=")
    assert requested[2] == f"GET api.{browser.DOMAIN}{PAGE}"


@pytest.mark.parametrize(("session", "account"), [("nobody", 401), ("ada-session", 200)])
def test_a_page_of_another_origin_reads_every_refusal(gate, tmp_path, session, account):
    calls = [["GET", "/v1/closed"], ["GET", "/v1/nowhere"], ["PUT", "/v1/account/7"]]
    caller = pages.CALLER % {"session": session, "calls": json.dumps(calls)}
    example = site(gate, caller=caller)
    with example.served() as port, browser.opened(f"https://app.{browser.DOMAIN}/", port, tmp_path):
        seen = example.report_of("app")["seen"]
    closed, nowhere, put = (seen[f"{method} {path}"] for method, path in calls)
    assert (closed["status"], json.loads(closed["body"])["error"]["code"]) == (403, 403)
    assert (nowhere["status"], json.loads(nowhere["body"])["error"]["code"]) == (403, 404)
    # A preflight without the cookie precedes a PUT; its response permits it.
    assert f"OPTIONS api.{browser.DOMAIN}/v1/account/7" in example.requested
    if account == 401:
        assert (put["status"], json.loads(put["body"])["error"]["code"]) == (401, 401)
    else:
        # The sample backend sends no CORS headers, so this page may not read its response; it came all the same.
        assert "unreadable" in put
        assert [received["method"] for received in gate.cloud.backend_requests()] == ["PUT"]
