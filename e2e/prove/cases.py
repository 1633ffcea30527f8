"""The requests of the suite, as `cases/*.yml` holds them."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import yaml

from .door import ProveError

FOLDER = Path(__file__).parent / "cases"

#: What a request may hold, what a case may hold, and what may be expected.
_REQUEST = {"method", "path", "headers", "body"}
_CASE = {"name", "request", "context", "over", "expect", "unknown"}
_EXPECT = {"status", "code", "headers", "received", "path", "method", "body"}

#: Replaced by a header value that leaves little of the 10,240 bytes.
LONG = "LONG"


@dataclass(frozen=True)
class Case:
    """One request, and what is known of its response."""

    name: str
    path: str
    method: str = "GET"
    headers: tuple[tuple[str, str], ...] = ()
    body: str = ""
    #: what the allowing authorizer responds; see functions/allow.py
    context: dict | None = None
    #: the HTTP versions it makes sense for
    over: tuple[str, ...] = ("http/1.1", "h2")
    expect: dict = field(default_factory=dict)
    #: what AWS's documents leave open and this shows
    unknown: str | None = None


def load(kind: str) -> list[Case]:
    """The cases of `gate` or `probe`.

    Raises ProveError for a case that can't be run, or one that neither expects nor shows anything.
    """
    cases = [_case(written) for written in yaml.safe_load((FOLDER / f"{kind}.yml").read_text())["cases"]]
    names = [case.name for case in cases]
    if twice := {name for name in names if names.count(name) > 1}:
        raise ProveError(f"{kind}.yml: `{twice.pop()}` is the name of two cases")
    return cases


def _case(written: dict) -> Case:
    name = written.get("name", "")
    request, expect = written.get("request", {}), written.get("expect", {})
    for what, found, known in (("case", written, _CASE), ("request", request, _REQUEST), ("expect", expect, _EXPECT)):
        if unknown := set(found) - known:
            raise ProveError(f"`{name}`: `{unknown.pop()}` is not a key of {what}")
    if not expect and "unknown" not in written:
        raise ProveError(f"`{name}` neither expects nor shows anything")
    headers = tuple((key, "x" * 9_900 if value == LONG else value) for key, value in request.get("headers", []))
    return Case(
        name=name,
        path=request["path"],
        method=request.get("method", "GET"),
        headers=headers,
        body=request.get("body", ""),
        context=written.get("context"),
        over=tuple(written.get("over", ("http/1.1", "h2"))),
        expect=expect,
        unknown=written.get("unknown"),
    )
