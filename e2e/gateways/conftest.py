"""One site for all tests, behind each gateway that this machine has. Nothing here needs the local cloud."""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import dataclass

import pytest

from local.cloud.gateway_client import Response

from .programs import Site, get

HOW = {"nginx": "apt-get install nginx", "caddy": "apt-get install caddy"}


@dataclass
class Behind:
    """A site as seen through one gateway."""

    name: str
    port: int
    site: Site

    def send(self, method: str, path: str, headers=(), body: bytes = b"") -> Response:
        """One request through the gateway."""
        return get(self.port, method, path, headers, body)

    def received(self) -> list[dict]:
        """The requests that the backend has received since the test began."""
        return get(self.site.backend.port, "GET", "/_oathgate/requests").json

    def keys(self) -> list[dict]:
        """The keys that the gate signs with."""
        return json.loads(self.site.jwks.read_text())["keys"]


@pytest.fixture(scope="session")
def site(tmp_path_factory):
    with Site(tmp_path_factory.mktemp("gateways")).running() as site:
        yield site


@pytest.fixture(scope="session", params=sorted(HOW))
def started_gateway(request, site):
    name = request.param
    if shutil.which(name) is None:
        why = f"{name} is not on this machine; on Debian `{HOW[name]}` brings it"
        if os.environ.get("REQUIRE_GATEWAYS") == "1":
            pytest.fail(f"REQUIRE_GATEWAYS=1 is set, and {why}")
        pytest.skip(why)
    program = site.gateway(name)
    program.start()
    yield Behind(name, program.port, site)
    program.stop()


@pytest.fixture
def gateway(started_gateway):
    """A gateway whose backend has received no request yet."""
    get(started_gateway.site.backend.port, "DELETE", "/_oathgate/requests")
    return started_gateway
