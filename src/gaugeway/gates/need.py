"""An amount with its unit, as it is typed: ``4.50USD``, ``200000tokens``, ``10%``."""

import re
from decimal import Decimal

import msgspec

from gaugeway.amounts import plain
from gaugeway.readings import Meter
from gaugeway.view import words

_NEED = re.compile(r"([0-9]{1,30}(?:\.[0-9]{1,30})?)\s*(%|[A-Za-z][A-Za-z0-9_-]{0,30})?")


class Need(msgspec.Struct, frozen=True):
    """``unit``: ``percent`` for a share of the limit, else the unit of the meters it is compared with."""

    amount: Decimal
    unit: str

    @classmethod
    def of(cls, text: str, unit: str | None = None) -> "Need":
        """``unit``: of a bare number. Raises ValueError for what is not a number with a unit."""
        match = _NEED.fullmatch(text.strip())
        unit = (match and match[2]) or unit
        if match is None or unit is None:
            raise ValueError(f"{text!r} is not an amount with its unit: 4.50USD, 200000tokens or 10%")
        return cls(Decimal(match[1]), "percent" if unit == "%" else unit)

    def pick(self, meter: Meter, share: Decimal | None, amount: Decimal | None) -> Decimal | None:
        """Of a meter's share and amount the one in this need's unit; None where neither is."""
        if self.unit == "percent":
            return share
        return amount if meter.unit.casefold() == self.unit.casefold() else None

    def of_meter(self, meter: Meter) -> Decimal | None:
        """What the meter has left, in this need's unit; None where it does not say."""
        return self.pick(meter, meter.percent_remaining, meter.remaining)

    def __str__(self) -> str:
        return shown(self.amount, self.unit)


def shown(amount: Decimal, unit: str) -> str:
    """``3.12 USD``, ``42%``, ``over by 3%``."""
    if unit == "percent":
        return words.percent_text(plain(amount))
    return f"{words.figure(plain(amount), unit)} {unit}"
