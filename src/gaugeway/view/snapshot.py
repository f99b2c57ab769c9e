"""The JSON contract ``gaugeway.readings/1`` as types. The published schema is generated from them."""

from typing import Literal

import msgspec

from gaugeway.readings import Entry, Kind, Level, Scope

SCHEMA = "gaugeway.readings/1"
Status = Literal["ok", "stale", "error", "unconfigured"]


class MeterView(msgspec.Struct, frozen=True, kw_only=True):
    """One meter. Amounts are plain decimal strings, unknown is null; times are UTC with ``Z``."""

    id: str
    name: str
    entry: Entry
    scope: Scope
    model: str | None
    kind: Kind
    unit: str
    limit: str | None
    unlimited: bool
    used: str | None
    remaining: str | None
    percent_remaining: float | None
    window: str | None
    window_started_at: str | None
    resets_at: str | None
    level: Level
    derived: tuple[str, ...]
    advisory: bool
    expired: bool
    reset_due: bool


class KeyView(msgspec.Struct, frozen=True, kw_only=True):
    """What the gateway says of the key: its name (never the key) and its expiry."""

    name: str | None
    expires_at: str | None


class ErrorView(msgspec.Struct, frozen=True, kw_only=True):
    """The newest attempt's failure, and what to do about it."""

    code: str
    message: str
    hint: str


class GatewayView(msgspec.Struct, frozen=True, kw_only=True):
    """One gateway. ``error`` status has no meters; ``stale`` shows an older reading and says why."""

    id: str
    label: str
    provider: str
    preset: str
    status: Status
    level: Level
    coverage: Literal["full", "partial"]
    binding: str | None
    observed_at: str | None
    age_seconds: int | None
    next_read_at: str | None
    error: ErrorView | None
    notes: tuple[str, ...]
    key: KeyView
    meters: tuple[MeterView, ...]


class Snapshot(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that ``gaugeway show --json`` prints."""

    schema: str
    generated_at: str
    gateways: tuple[GatewayView, ...]
