"""The JSON contract ``gaugeway.readings/1`` as types. The published schema is generated from them."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from gaugeway.errors import READ_CODES, SETUP_CODES
from gaugeway.readings import Entry, Kind, Level, Scope

SCHEMA: Literal["gaugeway.readings/1"] = "gaugeway.readings/1"
Status = Literal["ok", "stale", "error", "unconfigured"]

Amount = Annotated[str, Meta(pattern=r"^-?[0-9]+(\.[0-9]*[1-9])?$", description="A plain decimal number.")]
Time = Annotated[str, Meta(pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$", description="ISO 8601 in UTC.")]
_GROWS = Meta(description="One of these today. Within version 1 others may be added.")
_CODES = Meta(examples=sorted(READ_CODES | SETUP_CODES), description="Within version 1 others may be added.")


class ForecastView(msgspec.Struct, frozen=True, kw_only=True):
    """What was foreseen of a meter when it last moved, as estimates. The 10, 50 and 90 % quantiles of when it
    runs out (were there no reset; null for one that lies beyond what can be foreseen) and of what will be
    used at the reset; ``pace`` 1 is an even spend of the limit over the window.
    """

    p_runout: Annotated[float, Meta(ge=0, le=1)] | None
    runs_out_at: tuple[Time | None, Time | None, Time | None] | None
    used_at_reset: tuple[Amount, Amount, Amount] | None
    pace: float | None
    made_at: Time


class MeterView(msgspec.Struct, frozen=True, kw_only=True):
    """One meter. Amounts are plain decimal strings, unknown is null; times are UTC with ``Z``."""

    id: str
    name: str
    entry: Annotated[Entry, _GROWS]
    scope: Annotated[Scope, _GROWS]
    model: str | None
    kind: Annotated[Kind, _GROWS]
    unit: str
    limit: Amount | None
    unlimited: bool
    used: Amount | None
    remaining: Amount | None
    percent_remaining: float | None
    window: str | None
    window_started_at: Time | None
    resets_at: Time | None
    level: Annotated[Level, _GROWS]
    derived: tuple[str, ...]
    advisory: bool
    expired: bool
    reset_due: bool
    forecast: ForecastView | None = None


class KeyView(msgspec.Struct, frozen=True, kw_only=True):
    """What the gateway says of the key: its name (never the key) and its expiry."""

    name: str | None
    expires_at: Time | None


class ErrorView(msgspec.Struct, frozen=True, kw_only=True):
    """The newest attempt's failure, and what to do about it."""

    code: Annotated[str, _CODES]
    message: str
    hint: str


class GatewayView(msgspec.Struct, frozen=True, kw_only=True):
    """One gateway. ``error`` status has no meters; ``stale`` shows an older reading and says why."""

    id: str
    label: str
    provider: str
    preset: str
    status: Annotated[Status, _GROWS]
    level: Annotated[Level, _GROWS]
    coverage: Annotated[Literal["full", "partial"], _GROWS]
    binding: str | None
    observed_at: Time | None
    age_seconds: int | None
    next_read_at: Time | None
    error: ErrorView | None
    notes: tuple[str, ...]
    key: KeyView
    meters: tuple[MeterView, ...]


class Snapshot(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that ``gaugeway show --json`` prints. Within version 1 fields are only added."""

    schema: Literal["gaugeway.readings/1"]
    generated_at: Time
    gateways: tuple[GatewayView, ...]
