"""Starting and stopping, and what goes wrong there."""

from __future__ import annotations

import socket

import pytest

from local.cloud.launcher import LocalCloud, port_from_environment
from local.cloud.processes import LocalCloudError


def test_a_second_start_starts_nothing(cloud):
    assert cloud.start() == []


def test_a_port_taken_by_another_program_is_said(cloud):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        other = LocalCloud(taken.getsockname()[1] - 1)
        with pytest.raises(LocalCloudError, match="taken by another program"):
            other.start()
        assert other.stop() == []


@pytest.mark.parametrize("port", ["http", "80", "70000", ""])
def test_a_wrong_port_is_said(monkeypatch, port):
    monkeypatch.setenv("OATHGATE_LOCAL_PORT", port)
    with pytest.raises(LocalCloudError, match="OATHGATE_LOCAL_PORT"):
        port_from_environment()
