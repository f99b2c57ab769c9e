"""Numbers, money, times and text out of untrusted JSON. No I/O, nothing guessed, nothing rounded."""

from gaugeway.amounts.decode import decode
from gaugeway.amounts.fields import Fields
from gaugeway.amounts.numbers import EXACT, number, plain
from gaugeway.amounts.text import clean, slug
from gaugeway.amounts.times import instant, stamp, stamp_at
from gaugeway.amounts.windows import seconds_of, span_of, window_of

__all__ = [
    "EXACT",
    "Fields",
    "clean",
    "decode",
    "instant",
    "number",
    "plain",
    "seconds_of",
    "slug",
    "span_of",
    "stamp",
    "stamp_at",
    "window_of",
]
