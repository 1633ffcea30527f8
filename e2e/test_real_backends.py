"""Nothing closed is served by a real backend, whatever path a guest requests from the deployed gate."""

from __future__ import annotations

import pytest

from .backends.real import FOR_GUESTS, attacks, running


@pytest.fixture(scope="module")
def backends(tmp_path_factory):
    with running(tmp_path_factory.mktemp("backends")) as backends:
        yield backends


def test_the_backends_serve_what_is_closed_to_every_client_that_reaches_them(backends):
    for backend in backends:
        served = [
            backend.serves(path) for path in ("/v1/public/x", "/v1/account/7", "/v1/closed", "/internal/keys", "/a")
        ]
        assert served == ["public", "account", "closed", "internal", "nothing"], backend.name
    express = backends[0]
    assert express.serves("/v1/account/7/../../public/x") == "account"
    assert express.serves("/v1/closed/../public/x") == "closed"
    assert express.serves("/internal/keys/../../v1/public/x") == "internal"


def test_no_path_leads_a_guest_to_what_is_closed(gate, backends):
    granted = 0
    for path in attacks("/v1"):
        gate.cloud.forget_backend_requests()
        response = gate.send("GET", path)
        for received in gate.cloud.backend_requests():
            assert response.status == 200
            granted += 1
            for backend in backends:
                served = backend.serves(received["path"])
                assert served in FOR_GUESTS, f"{backend.name} serves {served} for {path}"
    assert granted < len(attacks("/v1")) / 10
