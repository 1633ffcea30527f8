"""The launcher detects that the emulator is not the pinned one."""

from __future__ import annotations

import json

import pytest

from local.cloud import extensions, pinned


def test_the_installed_emulator_is_the_pinned_one():
    pinned.check(extensions.ALL)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"sha256": "0" * 64}, "its source has changed"),
        ({"signature": "(a, b)"}, "was (a, b)"),
    ],
)
def test_a_changed_function_is_named(tmp_path, monkeypatch, change, message):
    pins = json.loads(pinned.PINS.read_text())
    pins["services.apigateway_v1:_invoke_http_proxy_v1"].update(change)
    changed = tmp_path / "pinned.json"
    changed.write_text(json.dumps(pins))
    monkeypatch.setattr(pinned, "PINS", changed)
    with pytest.raises(pinned.EmulatorChanged) as refusal:
        pinned.check(extensions.ALL)
    assert "_invoke_http_proxy_v1" in str(refusal.value)
    assert message in str(refusal.value)


def test_another_version_is_named(monkeypatch):
    monkeypatch.setattr(pinned, "VERSION", "9.9.9")
    with pytest.raises(pinned.EmulatorChanged, match=r"9\.9\.9 is pinned"):
        pinned.check(extensions.ALL)
