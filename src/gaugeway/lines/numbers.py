"""Amounts as whole numbers that compare exactly: Decimal would cost a prompt more than all it is used for."""

_PLACES = 100  # amounts have up to 60 digits, and none is further than 33 places behind the point
HUNDRED = int("1" + "0" * (_PLACES + 2))  # percent


def exact(text: str | None) -> int | None:
    """A plain decimal text times 10**100."""
    if text is None:
        return None
    whole, _, fraction = text.partition(".")
    return int(whole + fraction[:_PLACES].ljust(_PLACES, "0"))
