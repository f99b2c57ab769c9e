"""A reader of what monitoring plugins print, written from the Monitoring Plugins Development Guidelines."""

import re
from typing import NamedTuple

_RANGE = r"@?(?:~|-?[0-9.]+)?(?::(?:-?[0-9.]+)?)?"
_DATUM = re.compile(
    r"'((?:[^'=]|'')+)'=(-?[0-9]+(?:\.[0-9]+)?|U)(s|us|ms|%|[KMGT]?B|c)?"
    rf"(?:;({_RANGE}))?(?:;({_RANGE}))?(?:;(-?[0-9.]*))?(?:;(-?[0-9.]*))?(?: +|$)"
)


class Datum(NamedTuple):
    label: str
    value: str
    uom: str
    warn: str
    crit: str
    least: str
    most: str


def parse(output: str) -> tuple[str, str, list[Datum]]:
    """The state's word, the text, and the performance data. AssertionError where the form is broken."""
    first = output.splitlines()[0]
    text, _, rest = first.partition("|")
    match = re.fullmatch(r"QUOTA (OK|WARNING|CRITICAL|UNKNOWN) - (.+)", text.strip())
    assert match, first
    data, at, rest = [], 0, rest.strip()
    while at < len(rest):
        one = _DATUM.match(rest, at)
        assert one, rest[at:]
        data.append(Datum(*(part or "" for part in one.groups())))
        at = one.end()
    return match[1], match[2], data
