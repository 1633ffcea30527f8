"""Puts mapped headers over the client's, in either of the two ways that API Gateway could.

AWS says that header names are processed case-sensitively on HTTP integrations,
and it is not known whether a mapping to `X-User` replaces a client's `x-user`. So
both are available here, and attacks are tried with both: by default a mapping
replaces the client's header in whatever case it came; case-sensitively it
replaces the one of its own spelling, and another spelling arrives beside it.
The same goes for a mapping from a client's header.
"""

from __future__ import annotations

from collections.abc import Iterable

EXTENDS = ()

ANY_CASE = "any-case"
CASE_SENSITIVE = "case-sensitive"
MODES = (ANY_CASE, CASE_SENSITIVE)

#: The variable that sets the mode in which the local cloud starts.
VARIABLE = "OATHGATE_LOCAL_MAPPINGS"

#: A mapping that sets one of these is refused by AWS as a configuration error.
_NOT_MAPPABLE = frozenset(["content-length", "transfer-encoding", "x-amzn-trace-id", "x-amzn-apigateway-api-id"])

_mode = ANY_CASE


class NotMappable(Exception):
    """A mapping that is a configuration error on AWS."""


def set_mode(mode: str) -> None:
    """Sets how every request from now on is mapped; a ValueError where there is no such mode."""
    global _mode
    if mode not in MODES:
        raise ValueError(f"`{mode}` is not a mode of header mappings; they are {', '.join(MODES)}")
    _mode = mode


def compared(name: str) -> str:
    """What two names of the same header have in common."""
    return name.lower() if _mode == ANY_CASE else name


def map_headers(headers: Iterable[tuple[str, str]], mapped: dict[str, str | None]) -> list[tuple[str, str]]:
    """The client's headers with the mapped ones put over them.

    A present value takes the place of every header of that name, however often
    it came. An absent or empty one changes nothing.
    """
    present = {name: value for name, value in mapped.items() if value}
    for name in present:
        if name.lower() in _NOT_MAPPABLE:
            raise NotMappable(f"{name} cannot be mapped")
    taken = {compared(name) for name in present}
    return [(name, value) for name, value in headers if compared(name) not in taken] + list(present.items())
