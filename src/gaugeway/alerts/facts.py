"""What a message is about: facts as plain values. Words are made of them where the message is sent."""

from typing import Literal

import msgspec

from gaugeway.alerts.conditions import LEVELS
from gaugeway.alerts.crossing import Cause, Change
from gaugeway.alerts.observation import Observation
from gaugeway.amounts import plain, stamp, stamp_at
from gaugeway.amounts.numbers import four_places
from gaugeway.readings import Forecast, Level, Meter, level_of
from gaugeway.sources.alerting import Kind, Rule


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """One message's facts, as a command gets them. Amounts are plain decimal strings, times UTC with ``Z``,
    unknown is null; the meter's fields have the names of ``gaugeway.readings/1``.

    ``rule``: what raised it, in words. ``condition``: its kind. ``cause``: what happened: ``crossed``,
    ``worse`` (a level further down), ``new_window`` (in the new window again), ``reset``, ``better``.
    ``was``: the level it was raised with before. ``meter``: its id; null for a gateway as a whole.
    ``subject``: a keyed hash of whose meter it is. ``error``: why a gateway can't be read. ``title`` and
    ``text``: the message in words, as of sending it.
    """

    schema: Literal["gaugeway.alert/1"] = "gaugeway.alert/1"
    event: Literal["raised", "recovered", "test"]
    condition: Kind | Literal["test"]
    cause: Cause
    rule: str
    at: str
    gateway: str
    label: str
    level: Level = "unknown"
    was: Level | None = None
    threshold: str | None = None
    meter: str | None = None
    name: str | None = None
    scope: str | None = None
    model: str | None = None
    kind: str | None = None
    unit: str | None = None
    limit: str | None = None
    used: str | None = None
    remaining: str | None = None
    percent_remaining: str | None = None
    window: str | None = None
    resets_at: str | None = None
    p_runout: float | None = None
    runs_out_at: tuple[float | None, ...] | None = None
    used_at_reset: tuple[float, ...] | None = None
    observed_at: str | None = None
    error: str | None = None
    key_name: str | None = None
    key_expires_at: str | None = None
    subject: str | None = None
    user_id: str | None = None
    team_id: str | None = None
    title: str = ""
    text: str = ""

    @property
    def urgency(self) -> Literal["low", "normal", "critical"]:
        """How loud a message may be."""
        if self.event != "raised":
            return "low"
        return "critical" if self.condition == "level" and self.level in LEVELS[2:] else "normal"


def facts_of(rule: Rule, seen: Observation, meter: Meter | None, change: Change) -> Facts:
    """The facts of one crossing."""
    gateway, reading = seen.gateway, seen.reading
    subjects = {} if reading is None else reading.subjects
    common = Facts(
        event="recovered" if change.better else "raised",
        condition=rule.kind,
        cause=change.cause,
        rule=rule.id,
        at=stamp_at(seen.at),
        gateway=gateway.id,
        label=gateway.label or gateway.id,
        was=LEVELS[change.was] if change.was and rule.kind == "level" else None,
        threshold=None if rule.kind == "level" else plain(rule.threshold),
        observed_at=None if seen.observed_at is None else stamp_at(seen.observed_at),
        error=None if seen.error is None else seen.error.message,
        key_name=None if reading is None else reading.key.name,
        key_expires_at=None if reading is None else stamp(reading.key.expires_at),
        user_id=subjects.get("user"),
        team_id=subjects.get("team"),
    )
    if meter is None:
        return common
    forecast, percent = seen.forecasts.get(meter.id) or Forecast(), meter.percent_remaining
    return msgspec.structs.replace(
        common,
        level=level_of(meter, gateway.thresholds),
        meter=meter.id,
        name=meter.title,
        **{name: getattr(meter, name) for name in ("scope", "model", "kind", "unit")},
        **{name: plain(getattr(meter, name)) for name in ("limit", "used", "remaining")},
        percent_remaining=plain(percent and four_places(percent)),
        window=meter.window.length,
        resets_at=stamp(meter.window.resets_at),
        **{name: getattr(forecast, name) for name in ("p_runout", "runs_out_at", "used_at_reset")},
        subject=seen.subjects.get(meter.scope),
    )
