"""Requests without a pause while something changes: none may be refused that is allowed, and none forged may arrive."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable

from e2e.seen import folded
from local.cloud.gateway_client import Answer

#: Sends `GET` of a path with headers to the gate.
Send = Callable[[str, list[tuple[str, str]]], Answer]

WORKERS = 4


class Load:
    """Threads that send requests until they are told to stop, and look at every answer."""

    def __init__(self, send: Send):
        self._send = send
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self._threads = [threading.Thread(target=self._work, daemon=True) for _ in range(WORKERS)]
        #: how many answers each revision of the rules gave
        self.answers: Counter[str] = Counter()
        #: what no answer may be, in a sentence each
        self.complaints: list[str] = []

    def __enter__(self) -> Load:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(120)

    def await_answers(self, revision: str, count: int, patience: float = 120) -> None:
        """Waits until a revision has given that many answers, or the patience is at its end."""
        until = time.monotonic() + patience
        while self.answers[revision] < count and time.monotonic() < until:
            time.sleep(0.05)

    def _work(self) -> None:
        while not self._stop.is_set():
            for forged in ([], [("X-User", "admin")], [("X-Note", "forged")]):
                try:
                    self._look(forged, self._send("/noted/a", forged))
                except Exception as error:
                    self._complain(f"a request with {forged} was not answered: {error!r}")

    def _look(self, forged: list[tuple[str, str]], answer: Answer) -> None:
        names = {name for name, _ in forged}
        if answer.status == 403 and forged:
            return
        if answer.status != 200:
            self._complain(f"a request with {forged} got {answer.status}: {answer.body[:200]!r}")
            return
        received = answer.json["headers"]

        def all_of(name: str) -> list[str]:
            return [value for key, value in received if folded(key) == folded(name)]

        (revision,) = all_of("X-Revision") or ["none"]
        with self._lock:
            self.answers[revision] += 1
        if "X-User" in names or all_of("X-User") != ["guest"]:
            self._complain(f"with {forged} the backend received {all_of('X-User')} in X-User")
        vouches = revision in ("two", "three")
        note = ["from the gate"] if vouches else ["forged"] if "X-Note" in names else []
        if all_of("X-Note") != note or (vouches and "X-Note" in names) or revision == "none":
            self._complain(f"with {forged} revision {revision} let the backend receive {all_of('X-Note')} in X-Note")

    def _complain(self, sentence: str) -> None:
        with self._lock:
            self.complaints.append(sentence)
