"""A user whose readings are in the store, and lines about them."""

import os
import sqlite3
import time
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from tests.cli.world import KEY, Clock

from gaugeway import background
from gaugeway.cli.context import App
from gaugeway.cli.main import main
from gaugeway.lines.line import run
from gaugeway.sources.environment import Environment
from gaugeway.testing.server import Handler, LoopbackServer

TEAM: Mapping[str, Any] = {"cost": {"limit": 50, "used": 12.35, "resets_at": "2026-11-25T10:00:00Z"}}


class Bar:
    """``started``: what would have been started in the background, by its arguments."""

    def __init__(self, home: Path, server: LoopbackServer, capture: pytest.CaptureFixture[str]) -> None:
        self.home = home
        self.server = server
        self.clock = Clock()
        self.started: list[list[str]] = []
        self._capture = capture
        self.state = home / ".local" / "state" / "gaugeway"
        self.file = home / ".config" / "gaugeway" / "config.toml"

    def gateways(self, *ids: str, **settings: str) -> None:
        """Configures gateways that answer at ``/<id>``; ``settings``: further lines, by id."""
        self.file.parent.mkdir(parents=True, exist_ok=True)
        self.file.write_text(
            "".join(
                f'[gateways.{name}]\nbase_url = "{self.server.url}/{name}"\napi_key = "{KEY}"\n'
                f"{settings.get(name, '')}\n"
                for name in ids
            )
        )

    def refresh(self, *args: str) -> None:
        """What the background would do."""
        main([*args, "refresh"], App(Environment.of_process(), clock=self.clock))

    def foresee(self, p_runout: float | None, *seconds: float | None) -> None:
        """The forecast of every meter: its probability to run out, and the quantiles of when, from now."""
        out = [None if after is None else self.clock.now.timestamp() + after for after in seconds]
        with closing(sqlite3.connect(self.state / "gaugeway.db")) as db, db:
            db.execute(
                "UPDATE forecasts SET resets_at = NULL, p_runout = ?, out_10 = ?, out_50 = ?, out_90 = ?",
                (p_runout, *out),
            )

    def line(self, *args: str, config: str = "") -> str:
        self._capture.readouterr()
        assert run(args, config, now=self.clock.now.timestamp()) == 0
        out, err = self._capture.readouterr()
        assert not err
        assert KEY not in out
        assert out.endswith("\n")
        return out[:-1]


@pytest.fixture
def routes() -> dict[str, Mapping[str, Any] | Handler]:
    return {"/team/quota": TEAM}


@pytest.fixture
def bar(
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    routes: dict[str, Mapping[str, Any] | Handler],
) -> Iterator[Bar]:
    home = tmp_path / "home"
    home.mkdir()
    for name in [name for name in os.environ if name.startswith(("XDG_", "GAUGEWAY_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    monkeypatch.chdir(home)
    with LoopbackServer(routes) as server:
        one = Bar(home, server, capfd)
        monkeypatch.setattr(background, "spawn", lambda arguments: one.started.append(list(arguments)))
        yield one
    monkeypatch.undo()
    time.tzset()
