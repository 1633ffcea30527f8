"""The handlers that worlds are made of: those that `oathgate schema handlers` lists."""

import functools
import json
import os
import subprocess
from pathlib import Path

BUILT = Path(__file__).parent.parent.parent / "target" / "debug" / "oathgate"


def use(program):
    """Takes the handlers from this program, in processes that are started from here too."""
    os.environ["OATHGATE"] = str(program)
    by_section.cache_clear()


@functools.cache
def by_section():
    """The handlers of each section of a rule, by name."""
    program = os.environ.get("OATHGATE") or str(BUILT)
    listed = json.loads(subprocess.run([program, "schema", "handlers"], capture_output=True, check=True).stdout)
    found = {}
    for handler in listed:
        found.setdefault(handler["section"].split(".")[0], {})[handler["name"]] = handler
    return found


def names(section):
    return list(by_section()[section])


def has_options(section, handler):
    return bool(by_section()[section][handler]["options"])


def weights(section, known):
    """How often each handler is chosen: as `known` says, and once where it says nothing."""
    return known | {name: 1 for name in names(section) if name not in known}


def maker(section, module, handler):
    """What makes random options of a handler."""
    if handler not in module.MAKE:
        raise LookupError(f"`MAKE` in conformance/fuzz/{section}.py makes no options of `{handler}`: add it")
    return module.MAKE[handler]
