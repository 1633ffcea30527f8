"""Requests without a pause while something changes: none may be refused that is allowed, and none forged may arrive."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable

from e2e.seen import folded
from local.cloud.gateway_client import Response

#: Sends `GET` of a path with headers to the gate.
Send = Callable[[str, list[tuple[str, str]]], Response]

WORKERS = 4


class Load:
    """Threads that send requests until they are stopped, and check every response."""

    def __init__(self, send: Send):
        self._send = send
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self._threads = [threading.Thread(target=self._work, daemon=True) for _ in range(WORKERS)]
        #: how many responses each revision of the rules gave
        self.responses: Counter[str] = Counter()
        #: each response that must not have come, as a sentence
        self.complaints: list[str] = []

    def __enter__(self) -> Load:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(120)

    def await_responses(self, revision: str, count: int, patience: float = 120) -> None:
        """Waits until a revision has given that many responses, or `patience` seconds are over."""
        until = time.monotonic() + patience
        while self.responses[revision] < count and time.monotonic() < until:
            time.sleep(0.05)

    def _work(self) -> None:
        while not self._stop.is_set():
            for forged in ([], [("X-User", "admin")], [("X-Note", "forged")]):
                try:
                    self._look(forged, self._send("/noted/a", forged))
                except Exception as error:
                    self._complain(f"a request with {forged} had no response: {error!r}")

    def _look(self, forged: list[tuple[str, str]], response: Response) -> None:
        names = {name for name, _ in forged}
        if response.status == 403 and forged:
            return
        if response.status != 200:
            self._complain(f"a request with {forged} got {response.status}: {response.body[:200]!r}")
            return
        received = response.json["headers"]

        def all_of(name: str) -> list[str]:
            return [value for key, value in received if folded(key) == folded(name)]

        (revision,) = all_of("X-Revision") or ["none"]
        with self._lock:
            self.responses[revision] += 1
        if "X-User" in names or all_of("X-User") != ["guest"]:
            self._complain(f"with {forged} the backend received {all_of('X-User')} in X-User")
        vouches = revision in ("two", "three")
        note = ["from the gate"] if vouches else ["forged"] if "X-Note" in names else []
        if all_of("X-Note") != note or (vouches and "X-Note" in names) or revision == "none":
            self._complain(f"with {forged} revision {revision} let the backend receive {all_of('X-Note')} in X-Note")

    def _complain(self, sentence: str) -> None:
        with self._lock:
            self.complaints.append(sentence)
