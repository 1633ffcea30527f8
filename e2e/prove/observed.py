"""The response to a request, without what differs from one time to the next."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass

from e2e.seen import folded
from local.cloud.gateway_client import Response

from .cases import Case
from .probe_template import MAPPED

#: Response headers that show what was decided. Dates, ids and the like are left out.
_COMPARED = (
    "content-type",
    "cache-control",
    "location",
    "refresh",
    "www-authenticate",
    "vary",
    "access-control-allow-origin",
    "access-control-allow-credentials",
    "x-amzn-errortype",
)


@dataclass(frozen=True)
class Received:
    """What reached the backend."""

    method: str
    path: str
    query: dict[str, list[str]]
    #: name and value of each header that the client sent or the gateway maps, in any spelling
    headers: list[list[str]]
    body: str

    def all(self, name: str) -> list[str]:
        """Every value that some backend could take for this header's."""
        return [value for key, value in self.headers if folded(key) == folded(name)]


@dataclass(frozen=True)
class Observed:
    """The response to one request, and what reached the backend and the allowing authorizer."""

    status: int
    headers: dict[str, str]
    #: the response's body, where it is not the backend's
    body: str | None
    received: Received | None
    #: the authorizer's event, where the allowing one passed it on
    event: dict | None = None

    @classmethod
    def of(cls, case: Case, response: Response, vouched: Iterable[str]) -> Observed:
        """What is compared of a response."""
        headers_of_response = {name: value for name in _COMPARED if (value := response.header(name)) is not None}
        if response.header("x-backend") is None:
            return cls(response.status, headers_of_response, response.body.decode("utf-8", "replace"), None)
        echoed = response.json
        wanted = {folded(name) for name, _ in case.headers} | {folded(name) for name in (*MAPPED, *vouched)}
        wanted -= {folded("X-Prove-Context"), folded("X-Prove-Event")}
        headers = [[name, value] for name, value in echoed["headers"] if folded(name) in wanted]
        received = Received(echoed["method"], echoed["path"], echoed["query"], headers, echoed["body"])
        events = [value for name, value in echoed["headers"] if folded(name) == folded("X-Prove-Event")]
        event = json.loads(base64.b64decode(events[0])) if events else None
        if event is not None:
            # Names the account and the API.
            event["methodArn"] = event["methodArn"].partition("/")[2]
        return cls(response.status, headers_of_response, None, received, event)

    @property
    def code(self) -> int | None:
        """`error.code` of a body in Oathkeeper's form."""
        try:
            return json.loads(self.body or "")["error"]["code"]
        except (ValueError, KeyError, TypeError):
            return None

    def as_json(self) -> dict:
        """The same as JSON holds it. Tokens, which differ each time, are named as such."""
        shown = asdict(self)
        if shown["received"] is not None:
            shown["received"]["headers"] = [[name, _steady(value)] for name, value in shown["received"]["headers"]]
        if self.body is not None:
            shown["body"] = _without_request_id(self.body)
        return shown


def _steady(value: str) -> str:
    return (
        "Bearer (a token)" if value.startswith("Bearer ey") else value if len(value) < 500 else f"({len(value)} bytes)"
    )


def _without_request_id(body: str) -> str:
    try:
        parsed = json.loads(body)
    except ValueError:
        return body
    if isinstance(parsed, dict) and isinstance(parsed.get("error"), dict) and "request" in parsed["error"]:
        parsed["error"]["request"] = "(an id)"
    return json.dumps(parsed, sort_keys=True)
