"""The rights that attaching needs are the documented ones, and one that is missing is named."""

from __future__ import annotations

import fnmatch
import json
import re

import pytest

from local.cloud.processes import ROOT

from .apis import content
from .watched import watched


def documented(api_id: str) -> list[tuple[str, str]]:
    """Actions and resources of the policy in docs/attach.md, with this API's names in it."""
    page = (ROOT / "docs" / "attach.md").read_text(encoding="utf8")
    (policy,) = re.findall(r"```json\n(.*?)```", page, re.DOTALL)
    names = {"STAGE-OF-THE-API": "live", "STAGE": "attached", "API": api_id}
    for name, value in names.items():
        policy = policy.replace(f"/{name}", f"/{value}")
    pairs = []
    for statement in json.loads(policy)["Statement"]:
        actions, resources = statement["Action"], statement["Resource"]
        for action in [actions] if isinstance(actions, str) else actions:
            for resource in [resources] if isinstance(resources, str) else resources:
                pairs.append(
                    (action, re.sub(r"^arn:aws:(apigateway:REGION::|ssm:REGION:ACCOUNT:parameter)", "", resource))
                )
    return pairs


def test_the_documented_policy_allows_what_is_needed_and_nothing_more(fresh):
    with watched(fresh.cloud.endpoint) as watch:
        for arguments in (("--apply",), ("--verify",), ("--detach", "--drain-seconds", "0")):
            done = fresh.attach(*arguments, endpoint=watch.endpoint)
            assert done.code == 0, done.output
    allowed = documented(fresh.api_id)
    used = set()
    for action, resource in watch.requested:
        matching = [pair for pair in allowed if pair[0] == action and fnmatch.fnmatchcase(resource, pair[1])]
        assert matching, (action, resource)
        used |= set(matching)
    # A deployment is deleted only after a concurrent change.
    spare = ("apigateway:DELETE", f"/restapis/{fresh.api_id}/deployments/*")
    assert set(allowed) - used == {spare}


@pytest.mark.parametrize("write", [0, 2, 5, 11, -3, -2, -1])
def test_a_right_that_is_missing_is_named_and_the_next_run_goes_on(fresh, write):
    before = content(fresh.cloud, fresh.api_id)
    with watched(fresh.cloud.endpoint) as watch:
        if write < 0:
            assert fresh.attach("--apply", endpoint=watch.endpoint).code == 0
            write += len(watch.writes())
            assert fresh.attach("--detach", "--drain-seconds", "0").code == 0
            watch.requested.clear()
        watch.refuse_write = write
        denied = fresh.attach("--apply", endpoint=watch.endpoint)
        action, resource = watch.requested[-1]
        assert denied.code == 2
        assert f"the credentials do not allow `{action}` on `{resource}`" in denied.output
    if write % 2 == 0:
        assert fresh.attach("--apply").code == 0
        assert fresh.attach("--verify").code == 0
    assert fresh.attach("--detach", "--drain-seconds", "0").code == 0
    assert content(fresh.cloud, fresh.api_id) == before
