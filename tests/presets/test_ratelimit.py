"""Rate-limit headers below the preset: times in every spelling, structured lists, what is malformed."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gaugeway.presets._ratelimit import items, limits, reset_time

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("0", 0), ("60", 60), ("33011.382867097855", 33011.382867), ("2678400", 2678400),
        ("1s", 1), ("6m0s", 360), ("120ms", 0.12), ("2m59.56s", 179.56),
        ("1h0m0s", 3600), ("24h0m0s", 86400), ("1d", 86400),
        ("1795345200", 3600), ("1795345200000", 3600), ("1795345200.5", 3600.5),
        ("2026-11-22T11:00:00Z", 3600), ("2026-11-22T11:00:00+01:00", 0),
        ("Sun, 22 Nov 2026 11:00:00 GMT", 3600),
        ("Sun, 22 Nov 2026 11:00:00 -0000", 3600),
    ],
)  # fmt: skip
def test_reset_times(text, seconds):
    assert reset_time(text, NOW) == NOW + timedelta(seconds=seconds)


@pytest.mark.parametrize(
    "text", [None, "", " ", "-1", "-1s", "1m2x", "x", "1_000", "500000000", "1e30", "9" * 30,
             "1e999", "tomorrow", "ms"]
)  # fmt: skip
def test_what_makes_no_sense_is_no_reset_time(text):
    assert reset_time(text, NOW) is None


def test_structured_lists():
    text = '"a\\"b,;c" ; q=5;w=60;qu="requests";pk=:YQ==:; flag ,  100;w=1,token;x=?0;y=1.5;z=*t'
    assert items(text) == [
        ('a"b,;c', {"q": "5", "w": "60", "qu": "requests", "pk": ":YQ==:", "flag": "?1"}),
        ("100", {"w": "1"}),
        ("token", {"x": "?0", "y": "1.5", "z": "*t"}),
    ]


@pytest.mark.parametrize(
    "text", [None, "", '"a";r=5,', '"a";r=5 "b"', '"a;r=5', '"a";R=5', '"a";r=', "=", ",",
             '"a",,"b"', "ü", "a;é=1"]
)  # fmt: skip
def test_a_malformed_list_is_ignored_whole(text):
    assert items(text) == []


_HEADER_NAMES = st.sampled_from(
    ["ratelimit", "ratelimit-policy", "ratelimit-limit", "ratelimit-remaining", "ratelimit-reset"]
    + [
        f"x-ratelimit-{form}{end}"
        for form in ("limit", "remaining", "reset")
        for end in ("", "-day", "-tokens")
    ]
)
_VALUES = st.text(st.sampled_from('0123456789abrqwt"=;,:. -?*\\'), max_size=40) | st.text(max_size=20)


@given(st.dictionaries(_HEADER_NAMES, _VALUES))
def test_no_header_however_odd_is_an_error(headers):
    for limit in limits(headers, NOW):
        assert limit.limit is not None or limit.remaining is not None


@given(st.dictionaries(_HEADER_NAMES, st.from_regex(r"[0-9]{1,6}", fullmatch=True)))
def test_the_same_limit_is_told_once(headers):
    once = limits(headers, NOW)
    twin = {name.replace("x-ratelimit", "x-rate-limit"): value for name, value in headers.items()}
    assert len(limits(headers | twin, NOW)) == len(once)
