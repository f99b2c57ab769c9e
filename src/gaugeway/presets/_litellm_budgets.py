"""What LiteLLM limits at one level: a key, a member, a team, a user, an organization."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, TypeVar

from gaugeway.amounts import EXACT, Fields, clean, plain, stamp
from gaugeway.presets import Meter
from gaugeway.readings import Scope

_T = TypeVar("_T")
_NOTHING = Fields({})
_RATES = (
    ("tpm_limit", "tokens per minute"),
    ("rpm_limit", "requests per minute"),
    ("tpd_limit", "tokens per day"),
    ("max_parallel_requests", "requests at once"),
)


class Level:
    """One level's object and the budget table linked to it, which holds what the object leaves null."""

    def __init__(self, scope: Scope, fields: Fields, now: datetime, *, advisory: bool = False) -> None:
        self._scope = scope
        self._own = fields
        self._now = now
        self._advisory = advisory
        table = fields.object("litellm_budget_table")
        self._places: tuple[Fields, ...] = (fields,) if table is None else (fields, table)

    def meters(self) -> Iterator[Meter]:
        """Every budget of this level; rate limits, which come without what is left, go to the notes."""
        limit = self._number("max_budget")
        if limit is not None:
            yield self._meter("budget", EXACT.add(limit, self._raise()), **self._spent())
        soft = self._number("soft_budget")
        if soft is not None:
            yield self._meter("soft-budget", soft, advisory=True, **self._spent())
        yield from self._windows()
        yield from self._models()
        rates = [(self._number(field), words) for field, words in _RATES]
        said = ", ".join(f"{plain(rate)} {words}" for rate, words in rates if rate is not None)
        if said:
            self._own.notes.append(f"the {self._scope} is limited to {said}; what is left is not published")

    def spend(self, *, unlimited: bool) -> Meter:
        """What was spent, for a level without a budget of its own."""
        return self._meter("spend", None, unlimited=unlimited, **self._spent())

    def _spent(self) -> dict[str, Any]:
        """What was spent, within which window, and when that starts anew."""
        resets_at = self._first(lambda place: place.instant("budget_reset_at"))
        window = self._first(lambda place: place.window("budget_duration"))
        if window is None and resets_at is None and any("budget_duration" in p.names() for p in self._places):
            window = "lifetime"  # a null duration: what is spent stays spent
        return {"used": self._own.number("spend"), "window": window, "resets_at": resets_at}

    def _raise(self) -> Decimal:
        """By how much the budget is raised for a time."""
        for place in (*self._places, self._own.object("metadata") or _NOTHING):
            extra, until = place.number("temp_budget_increase"), place.instant("temp_budget_expiry")
            if extra is not None and until is not None and until > self._now:
                self._own.notes.append(
                    f"the {self._scope}'s budget is raised by {plain(extra)} until {stamp(until)}"
                )
                return extra
        return Decimal(0)

    def _windows(self) -> Iterator[Meter]:
        """Several budgets at once, each with a window of its own."""
        usage = self._own.object("budget_limits_usage") or _NOTHING
        for item in self._own.objects("budget_limits"):
            limit = item.number("max_budget")
            spent = usage.object(item.word("budget_duration") or "") or _NOTHING
            if limit is not None:
                yield self._meter(
                    "budget-limit",
                    limit,
                    used=spent.number("current_spend"),
                    window=item.window("budget_duration"),
                    resets_at=item.instant("reset_at"),
                )

    def _models(self) -> Iterator[Meter]:
        usage = self._own.object("model_max_budget_usage") or _NOTHING
        tables = [place.object("model_max_budget") or _NOTHING for place in self._places]
        for budgets, model in ((table, model) for table in tables for model in table.names()):
            budget, spent = budgets.object(model) or _NOTHING, usage.object(model) or _NOTHING
            limit = budget.number("budget_limit" if "budget_limit" in budget else "max_budget")
            if limit is not None and clean(model):
                yield self._meter(
                    "budget" if self._scope == "key" else f"{self._scope}-budget",
                    limit,
                    model=clean(model),
                    used=spent.number("current_spend"),
                    window=budget.window("time_period" if "time_period" in budget else "budget_duration"),
                    resets_at=spent.instant("budget_reset_at"),
                )

    def _meter(self, name: str, limit: Decimal | None, *, advisory: bool = False, **rest: Any) -> Meter:
        return Meter.of(
            name=name,
            title=f"{rest.get('model') or self._scope.capitalize()} {name.replace('-', ' ')}",
            scope=self._scope,
            kind="spend" if limit is None else "allowance",
            unit="USD",
            limit=limit,
            advisory=advisory or self._advisory,
            **rest,
        )

    def _number(self, field: str) -> Decimal | None:
        return self._first(lambda place: place.number(field))

    def _first(self, read: Callable[[Fields], _T | None]) -> _T | None:
        return next((found for place in self._places if (found := read(place)) is not None), None)


def distinct(meters: Sequence[Meter]) -> tuple[Meter, ...]:
    """Of two budgets for the same window (24h and 1d, say) the tighter one: that is the one that stops."""
    kept: dict[str, Meter] = {}
    for meter in sorted(meters, key=_left):
        kept.setdefault(meter.id, meter)
    return tuple(meter for meter in meters if kept[meter.id] is meter)


def _left(meter: Meter) -> Decimal:
    left = meter.limit if meter.remaining is None else meter.remaining
    return Decimal("Infinity") if left is None else left
