"""Lets in only what the gateway sends, by the secret in a header."""

from __future__ import annotations

import hmac
import threading
import time

from botocore.exceptions import BotoCoreError, ClientError

#: Seconds for which the values are kept, and between two readings that unknown values lead to.
KEPT, BETWEEN = 60, 1


class GateSecret:
    """The values of a secret in Secrets Manager that count: the current one and the one before it.

    After a rotation the gate shows the new value before it is known here, so an unknown one waits for another reading.
    """

    def __init__(self, client, secret_id: str):
        self._client = client
        self._id = secret_id
        self._known: list[bytes] = []
        self._read_at = float("-inf")
        self._reading = threading.Lock()

    def accepts(self, value: str | None) -> bool:
        """Whether a header's value is one of them."""
        now = time.monotonic()
        if now - self._read_at > KEPT or not self._knows(value):
            self._read_since(now)
        return self._knows(value)

    def _knows(self, value: str | None) -> bool:
        # Every value is compared, each in the same time.
        return any([hmac.compare_digest(known, (value or "").encode()) for known in self._known])

    def _read_since(self, moment: float) -> None:
        """Waits for a read that began after a moment; concurrent callers wait for the same one."""
        with self._reading:
            if self._read_at > moment:
                return
            time.sleep(max(0, self._read_at + BETWEEN - time.monotonic()))
            self._read_at = time.monotonic()
            try:
                self._known = [value for stage in ("AWSCURRENT", "AWSPREVIOUS") if (value := self._value(stage))]
            except (BotoCoreError, ClientError):
                # The known values still count; without any, every request is refused.
                pass

    def _value(self, stage: str) -> bytes | None:
        try:
            found = self._client.get_secret_value(SecretId=self._id, VersionStage=stage)
        except self._client.exceptions.ResourceNotFoundException:
            return None
        return found["SecretString"].encode()
