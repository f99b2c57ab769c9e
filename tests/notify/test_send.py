"""Where a channel leads is found out in bounded time."""

import sys
import time
from pathlib import Path
from threading import Event
from types import ModuleType

import pytest
from tests.notify.values import channel, environment

from gaugeway.errors import DeliveryError
from gaugeway.notify.send import sender


def test_a_keyring_that_waits_for_a_password_costs_the_deadline(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    unlocked = Event()
    keyring, errors = ModuleType("keyring"), ModuleType("keyring.errors")
    keyring.get_password = lambda *_: unlocked.wait(30) and None  # type: ignore[attr-defined]
    keyring.errors = errors  # type: ignore[attr-defined]
    errors.KeyringError = OSError  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "keyring", keyring)
    monkeypatch.setitem(sys.modules, "keyring.errors", errors)
    started = time.monotonic()
    try:
        for kind in ("apprise", "webhook"):
            with pytest.raises(DeliveryError) as caught:
                sender(channel(tmp_path, kind, "{keyring:ntfy/me}"), environment(tmp_path), seconds=0.2)
            assert caught.value.message == "{keyring:ntfy/me} gave no URL within 0.2 seconds"
        assert time.monotonic() - started < 10
    finally:
        unlocked.set()
