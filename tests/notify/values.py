"""Facts and channels for the tests of delivery."""

from pathlib import Path
from typing import Any

from gaugeway.alerts.facts import Facts
from gaugeway.sources.alerting import Channel, ChannelKind
from gaugeway.sources.environment import Environment
from gaugeway.sources.settings import Layer, Setting
from gaugeway.sources.templates import Text

FACTS = Facts(
    event="raised",
    condition="level",
    cause="worse",
    rule="level low",
    at="2026-11-22T10:00:00Z",
    gateway="campus",
    label="Campus",
    level="critical",
    was="low",
    meter="team/budget/7d",
    name="Team budget",
    scope="team",
    kind="allowance",
    unit="USD",
    limit="50",
    used="48.5",
    remaining="1.5",
    percent_remaining="3",
    window="7d",
    resets_at="2026-11-23T00:00:00Z",
    p_runout=0.93,
    runs_out_at=(1795345200.0, 1795352400.0, None),
    used_at_reset=(49.0, 55.5, 80.0),
    key_name="laptop",
    subject="5f2c",
    user_id="u-1",
    team_id="t-9",
    title="Campus: Team budget is critical: 3% left",
    text="48.50 of 50.00 USD used, weekly limit.",
)


def environment(home: Path, **environ: str) -> Environment:
    return Environment(environ={"PATH": "/usr/bin:/bin", **environ}, home=home, cwd=home)


def channel(folder: Path, kind: ChannelKind, value: Any) -> Channel:
    """A channel as the config's reader makes it."""
    layer = Layer(file="config.toml", folder=folder, own=True)
    place = Setting({kind: value}, layer, ("alerts", "channels", "phone"))
    setting = Setting(value, layer, (*place.path, kind))
    url = Text.of(setting, deferred=True) if isinstance(value, str) else None
    words = tuple(value) if kind == "command" else ()
    return Channel(name="phone", kind=kind, place=place, url=url, command=words)
