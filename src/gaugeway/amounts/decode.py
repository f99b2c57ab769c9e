"""The one JSON decoder: strict, exact, bounded."""

import re
from decimal import Decimal
from typing import Any

import msgspec

from gaugeway.errors import ReadError

MAX_DEPTH = 32
_BOM = b"\xef\xbb\xbf"
_MARKS = re.compile(rb'"(?:[^"\\]|\\.)*+"?|[\[\]{}]', re.DOTALL)  # brackets, and strings, which hide theirs
_STEPS = {b"[": 1, b"{": 1, b"]": -1, b"}": -1}

# msgspec refuses NaN, Infinity, 1_000, lone surrogates and trailing text by itself (json of the standard
# library takes the first two); an integer of any length stays an int, a float becomes the Decimal written.
_decoder = msgspec.json.Decoder(float_hook=Decimal)


def decode(body: bytes) -> Any:
    """Python values of a JSON document; numbers are int or Decimal, never float.

    Raises ReadError ``not_json`` (also for more than 32 levels, named as such).
    """
    body = body.removeprefix(_BOM)
    if _depth_exceeds(body, MAX_DEPTH):
        raise ReadError("not_json", f"the answer is nested deeper than {MAX_DEPTH} levels")
    try:
        return _decoder.decode(body)
    except (msgspec.DecodeError, ValueError, ArithmeticError, RecursionError):
        # The decoder's own words may quote the body, so they stay inside.
        raise ReadError("not_json", "the answer is not valid JSON") from None


def _depth_exceeds(body: bytes, most: int) -> bool:
    if body.count(b"[") + body.count(b"{") <= most:  # true of nearly every answer, and all done in C
        return False
    depth = 0
    for mark in _MARKS.finditer(body):
        depth += _STEPS.get(mark[0], 0)
        if depth > most:
            return True
    return False
