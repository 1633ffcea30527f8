"""Nothing closed is served by a real backend behind nginx or Caddy, whatever path a guest requests."""

from __future__ import annotations

import pytest

from e2e.backends.real import FOR_GUESTS, attacks, running

from .programs import get


@pytest.fixture(scope="module")
def backends(tmp_path_factory):
    with running(tmp_path_factory.mktemp("backends")) as backends:
        yield backends


def test_no_path_leads_a_guest_to_what_is_closed(gateway, backends):
    for path in attacks(""):
        get(gateway.site.backend.port, "DELETE", "/_oathgate/requests")
        response = gateway.send("GET", path)
        for received in gateway.received():
            assert response.status == 200
            for backend in backends:
                served = backend.serves(received["path"])
                assert served in FOR_GUESTS, f"{backend.name} serves {served} for {path}"
