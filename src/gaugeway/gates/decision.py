"""Whether there is enough for a job: decided on exact numbers, on all meters that may stop it."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Annotated, Any, Literal, NamedTuple

import msgspec
from msgspec import Meta

from gaugeway.amounts import plain, stamp
from gaugeway.collector import State
from gaugeway.gates.need import Need, shown
from gaugeway.readings import Level, Meter, Reading, as_of, judge
from gaugeway.readings.judging import contenders
from gaugeway.sources.gateway import Gateway
from gaugeway.view import words
from gaugeway.view.snapshot import Amount, Time

SCHEMA: Literal["gaugeway.gate/1"] = "gaugeway.gate/1"
Verdict = Literal["go", "stop", "unknown"]
CODES: dict[str, tuple[Verdict, str]] = {
    "enough": ("go", "there is what the job needs"),
    "unlimited": ("go", "nothing limits it"),
    "exhausted": ("stop", "a limit that binds is used up"),
    "too_little": ("stop", "less is left than the job needs"),
    "never": ("stop", "the whole limit is less than the job needs"),
    "no_gateway": ("unknown", "no gateway was asked"),
    "invalid_config": ("unknown", "the configuration is wrong or incomplete, and may hide the gateway"),
    "no_reading": ("unknown", "the gateway could not be read"),
    "stale": ("unknown", "the reading could not be renewed and is too old"),
    "partly_read": ("unknown", "the key may not see every limit"),
    "expired": ("unknown", "a window ended since the reading"),
    "other_unit": ("unknown", "no limit counts in the unit of the need"),
    "other_balance": ("unknown", "too little in this currency, and another one may pay"),
}
_GROWS = "Within version 1 others may be added."
_SOON = timedelta(minutes=1)  # LiteLLM, for one, resets what is due a few minutes late


class Reason(msgspec.Struct, frozen=True, kw_only=True):
    """Why: ``message`` says it to a person. ``remaining`` and ``need`` are in ``unit``. ``possible_at`` is
    when the limit resets to what the job needs; null where that can't be foreseen.
    """

    code: Annotated[str, Meta(description=_GROWS, extra_json_schema={"enum": sorted(CODES)})]
    message: str
    gateway: str | None = None
    meter: str | None = None
    unit: str | None = None
    remaining: Amount | None = None
    need: Amount | None = None
    possible_at: Time | None = None

    @property
    def verdict(self) -> Verdict:
        return CODES[self.code][0]


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """What ``gaugeway gate --json`` prints. ``verdict`` is what the numbers say, ``exit_code`` what became of
    it under ``--fail``. ``possible_at``: when every reason to stop is gone; null where one stays.
    """

    schema: Literal["gaugeway.gate/1"]
    generated_at: Time
    verdict: Verdict
    exit_code: int
    need: str | None
    possible_at: Time | None
    reasons: tuple[Reason, ...]


def decide(
    states: Sequence[State],
    need: Need | None,
    *,
    now: datetime,
    model: str | None = None,
    max_age: float | None = None,
    wrong: Sequence[str] = (),
) -> tuple[Verdict, tuple[Reason, ...]]:
    """The verdict on all these gateways together, and its reasons, those of the verdict first.

    One that stops stops all; one that is unknown makes all of them unknown, unless another one stops.
    ``max_age``: seconds that a reading which could not be renewed may be old; without it, none may.
    ``wrong``: what is wrong with the configuration, and may hide a gateway.
    """
    reasons = [Reason(code="invalid_config", message=message) for message in wrong]
    reasons += [reason for state in states for reason in _reasons(state, need, now, model, max_age)]
    if not reasons:
        reasons = [Reason(code="no_gateway", message="no gateway to ask; `gaugeway add URL` sets one up")]
    order: tuple[Verdict, ...] = ("stop", "unknown", "go")
    reasons.sort(key=lambda reason: order.index(reason.verdict))
    return reasons[0].verdict, tuple(reasons)


def possible_at(reasons: Sequence[Reason]) -> str | None:
    """When the last reason to stop is gone; None where there is none, or one that can't be foreseen."""
    times = [reason.possible_at for reason in reasons if reason.verdict == "stop"]
    return max((at for at in times if at is not None), default=None) if all(times) else None


def unusable(state: State, now: datetime, max_age: float | None) -> str | None:
    """Why its reading is no ground for a verdict; None where it is one."""
    why = "" if state.error is None else f": {state.error.message}"
    if state.reading is None:
        return f"there is no reading{why}"
    age = (now - state.reading.observed_at).total_seconds()
    if age <= max_age if max_age is not None else state.error is None:
        return None
    return f"the reading is from {words.age(age)}{why}"


