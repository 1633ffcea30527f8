"""Compares what came back for a case with what it expects."""

from __future__ import annotations

from conformance import token

from .cases import Case
from .observed import Observed


def complaints(case: Case, seen: Observed, keys: list[dict]) -> list[str]:
    """What is not as expected, in a sentence each; `keys` verify the tokens that the backend received."""
    found = []
    expect = case.expect
    statuses = expect.get("status", [])
    statuses = statuses if isinstance(statuses, list) else [statuses]
    if statuses and seen.status not in statuses:
        found.append(f"the status is {seen.status}, not {' or '.join(map(str, statuses))}")
    if "code" in expect and seen.code != expect["code"]:
        found.append(f"`error.code` of the body is {seen.code}, not {expect['code']}: {seen.body or ''}")
    for name, value in expect.get("headers", {}).items():
        if seen.headers.get(name) != value:
            found.append(f"the header {name} is {seen.headers.get(name)!r}, not {value!r}")
    received = seen.received
    if received is None:
        if seen.status == 200:
            found.append("the response is not the backend's")
        return found
    for name, value in expect.get("received", {}).items():
        values = received.all(name)
        if value == "token":
            found.extend(_token_complaints(name, values, keys))
        elif values != value:
            found.append(f"the backend received {values} in {name}, not {value}")
    for what in ("path", "method", "body"):
        if what in expect and getattr(received, what) != expect[what]:
            found.append(f"the backend received the {what} `{getattr(received, what)}`, not `{expect[what]}`")
    return found


def _token_complaints(name: str, values: list[str], keys: list[dict]) -> list[str]:
    if len(values) != 1:
        return [f"the backend received {len(values)} values in {name}, not one token"]
    shown = token.show(values[0], keys)
    if shown is None:
        return [f"the backend received no token in {name}"]
    return [] if shown["verified"] else [f"the token in {name} has no valid signature"]
