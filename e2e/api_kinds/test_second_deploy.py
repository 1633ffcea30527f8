"""Another version takes over under load: each request is decided and mapped by one version, and none is lost."""

from __future__ import annotations

from ..load import Request, under_load
from ..seen import values
from .stages import TOKEN_HEADER, http_stage

OLD, NEW = "none", "nobody"


def decided_by(status: int, received: dict | None) -> str:
    """The placeholder of the version that decided, which every vouched header has to have."""
    assert status == 200, f"the status is {status}"
    assert received is not None, "the response is not the backend's"
    brought = values(received, "X-User") + values(received, TOKEN_HEADER)
    assert brought in ([OLD, OLD], [NEW, NEW]), f"the backend received {brought}"
    return brought[0]


def test_a_deploy_loses_and_mixes_nothing(http_gate):
    again = http_stage(http_gate.cloud, vouchedHeaderFallback=NEW)
    with under_load(http_gate, [Request("/status", (), decided_by)]) as load:
        load.await_word(OLD)
        assert set(load.seen) == {OLD}
        again.deploy()
    assert again.api_id == http_gate.api_id
    assert load.failures == []
    assert again.send("GET", "/status").status == 200
    gateway = again.cloud.client("apigatewayv2")
    # What the version before needed is gone, and nothing else.
    assert len(gateway.get_authorizers(ApiId=again.api_id)["Items"]) == 1
    assert len(gateway.get_deployments(ApiId=again.api_id)["Items"]) == 1
    after = again.send("GET", "/status")
    assert values(after.json, "X-User") == [NEW]
