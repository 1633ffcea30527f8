"""Sends requests to a deployed API all the time, each over a connection that stays open, and checks every response."""

from __future__ import annotations

import http.client
import itertools
import json
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from local.deployment import Deployment

#: Seconds between two requests of a connection: the deploy on the same machine has to get on.
PAUSE = 0.01

#: Seconds until a request without a response counts as a failure.
PATIENCE = 30


@dataclass(frozen=True)
class Request:
    """A request that is sent again and again, and what its responses have to be.

    `check` takes the status and the request that the backend received, or None where the response is not the backend's; it
    returns a word for what the response shows, and raises an AssertionError for one that must not be.
    """

    path: str
    headers: tuple[tuple[str, str], ...]
    check: Callable[[int, dict | None], str]


@dataclass
class Load:
    """What a load generator has seen so far."""

    #: how often the checks returned each word
    seen: Counter[str] = field(default_factory=Counter)
    #: what must not have been, a sentence each
    failures: list[str] = field(default_factory=list)
    _changed: threading.Condition = field(default_factory=threading.Condition)

    def record(self, word: str | None, failure: str | None = None) -> None:
        """Counts one response."""
        with self._changed:
            if word is not None:
                self.seen[word] += 1
            if failure is not None:
                self.failures.append(failure)
            self._changed.notify_all()

    def await_word(self, word: str, times: int = 1, patience: float = PATIENCE) -> None:
        """Waits until a word was returned `count` more times, or something has failed."""
        with self._changed:
            wanted = self.seen[word] + times
            there = self._changed.wait_for(lambda: self.failures or self.seen[word] >= wanted, patience)
        assert not self.failures, self.failures[:3]
        assert there, f"no check returned {word!r} within {patience} s; they returned {dict(self.seen)}"


@contextmanager
def under_load(deployment: Deployment, requests: list[Request]) -> Iterator[Load]:
    """Sends each request from a thread of its own, over its own connection, until the block ends."""
    load = Load()
    stop = threading.Event()
    threads = [
        threading.Thread(target=_client, args=(deployment, request, load, stop), daemon=True) for request in requests
    ]
    for thread in threads:
        thread.start()
    try:
        yield load
    finally:
        stop.set()
        for thread in threads:
            thread.join(PATIENCE)


def _client(deployment: Deployment, request: Request, load: Load, stop: threading.Event) -> None:
    port, host = deployment.cloud.port, f"{deployment.api_id}.execute-api.localhost:{deployment.cloud.port}"
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    for number in itertools.count():
        if stop.is_set():
            break
        try:
            connection.putrequest("GET", f"{deployment.base_path}{request.path}", skip_host=True)
            connection.putheader("Host", host)
            for name, value in request.headers:
                connection.putheader(name, value)
            connection.endheaders()
            response = connection.getresponse()
            body = response.read()
            received = json.loads(body) if response.getheader("X-Backend") else None
            load.record(request.check(response.status, received))
        except (AssertionError, OSError, http.client.HTTPException, ValueError) as failure:
            what = f"{type(failure).__name__}: {failure}"
            load.record(None, f"request {number} to {request.path} with {request.headers}: {what}")
            connection.close()
        stop.wait(PAUSE)
    connection.close()
