"""Another version takes over under load: each request is decided and mapped by one version, and none is lost."""

from __future__ import annotations

import threading

from local.cloud.gateway_client import ask

from ..seen import values
from .stages import TOKEN_HEADER, http_stage

OLD, NEW = "none", "nobody"


class Load:
    """Asks for the same thing until it is told to end; notes what the backend received."""

    def __init__(self, gate):
        self.seen: list[tuple[int, tuple[str, ...]]] = []
        self._gate = gate
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def _run(self) -> None:
        while not self._ended.is_set():
            answer = ask(self._gate.cloud.port, self._gate.api_id, None, "GET", "/status")
            brought = ()
            if answer.status == 200:
                brought = (*values(answer.json, "X-User"), *values(answer.json, TOKEN_HEADER))
            self.seen.append((answer.status, brought))

    def __enter__(self) -> Load:
        self._thread.start()
        return self

    def __exit__(self, *_) -> None:
        self._ended.set()
        self._thread.join()


def test_a_deploy_loses_and_mixes_nothing(http_gate):
    again = http_stage(http_gate.cloud, vouchedHeaderFallback=NEW)
    with Load(http_gate) as load:
        again.deploy()
    assert again.api_id == http_gate.api_id
    assert set(load.seen) <= {(200, (OLD, OLD)), (200, (NEW, NEW))}
    assert load.seen[0] == (200, (OLD, OLD))
    assert ask(again.cloud.port, again.api_id, None, "GET", "/status").status == 200
    gateway = again.cloud.client("apigatewayv2")
    # What the version before needed is gone, and nothing else.
    assert len(gateway.get_authorizers(ApiId=again.api_id)["Items"]) == 1
    assert len(gateway.get_deployments(ApiId=again.api_id)["Items"]) == 1
    after = ask(again.cloud.port, again.api_id, None, "GET", "/status")
    assert values(after.json, "X-User") == [NEW]
