"""What LiteLLM limits at one level: a key, a member, a team, a user, an organization."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from gaugeway.amounts import EXACT, Fields, clean, plain, stamp, window_of
from gaugeway.readings import Meter, Scope
from gaugeway.transport.asking import shape_error

_RATES = (
    ("tpm_limit", "tokens per minute"),
    ("rpm_limit", "requests per minute"),
    ("tpd_limit", "tokens per day"),
    ("max_parallel_requests", "requests at once"),
)


class _Counted(NamedTuple):
    """What was spent, within which window, and when that starts anew."""

    used: Decimal | None
    window: str | None
    resets_at: datetime | None


class Level:
    """One level's object and the budget table linked to it, which holds what the object leaves null."""

    def __init__(self, scope: Scope, fields: Fields, now: datetime, *, advisory: bool = False) -> None:
        self._scope = scope
        self._own = fields
        self._now = now
        self._advisory = advisory
        table = fields.object("litellm_budget_table")
        self._places = (fields,) if table is None else (fields, table)
        resets_at = next(filter(None, (one.instant("budget_reset_at") for one in self._places)), None)
        window = next(filter(None, (_window(one, "budget_duration") for one in self._places)), None)
        if window is None and resets_at is None and any("budget_duration" in p.names() for p in self._places):
            window = "lifetime"  # a null duration: what is spent stays spent
        self._counted = _Counted(fields.number("spend"), window, resets_at)

    def meters(self) -> Iterator[Meter]:
        """Every budget of this level; rate limits, which come without what is left, go to the notes."""
        limit = self._number("max_budget")
        if limit is not None:
            yield self._meter("budget", EXACT.add(limit, self._raise()))
        soft = self._number("soft_budget")
        if soft is not None:
            yield self._meter("soft-budget", soft, advisory=True)
        yield from self._windows()
        yield from self._models()
        rates = [(self._number(field), words) for field, words in _RATES]
        said = ", ".join(f"{plain(rate)} {words}" for rate, words in rates if rate is not None)
        if said:
            self._own.notes.append(f"the {self._scope} is limited to {said}; what is left is not published")

    def spend(self, *, unlimited: bool) -> Meter:
        """What was spent, for a level without a budget of its own."""
        return self._meter("spend", None, unlimited=unlimited)

    def _raise(self) -> Decimal:
        """By how much the budget is raised for a time."""
        places: tuple[Fields | None, ...] = (*self._places, self._own.object("metadata"))
        for place in places:
            extra = place.number("temp_budget_increase") if place is not None else None
            until = place.instant("temp_budget_expiry") if place is not None else None
            if extra is not None and until is not None and until > self._now:
                self._own.notes.append(
                    f"the {self._scope}'s budget is raised by {plain(extra)} until {stamp(until)}"
                )
                return extra
        return Decimal(0)

    def _windows(self) -> Iterator[Meter]:
        """Several budgets at once, each with a window of its own."""
        usage = self._own.object("budget_limits_usage")
        for item in self._own.objects("budget_limits"):
            limit = item.number("max_budget")
            if limit is None:
                continue
            spent = usage.object(item.word("budget_duration") or "") if usage is not None else None
            window = _window(item, "budget_duration")
            counted = _Counted(_spent(spent), window, item.instant("reset_at"))
            yield self._meter("budget-limit", limit, counted)

    def _models(self) -> Iterator[Meter]:
        usage = self._own.object("model_max_budget_usage")
        tables = [place.object("model_max_budget") for place in self._places]
        for model, budget in (pair for table in tables if table is not None for pair in _objects(table)):
            limit = budget.number("budget_limit" if "budget_limit" in budget else "max_budget")
            if limit is None or not clean(model):
                continue
            spent = usage.object(model) if usage is not None else None
            window = _window(budget, "time_period" if "time_period" in budget else "budget_duration")
            resets_at = spent.instant("budget_reset_at") if spent is not None else None
            name = "budget" if self._scope == "key" else f"{self._scope}-budget"
            yield self._meter(name, limit, _Counted(_spent(spent), window, resets_at), model=clean(model))

    def _meter(
        self,
        name: str,
        limit: Decimal | None,
        counted: _Counted | None = None,
        *,
        unlimited: bool = False,
        model: str | None = None,
        advisory: bool = False,
    ) -> Meter:
        used, window, resets_at = counted or self._counted
        return Meter.of(
            name=name,
            title=f"{model or self._scope.capitalize()} {name.replace('-', ' ')}",
            scope=self._scope,
            kind="spend" if limit is None else "allowance",
            unit="USD",
            limit=limit,
            unlimited=unlimited,
            used=used,
            window=window,
            resets_at=resets_at,
            model=model,
            advisory=advisory or self._advisory,
        )

    def _number(self, field: str) -> Decimal | None:
        numbers = (place.number(field) for place in self._places)
        return next((number for number in numbers if number is not None), None)


def distinct(meters: Sequence[Meter]) -> tuple[Meter, ...]:
    """Of two budgets for the same window (24h and 1d, say) the tighter one: that is the one that stops."""
    kept: dict[str, Meter] = {}
    for meter in sorted(meters, key=_left):
        kept.setdefault(meter.id, meter)
    return tuple(meter for meter in meters if kept[meter.id] is meter)


def _left(meter: Meter) -> Decimal:
    left = meter.limit if meter.remaining is None else meter.remaining
    return Decimal("Infinity") if left is None else left


def _spent(usage: Fields | None) -> Decimal | None:
    return None if usage is None else usage.number("current_spend")


def _objects(table: Fields) -> Iterator[tuple[str, Fields]]:
    for name in table.names():
        found = table.object(name)
        if found is not None:
            yield name, found


def _window(fields: Fields, name: str) -> str | None:
    try:
        return window_of(fields.word(name) or None)
    except ValueError:
        raise shape_error(f"{fields.at(name)} is not a duration") from None