class Judged(NamedTuple):
    """A reading as of now. ``found``: what may stop the job. ``wallets``: balances that can't do so alone,
    since another currency still pays, and that have something.
    """

    level: Level
    binding: Meter | None
    found: Sequence[tuple[Meter, Level]]
    wallets: Sequence[tuple[Meter, Level]]
    expired: bool

    @classmethod
    def of(cls, reading: Reading, gateway: Gateway, now: datetime, model: str | None = None) -> "Judged":
        meters = [as_of(meter, now) for meter in reading.meters]
        verdict = judge(meters, gateway.thresholds, model=model, unread=bool(reading.unread))
        found = contenders(meters, verdict.levels, model)
        binding = {meter.id for meter, _ in found}
        wallets = [
            (meter, level)
            for meter, level in zip(meters, verdict.levels, strict=True)
            if meter.kind == "balance"
            and meter.id not in binding
            and not (meter.advisory or meter.expired or meter.unlimited or level == "exhausted")
        ]
        expired = any(meter.expired for meter in meters)
        return cls(verdict.level, verdict.binding, found, wallets, expired)


def _reasons(
    state: State, need: Need | None, now: datetime, model: str | None, max_age: float | None
) -> Iterator[Reason]:
    reading, about = state.reading, _About(state.gateway.label or state.gateway.id, state.gateway.id)
    why = unusable(state, now, max_age)
    if reading is None or why is not None:
        yield about.reason("no_reading" if reading is None else "stale", why or "")
        return
    level, _, found, wallets, expired = Judged.of(reading, state.gateway, now, model)
    if expired:
        yield about.reason("expired", "a window ended since the reading")
    if reading.unread:
        yield about.reason("partly_read", f"this key may not read every limit ({', '.join(reading.unread)})")
    said = [_of_meter(about, *one, need, now) for one in found]
    said += [_of_meter(about, *one, need, now, alone=False) for one in wallets]
    yield from filter(None, said)
    if any(said) or (reading.unread and not found):
        return
    if level == "unlimited":
        yield about.reason("unlimited", "nothing limits it")
    elif need is not None and (found or wallets):
        units = " and ".join(dict.fromkeys(meter.unit for meter, _ in (*found, *wallets)))
        yield about.reason("other_unit", f"it counts in {units}, which {need} can't be compared with")
    elif not expired:
        yield about.reason("other_unit", "it does not say what is left")


class _About(NamedTuple):
    label: str
    gateway: str

    def reason(self, code: str, what: str, **facts: Any) -> Reason:
        return Reason(code=code, message=f"{self.label}: {what}", gateway=self.gateway, **facts)


def _of_meter(
    about: _About, meter: Meter, level: Level, need: Need | None, now: datetime, *, alone: bool = True
) -> Reason | None:
    """What one meter says; None where it has nothing to say of this need. ``alone``: it may stop the job."""
    left, unit = left_of(meter, need)
    if left is None and level != "exhausted":
        return None
    facts = {
        "meter": meter.id,
        "unit": unit,
        "remaining": plain(left),
        "need": None if need is None else plain(need.amount),
    }
    what = meter.title if left is None else f"{meter.title} has {shown(left, unit)} left"
    if level != "exhausted" and (need is None or (left is not None and left >= need.amount)):
        return about.reason("enough", what, **facts)
    if not alone:
        return about.reason(
            "other_balance", f"{what}, {need} needed; another currency may pay the rest", **facts
        )
    code = "exhausted"
    if level == "exhausted":
        what = f"{meter.title} is used up"
    elif need is not None:
        code, what = "too_little", f"{what}, {need} needed"
    # A full window's limit is the most there ever is. A balance can be topped up to anything.
    most = None if need is None else need.pick(meter, Decimal(100), meter.limit)
    if need is not None and most is not None and most < need.amount:
        return about.reason("never", f"{what}, and its whole limit is less than {need}", **facts)
    resets_at = meter.window.resets_at
    if resets_at is not None:
        what += f"; it resets {words.countdown((resets_at - now).total_seconds())}"
    elif meter.reset_due:
        what += "; its reset is due"
        resets_at = now + _SOON
    if resets_at is not None:
        facts["possible_at"] = stamp(resets_at)
    return about.reason(code, what, **facts)


def left_of(meter: Meter, need: Need | None) -> tuple[Decimal | None, str]:
    """What is left in the unit of the need; without one as a share, or where there is none as an amount."""
    if need is not None:
        return need.of_meter(meter), need.unit
    percent = meter.percent_remaining
    return (meter.remaining, meter.unit) if percent is None else (percent, "percent")
