"""A sample session service: `/sessions/whoami` as in Ory Kratos.

https://www.ory.sh/docs/kratos/reference/api#tag/frontend/operation/toSession

The session is the value of the cookie `ory_session_<project>` or
`ory_kratos_session`, or the header `X-Session-Token`; sessions.json lists the
valid ones. The response to a valid session is 200 with the session, to anything else 401.

Controls, for tests of what happens when it misbehaves:
  GET /_oathgate/mode     the mode
  PUT /_oathgate/mode     normal | hang (no response) | error (500) | limit (429) | html (200, a page) |
                          garbage (200, no JSON)
  GET /_oathgate/requests how many requests it has received
  PUT /_oathgate/known    sessions to know beside those of sessions.json, in the same form
"""

from __future__ import annotations

import json
import re
import threading
from datetime import datetime, timedelta, timezone
from pathlib import Path

from .http_service import Handler, serve

SESSIONS: dict[str, dict] = json.loads(Path(__file__).with_name("sessions.json").read_text())
MODES = ("normal", "hang", "error", "limit", "html", "garbage")

_SESSION_COOKIE = re.compile(r"(?:^|;\s*)(?:ory_session_[^=;\s]+|ory_kratos_session)=([^;]*)")

#: Ids as Kratos gives its identities.
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")

#: No hanging request is kept for longer than this.
_LONGEST_HANG = 120

_PAGE = b"<!doctype html><html><head><title>Sign in</title></head><body><h1>Sign in</h1></body></html>"


def session_of(token: str) -> dict | None:
    """The session as Kratos would show it; None where there is none or it has ended."""
    known = SESSIONS.get(token)
    if known is None or known["hours"] <= 0:
        return None
    now = datetime.now(timezone.utc)
    begun = (now - timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    ends = (now + timedelta(hours=known["hours"])).strftime("%Y-%m-%dT%H:%M:%SZ")
    return {
        "id": f"5e55{known['identity'][4:]}",
        "active": True,
        "expires_at": ends,
        "authenticated_at": begun,
        "authenticator_assurance_level": "aal1",
        "authentication_methods": [{"method": "password", "aal": "aal1", "completed_at": begun}],
        "issued_at": begun,
        "identity": {
            "id": known["identity"],
            "schema_id": "default",
            "schema_url": "http://127.0.0.1/schemas/default",
            "state": "active",
            "state_changed_at": begun,
            "traits": {"email": known["email"], "name": {"first": known["first"], "last": known["last"]}},
            "verifiable_addresses": [
                {"value": known["email"], "verified": True, "via": "email", "status": "completed"}
            ],
            "metadata_public": None,
            "created_at": begun,
            "updated_at": begun,
        },
        "devices": [],
    }


class Sessions(Handler):
    """Responds with the session of a cookie."""

    service = "sessions"
    mode = "normal"
    requests = 0
    changed = threading.Condition()

    def handle_any(self) -> None:
        self.read_body()
        if self.target.partition("?")[0] != "/sessions/whoami":
            self.respond_json(404, {"error": {"code": 404, "status": "Not Found", "message": "404 page not found"}})
            return
        with self.changed:
            Sessions.requests += 1
            if Sessions.mode == "hang":
                self.changed.wait_for(lambda: Sessions.mode != "hang", timeout=_LONGEST_HANG)
                self.close_connection = True
                return
            mode = Sessions.mode
        if mode == "error":
            self.respond_json(
                500, {"error": {"code": 500, "status": "Internal Server Error", "message": "no database"}}
            )
        elif mode == "limit":
            self.respond_json(429, {"error": {"code": 429, "status": "Too Many Requests"}}, (("Retry-After", "30"),))
        elif mode == "html":
            self.respond(200, _PAGE, [("Content-Type", "text/html; charset=utf-8")])
        elif mode == "garbage":
            self.respond(200, b'{"active": tru', [("Content-Type", "application/json")])
        else:
            self._whoami()

    def _whoami(self) -> None:
        found = _SESSION_COOKIE.search("; ".join(self.headers.get_all("Cookie") or []))
        token = self.headers.get("X-Session-Token") or (found.group(1) if found else "")
        session = session_of(token)
        if session:
            identity = session["identity"]["id"]
            headers = (("X-Kratos-Authenticated-Identity-Id", identity),) if _UUID.fullmatch(identity) else ()
            self.respond_json(200, session, headers)
        else:
            self.respond_json(
                401,
                {
                    "error": {
                        "code": 401,
                        "status": "Unauthorized",
                        "reason": "No valid session credentials found in the request.",
                        "message": "The request could not be authorized",
                    }
                },
            )

    def control(self, name: str, body: bytes) -> bool:
        if name == "requests" and self.command == "GET":
            self.respond_json(200, {"requests": Sessions.requests})
        elif name == "known" and self.command == "PUT":
            SESSIONS.update(json.loads(body))
            self.respond_json(200, {"known": len(SESSIONS)})
        elif name == "mode" and self.command in ("GET", "PUT"):
            wanted = body.decode(errors="replace").strip() or Sessions.mode
            if wanted not in MODES:
                self.respond_json(400, {"error": f"`{wanted}` is not one of {', '.join(MODES)}"})
                return True
            with self.changed:
                Sessions.mode = wanted
                self.changed.notify_all()
            self.respond_json(200, {"mode": wanted})
        else:
            return False
        return True


if __name__ == "__main__":
    serve(Sessions)
