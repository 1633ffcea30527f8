"""Commands of the project, run for stages on the local cloud as a user runs them."""

from __future__ import annotations

import subprocess

from local.cloud.launcher import LocalCloud
from local.cloud.processes import ROOT


def run_command(
    cloud: LocalCloud, command: list[str], variables: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Runs a command in the project's folder, with more variables; its `stdout` has the errors that it prints too."""
    return subprocess.run(
        command,
        cwd=ROOT,
        env=cloud.tool_environment() | (variables or {}),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
