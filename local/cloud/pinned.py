"""Makes sure the emulator is the one its extensions were written for.

The extensions change functions that are not a public interface. So the version
is pinned, and so is each function: its signature, for a message that names
what changed, and a hash of its source, because a changed body can break an
extension as surely as a changed signature.
"""

from __future__ import annotations

import hashlib
import importlib
import importlib.metadata
import inspect
import json
from pathlib import Path

VERSION = "1.5.33"
PINS = Path(__file__).with_name("pinned.json")


class EmulatorChanged(Exception):
    """The installed emulator is not the pinned one; the message lists what differs."""


def describe(target: str) -> dict[str, str]:
    """Signature and source hash of `module:function`, below the emulator's package."""
    module, name = target.split(":")
    function = getattr(importlib.import_module(f"ministack.{module}"), name)
    source = inspect.getsource(function)
    return {"signature": str(inspect.signature(function)), "sha256": hashlib.sha256(source.encode()).hexdigest()}


def targets(extensions) -> list[str]:
    """Every function that some extension changes or relies on, each once, sorted."""
    return sorted({target for extension in extensions for target in extension.EXTENDS})


def write(extensions) -> None:
    """Pins the installed functions. Only after reading what changed in them."""
    PINS.write_text(json.dumps({target: describe(target) for target in targets(extensions)}, indent=2) + "\n")


def check(extensions) -> None:
    """Raises EmulatorChanged with every difference at once."""
    installed = importlib.metadata.version("ministack")
    pins = json.loads(PINS.read_text())
    changed = []
    if installed != VERSION:
        changed.append(f"ministack {installed} is installed, {VERSION} is pinned")
    for target in targets(extensions):
        pinned = pins.get(target)
        try:
            found = describe(target)
        except (AttributeError, ImportError, OSError) as reason:
            changed.append(f"{target}: gone ({reason})")
            continue
        if pinned is None:
            changed.append(f"{target}: extended but not pinned")
        elif found["signature"] != pinned["signature"]:
            changed.append(f"{target}: takes {found['signature']} now, was {pinned['signature']}")
        elif found["sha256"] != pinned["sha256"]:
            changed.append(f"{target}: its source has changed")
    if changed:
        raise EmulatorChanged(
            "the local cloud's extensions do not fit this emulator:\n  "
            + "\n  ".join(changed)
            + "\n`pip install -r local/requirements.txt` brings back the pinned one; to move on to a newer one, read"
            " what changed, adapt local/cloud/extensions and run `python -m local.cloud pin`"
        )
