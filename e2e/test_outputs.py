"""What the stack's outputs say can be used as it is."""

from __future__ import annotations

import urllib.request


def test_the_url_leads_to_the_api_on_this_machine(gate):
    gate.cloud.forget_backend_requests()
    with urllib.request.urlopen(f"{gate.output_url}health", timeout=60) as answer:
        assert answer.status == 200
    [received] = gate.cloud.backend_requests()
    assert received["path"] == "/health"
