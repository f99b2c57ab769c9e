"""One limited thing on a gateway, with the arithmetic that its three numbers share."""

from datetime import datetime
from decimal import Decimal
from typing import Literal, Self, get_args
from urllib.parse import quote

import msgspec

from gaugeway.amounts import EXACT, seconds_of, window_of
from gaugeway.amounts.numbers import plain
from gaugeway.readings.judging import SCOPES

Scope = Literal["key", "user", "member", "team", "organization", "account", "gateway", "model"]
Kind = Literal["allowance", "balance", "spend", "rate_limit"]
Entry = Literal["percent", "value"]

_HUNDRED = Decimal(100)
_ABSOLUTE, _RELATIVE = Decimal("1e-6"), Decimal("1e-5")


class Window(msgspec.Struct, frozen=True, kw_only=True):
    """The time over which a limit applies.

    ``length``: canonical (``5h``, ``30d``, ``1mo``, ``lifetime``) or None where unknown. Times are UTC.
    """

    length: str | None = None
    started_at: datetime | None = None
    resets_at: datetime | None = None


NO_WINDOW = Window()


class Meter(msgspec.Struct, frozen=True, kw_only=True):
    """One limited thing. Build it with :meth:`of`, which derives what is missing.

    Amounts are in ``unit`` (``tokens``, ``requests``, ``percent``, an upper-case currency code, or the
    gateway's own word), exact, and None where unknown. ``percent_remaining`` is 0 to 100 for a meter
    within its limit, negative when overspent. ``derived`` names the amounts that were computed.
    """

    scope: Scope
    name: str
    title: str
    kind: Kind
    unit: str
    entry: Entry
    limit: Decimal | None = None
    unlimited: bool = False
    used: Decimal | None = None
    remaining: Decimal | None = None
    percent_remaining: Decimal | None = None
    window: Window = NO_WINDOW
    model: str | None = None
    derived: tuple[str, ...] = ()
    advisory: bool = False
    expired: bool = False
    reset_due: bool = False

    @property
    def id(self) -> str:
        """Stable within a gateway: ``<scope>/<name>/<window or ->``."""
        scope = f"model:{quote(self.model, safe='')}" if self.model is not None else self.scope
        return f"{scope}/{self.name}/{self.window.length or '-'}"

    @classmethod
    def of(
        cls,
        *,
        name: str,
        unit: str,
        title: str | None = None,
        scope: Scope = "key",
        kind: Kind | None = None,
        entry: Entry | None = None,
        limit: Decimal | None = None,
        unlimited: bool = False,
        used: Decimal | None = None,
        remaining: Decimal | None = None,
        percent_remaining: Decimal | None = None,
        window: str | None = None,
        started_at: datetime | None = None,
        resets_at: datetime | None = None,
        model: str | None = None,
        advisory: bool = False,
        notes: list[str] | None = None,
    ) -> Self:
        """A meter from what the gateway gave, None for what it did not give.

        The third of limit, used and remaining is derived. Where all three are given and contradict each
        other beyond max(1e-6, 1e-5 of the limit), remaining wins, used is derived from it, and ``notes``
        gets a line. Nothing is clamped. ``percent_remaining`` is taken only where the amounts give none.
        ``kind`` defaults to allowance with a limit or a percentage, balance with remaining alone, spend
        with used alone. ``window`` may be in any spelling that :func:`window_of` takes.
        Raises ValueError for a meter that says nothing at all.
        """
        if unlimited:
            limit = remaining = percent_remaining = None
        if limit is used is remaining is percent_remaining is None and not unlimited:
            raise ValueError(f"meter {name}: no limit, no amount and no percentage")
        length = window_of(window)
        derived: tuple[str, ...] = ()
        left = None if limit is None or used is None else EXACT.subtract(limit, used)
        if limit is None:
            if used is not None and remaining is not None:
                limit, derived = EXACT.add(used, remaining), ("limit",)
        elif remaining is None:
            if left is not None:
                remaining, derived = left, ("remaining",)
        elif left is None or _apart(left, remaining, limit):
            if left is not None and notes is not None:
                notes.append(
                    f"{title or name}: limit {plain(limit)}, used {plain(used)} and remaining "
                    f"{plain(remaining)} contradict each other; remaining is believed"
                )
            used, derived = EXACT.subtract(limit, remaining), ("used",)
        if limit is not None and limit > 0 and remaining is not None:
            percent_remaining = EXACT.multiply(EXACT.divide(remaining, limit), _HUNDRED)
        if kind is None:
            if limit is not None or percent_remaining is not None or unlimited:
                kind = "allowance"
            else:
                kind = "balance" if remaining is not None else "spend"
        # A daily limit is an allowance, whatever the gateway calls it; None seconds are more than a day.
        if kind == "rate_limit" and length is not None and (seconds_of(length) or 86400) >= 3600:
            kind = "allowance"
        return cls(
            scope="model" if model is not None else scope,
            name=name,
            title=title or name.replace("-", " ").capitalize(),
            kind=kind,
            unit=unit,
            entry=entry or ("percent" if percent_remaining is not None else "value"),
            limit=limit,
            unlimited=unlimited,
            used=used,
            remaining=remaining,
            percent_remaining=percent_remaining,
            window=Window(length=length, started_at=started_at, resets_at=resets_at),
            model=model,
            derived=derived,
            advisory=advisory,
        )


def _apart(left: Decimal, remaining: Decimal, limit: Decimal) -> bool:
    gap = EXACT.subtract(left, remaining)
    return bool(gap) and EXACT.abs(gap) > max(_ABSOLUTE, EXACT.multiply(_RELATIVE, EXACT.abs(limit)))


assert set(SCOPES) == set(get_args(Scope))
