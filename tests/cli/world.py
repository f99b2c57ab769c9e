"""A user with a home of their own and gateways on loopback, for tests of whole commands."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from gaugeway.cli.context import App
from gaugeway.cli.main import main
from gaugeway.sources.environment import Environment
from gaugeway.testing.server import LoopbackServer
from gaugeway.view.report import Report
from gaugeway.view.snapshot import Snapshot
from gaugeway.view.words import Zone

KEY = "sk-test-123"
QUOTA: Mapping[str, Any] = {"key": "laptop", "cost": {"limit": 50, "used": 12.35}}
NOTHING = "no gateway is configured; `gaugeway add URL` sets one up"


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 22, 10, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


class World:
    """A user with a home of their own, and a gateway server. ``spawned``: what runs in the background."""

    def __init__(self, home: Path, server: LoopbackServer, capture: pytest.CaptureFixture[str]) -> None:
        self.home = self.cwd = home
        self.program: str | None = None
        self.url = server.url
        self.requests = server.requests
        self.clock = Clock()
        self.environ: dict[str, str] = {"COLUMNS": "100"}
        self.spawned: list[tuple[str, ...]] = []
        self._capture = capture

    def config(self, text: str) -> None:
        file = self.home / ".config" / "gaugeway" / "config.toml"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    def gateways(self, **paths: str) -> None:
        self.config(
            "".join(
                f'[gateways.{name}]\nbase_url = "{self.url}{path}"\napi_key = "{KEY}"\n'
                for name, path in paths.items()
            )
        )

    @property
    def env(self) -> Environment:
        return Environment(environ=self.environ, home=self.home, cwd=self.cwd)

    def run(self, *args: str) -> tuple[int, str, str]:
        app = App(
            self.env,
            clock=self.clock,
            sleep=self.clock.sleep,
            program=self.program,
            zone=Zone(),
            spawn=lambda arguments: self.spawned.append(tuple(arguments)),
        )
        code = main(args, app)
        out, err = self._capture.readouterr()
        assert KEY not in out + err
        return code, out, err

    def json(self, *args: str) -> tuple[int, dict[str, Any]]:
        """``show --json``, checked against its types."""
        code, out, _ = self.run("show", "--json", *args)
        msgspec.json.decode(out, type=Snapshot)
        return code, json.loads(out)

    def status(self, *args: str) -> tuple[int, dict[str, Any]]:
        """``status --json``, checked against its types."""
        code, out, _ = self.run("status", "--json", *args)
        msgspec.json.decode(out, type=Report)
        return code, json.loads(out)

    def opencode(self, config: Mapping[str, Any]) -> Path:
        """Writes OpenCode's user-level config."""
        file = self.home / ".config" / "opencode" / "opencode.json"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(config))
        return file

    def ids(self, *args: str) -> list[str]:
        return [one["id"] for one in self.json(*args)[1]["gateways"]]

    def asked(self) -> int:
        """How many requests came since the last time this was asked."""
        count = len(self.requests)
        self.requests.clear()
        return count
