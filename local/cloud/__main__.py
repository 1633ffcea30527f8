"""`python -m local.cloud start|stop|status|reset|env|pin`.

start   starts the emulator, the sample backend and the sample session service
stop    stops them; what was deployed is gone
status  prints what runs where; exits with 1 where something does not run
reset   empties the cloud without stopping it
env     prints what a shell needs to use it: eval "$(python -m local.cloud env)"
pin     records the installed emulator's functions as the ones the extensions fit

OATHGATE_LOCAL_PORT is the emulator's port (4566); the backend has the next one, the session service the one after.
OATHGATE_LOCAL_MAPPINGS=case-sensitive starts it with header mappings that replace the client's header of their own case alone.
"""

from __future__ import annotations

import sys

from .launcher import LocalCloud, port_from_environment
from .processes import LocalCloudError


def _start(cloud: LocalCloud) -> int:
    started = cloud.start()
    for process in cloud.processes:
        state = "started" if process in started else "was running"
        print(f"{process.name:<9} http://127.0.0.1:{process.port}  {state}; log: {process.log}")
    return 0


def _stop(cloud: LocalCloud) -> int:
    stopped = cloud.stop()
    print(f"stopped: {', '.join(process.name for process in stopped)}" if stopped else "nothing was running")
    return 0


def _status(cloud: LocalCloud) -> int:
    for process in cloud.processes:
        state = "running" if process.running() else "not running"
        print(f"{process.name:<9} http://127.0.0.1:{process.port}  {state}")
    return 0 if all(process.running() for process in cloud.processes) else 1


def _reset(cloud: LocalCloud) -> int:
    cloud.reset()
    print("the local cloud is empty")
    return 0


def _env(cloud: LocalCloud) -> int:
    for name, value in cloud.environment().items():
        print(f"export {name}={value}")
    return 0


def _pin(_: LocalCloud) -> int:
    from . import extensions, pinned

    pinned.write(extensions.ALL)
    print(f"pinned {len(pinned.targets(extensions.ALL))} functions in {pinned.PINS}")
    return 0


COMMANDS = {"start": _start, "stop": _stop, "status": _status, "reset": _reset, "env": _env, "pin": _pin}


def main(arguments: list[str]) -> int:
    """Runs one command; 1 where it failed, 2 on wrong use."""
    if len(arguments) != 1 or arguments[0] not in COMMANDS:
        print(__doc__, file=sys.stderr)
        return 2
    try:
        return COMMANDS[arguments[0]](LocalCloud(port_from_environment()))
    except LocalCloudError as reason:
        print(f"error: {reason}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
