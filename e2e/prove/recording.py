"""What a run saw, as a file that later runs are compared with."""

from __future__ import annotations

import difflib
import json
from collections.abc import Mapping
from datetime import datetime, timezone
from pathlib import Path

from .door import Door, ProveError
from .observed import Observed

#: Recordings of AWS, one file for each run that is kept.
FOLDER = Path(__file__).parent / "recorded"

#: The form of the file; a file of another form is refused.
_FORM = 1

Seen = Mapping[tuple[str, str, str], Observed]


def write(path: Path, door: Door, seen: Seen) -> None:
    """Writes what was seen: by kind and name of the case, and by HTTP version."""
    cases: dict[str, dict[str, dict]] = {}
    for (kind, name, version), observed in seen.items():
        cases.setdefault(f"{kind}: {name}", {})[version] = observed.as_json()
    day = datetime.now(timezone.utc).date().isoformat()
    recording = {"form": _FORM, "where": door.where, "region": door.region, "recorded": day, "cases": cases}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(recording, indent=2, sort_keys=True, ensure_ascii=False) + "\n")


def differences(path: Path, seen: Seen) -> dict[str, str]:
    """Where what was seen is not what the file holds: what differs, by `kind: name (HTTP version)`.

    Cases that only one side has are left out.

    Raises ProveError for a file that is not a recording.
    """
    try:
        recording = json.loads(path.read_text())
        form, cases = recording["form"], recording["cases"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ProveError(f"{path}: is not a recording of this suite: {error}") from error
    if form != _FORM:
        raise ProveError(f"{path}: has form {form}, and this suite reads form {_FORM}: record anew")
    found = {}
    for (kind, name, version), observed in sorted(seen.items()):
        recorded = cases.get(f"{kind}: {name}", {}).get(version)
        if recorded is None:
            continue
        before, after = (_lines(one) for one in (recorded, observed.as_json()))
        if before != after:
            changed = [line for line in difflib.ndiff(before, after) if line[0] in "+-"]
            found[f"{kind}: {name} ({version})"] = "\n".join(changed)
    return found


def _lines(value: dict) -> list[str]:
    return json.dumps(value, indent=1, sort_keys=True, ensure_ascii=False).splitlines()
