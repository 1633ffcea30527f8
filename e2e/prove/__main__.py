"""`python -m e2e.prove --stage NAME`: runs the suite against the account of the credentials in use.

Takes account, region, architecture, memory and tags from the stage, and deploys a stage of its own beside it:
`prove-NAME`. Nothing of the stage itself is touched. Exits 1 where something is not as it must be, 2 where the suite
can't run.
"""

from __future__ import annotations

import argparse
import sys
from datetime import datetime, timezone
from pathlib import Path

import yaml

from local.cloud.launcher import LocalCloud
from local.cloud.processes import ROOT, LocalCloudError
from local.deployment import Deployment

from . import recording
from .door import Door, ProveError
from .suite import Suite

#: First port of the local cloud that `--local` starts.
FIRST_PORT = 16_000

#: The longest name that a stage may have.
_LONGEST_NAME = 40


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m e2e.prove", description=__doc__)
    parser.add_argument("--stage", default="dev", help="the stage that names account and region (dev)")
    parser.add_argument("--local", action="store_true", help="run on a local cloud instead, to try the suite itself")
    parser.add_argument("--record", type=Path, help="where to write what was seen (e2e/prove/recorded/…)")
    given = parser.parse_args(arguments)
    try:
        return _prove(given.stage, given.local, given.record)
    except (ProveError, LocalCloudError) as error:
        print(f"\n{error}", file=sys.stderr)
        return 2


def _prove(stage: str, local: bool, record: Path | None) -> int:
    taken = _settings(stage)
    name = f"prove-{Path(stage).stem}"[:_LONGEST_NAME]
    cloud = LocalCloud.on_free_ports(FIRST_PORT) if local else None
    if cloud is not None:
        cloud.start()
    try:
        if cloud is not None:
            Deployment(cloud, name).bootstrap()
            door = Door.to_local_cloud(cloud)
        else:
            door = Door.to_aws(taken.get("region"), taken.get("account"))
        print(f"proving in account {door.account}, region {door.region} ({door.where})")
        outcome = Suite(door, name, taken if cloud is None else {}, lambda line: print(f"• {line} …", flush=True)).run()
    finally:
        if cloud is not None:
            cloud.stop()
    day = datetime.now(timezone.utc).date().isoformat()
    path = record or recording.FOLDER / f"{door.where}-{door.region}-{day}.json"
    recording.write(path, door, outcome.seen)
    for sentence in outcome.failed:
        print(f"✗ {sentence}")
    for name in outcome.left:
        print(f"✗ left behind: {name}")
    print(f"{outcome.sent} requests, {outcome.under_load} under load: {len(outcome.failed)} not as they must be")
    print(f"recorded in {path}")
    return 1 if outcome.failed or outcome.left else 0


def _settings(stage: str) -> dict:
    path = Path(stage) if stage.endswith(".yml") else ROOT / "config" / "stages" / f"{stage}.yml"
    try:
        return yaml.safe_load(path.read_text()) or {}
    except OSError as error:
        raise ProveError(f"there is no stage `{stage}`: {error}") from error


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
