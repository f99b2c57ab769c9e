"""Amounts as whole numbers that compare exactly: Decimal would cost a prompt more than all it is used for."""

_PLACES = 100  # amounts have up to 60 digits, and none is further than 33 places behind the point
_HUNDRED = int("1" + "0" * (_PLACES + 2))


def exact(text: str | None) -> int | None:
    """A plain decimal text times 10**100."""
    if text is None:
        return None
    whole, _, fraction = text.partition(".")
    return int(whole + fraction[:_PLACES].ljust(_PLACES, "0"))


def fraction_of(percent: int) -> float:
    """A percentage as a bar's length, 0 to 1 where it is within the limit."""
    return percent / _HUNDRED
