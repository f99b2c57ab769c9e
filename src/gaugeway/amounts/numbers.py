"""One number() from JSON to Decimal, one plain() from Decimal to text."""

import re
from decimal import Context, Decimal, DivisionByZero, InvalidOperation, Overflow
from typing import Any, overload

from gaugeway.errors import ReadError

# All arithmetic on amounts goes through this context: 60 digits, and an error rather than a NaN.
_FOUR_PLACES = Decimal("0.0001")
EXACT = Context(prec=60, Emax=999, Emin=-999, traps=[DivisionByZero, InvalidOperation, Overflow])

MAX_EXPONENT = 30  # |adjusted exponent|: beyond it a number is a mistake or an attack, not money
_MOST = 10 ** (MAX_EXPONENT + 1)
MAX_DIGITS = 60  # what EXACT holds without rounding

_NUMERIC = re.compile(r"[+-]?[0-9]{1,30}(\.[0-9]{1,30})?([eE][+-]?[0-9]{1,3})?")
_SYMBOLS = re.compile(r"[$€£¥₽₹\s]|(?<=\d),(?=\d{3}(\D|$))")


def number(value: Any, path: str, *, symbols: bool = False) -> Decimal | None:
    """The number at ``path``, exact; None for null.

    Takes int, Decimal and numeric strings. ``symbols`` also takes currency signs and thousands
    separators (``"$1,234.50"``), for products that are known to write them.
    Raises ReadError ``unexpected_shape`` naming the path for anything else, a bool included, and for
    numbers whose adjusted exponent is beyond 30 or that have more than 60 digits.
    """
    if value is None:
        return None
    if type(value) is int:  # not a bool, which is an int to isinstance
        if -_MOST < value < _MOST:
            return Decimal(value)
        raise _wrong(path, "a number of plausible size")
    if isinstance(value, str):
        text = value.strip()
        if symbols:
            text = _SYMBOLS.sub("", text)
        if not _NUMERIC.fullmatch(text):
            raise _wrong(path, "a number")
        result = Decimal(text)  # at most 60 digits, by the pattern
    elif isinstance(value, Decimal):
        result = value
        if len(result.as_tuple().digits) > MAX_DIGITS:
            raise _wrong(path, "a number of plausible length")
    else:
        raise _wrong(path, "a number")
    if not result:
        return Decimal(0)  # "-0.0" and "0E-30" are just zero
    if not result.is_finite() or abs(result.adjusted()) > MAX_EXPONENT:
        raise _wrong(path, "a number of plausible size")
    return result


@overload
def plain(value: Decimal) -> str: ...
@overload
def plain(value: Decimal | None) -> str | None: ...
def plain(value: Decimal | None) -> str | None:
    """Plain notation without trailing zeros (``37.65``, ``0.0000001``), never rounded; None for None."""
    if value is None:
        return None
    text = str(value)  # plain already but for great exponents, and in half of format's time
    if "E" in text:
        text = format(value, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def four_places(value: Decimal) -> Decimal:
    """For reading only, never for deciding: sixty digits are nobody's fact."""
    return EXACT.quantize(value, _FOUR_PLACES) if value.adjusted() < 30 else value


def _wrong(path: str, wanted: str) -> ReadError:
    return ReadError("unexpected_shape", f"{path} is not {wanted}")
