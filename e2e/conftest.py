"""One deployment for all tests: the real CDK command line, the real functions, a local cloud of its own."""

from __future__ import annotations

import os

import pytest

from local.cloud.launcher import LocalCloud
from local.deployment import Deployment

from .second_stage import second_stage

#: Away from the demo's ports, so that both can run.
FIRST_PORT = 15_000


def pytest_configure(config):
    config.addinivalue_line("markers", "last: changes or ends the deployment, so it runs after the others")


def pytest_collection_modifyitems(items):
    items.sort(key=lambda item: item.get_closest_marker("last") is not None)


@pytest.fixture(scope="session")
def cloud():
    """The cloud of all tests. With OATHGATE_KEEP_CLOUD=1 it goes on running; the next run ends it."""
    cloud = LocalCloud.on_free_ports(FIRST_PORT)
    cloud.start()
    yield cloud
    if os.environ.get("OATHGATE_KEEP_CLOUD") != "1":
        cloud.stop()


@pytest.fixture(scope="session")
def gate(cloud):
    # A rotated key must arrive while a test waits for it, and the most verbose log must not have a secret.
    keys = {"ttlSeconds": 1, "rotation": {"everyDays": 30, "publishAheadSeconds": 3}}
    changes = {"signingKeys": keys, "keysEndpoint": {"maxAgeSeconds": 1}, "logs": {"level": "debug"}}
    gate = Deployment(cloud, "e2e", changes)
    gate.bootstrap()
    gate.deploy()
    return gate


@pytest.fixture(scope="session")
def second(gate):
    """Another stage on the same cloud; it goes before the tests of what is left."""
    second = second_stage(gate.cloud)
    second.deploy()
    yield second


@pytest.fixture(params=["any-case", "case-sensitive"])
def mappings(request, cloud):
    """Runs a test twice: header mappings replace the client's header in any case, or in their own spelling alone."""
    cloud.set_mappings(request.param)
    yield request.param
    cloud.set_mappings("any-case")


@pytest.fixture(autouse=True)
def fresh_backend(request):
    """Every test begins with a backend that has received no request."""
    if "cloud" in request.fixturenames:
        request.getfixturevalue("cloud").forget_backend_requests()
