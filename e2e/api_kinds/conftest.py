"""One deployment of each kind for all tests here, on the cloud of the other tests."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from .stages import http_stage, web_socket_stage


@pytest.fixture(scope="package")
def api_kinds(gate):
    """The stages with an HTTP API and with a WebSocket API, deployed at the same time."""
    stages = http_stage(gate.cloud), web_socket_stage(gate.cloud)
    with ThreadPoolExecutor(len(stages)) as pool:
        list(pool.map(lambda stage: stage.deploy(), stages))
    return stages


@pytest.fixture(scope="package")
def http_gate(api_kinds):
    """The stage with the HTTP API."""
    return api_kinds[0]


@pytest.fixture(scope="package")
def web_socket_gate(api_kinds):
    """The stage with the WebSocket API."""
    return api_kinds[1]
