"""The stack's outputs can be used as they are."""

from __future__ import annotations

import urllib.request


def test_the_url_leads_to_the_api_on_this_machine(gate):
    gate.cloud.forget_backend_requests()
    with urllib.request.urlopen(f"{gate.output_url}health", timeout=60) as response:
        assert response.status == 200
    [received] = gate.cloud.backend_requests()
    assert received["path"] == "/health"
