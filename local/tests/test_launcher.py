"""Starting and stopping, and the errors there."""

from __future__ import annotations

import socket
from urllib.error import HTTPError

import pytest

from local.cloud.launcher import LocalCloud, mappings_from_environment, port_from_environment
from local.cloud.processes import LocalCloudError


def test_a_second_start_starts_nothing(cloud):
    assert cloud.start() == []


def test_a_port_taken_by_another_program_is_an_error(cloud):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        other = LocalCloud(taken.getsockname()[1] - 1)
        with pytest.raises(LocalCloudError, match="taken by another program"):
            other.start()
        assert other.stop() == []


@pytest.mark.parametrize("port", ["http", "80", "70000", ""])
def test_a_wrong_port_is_an_error(monkeypatch, port):
    monkeypatch.setenv("OATHGATE_LOCAL_PORT", port)
    with pytest.raises(LocalCloudError, match="OATHGATE_LOCAL_PORT"):
        port_from_environment()


@pytest.mark.parametrize("mode", ["sensitive", "", "CASE-SENSITIVE"])
def test_a_wrong_mode_of_header_mappings_is_an_error(monkeypatch, cloud, mode):
    monkeypatch.setenv("OATHGATE_LOCAL_MAPPINGS", mode)
    with pytest.raises(LocalCloudError, match="OATHGATE_LOCAL_MAPPINGS"):
        mappings_from_environment()
    with pytest.raises(HTTPError):
        cloud.set_mappings(mode)


def test_the_cloud_starts_in_the_mode_that_the_variable_names(monkeypatch):
    monkeypatch.setenv("OATHGATE_LOCAL_MAPPINGS", "case-sensitive")
    assert mappings_from_environment() == "case-sensitive"
    cloud = LocalCloud(20_000)
    assert cloud.emulator.environment["OATHGATE_LOCAL_MAPPINGS"] == "case-sensitive"
