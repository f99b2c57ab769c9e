"""The binding meter, and what it says of the gateway: one row of the contract each."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import permutations
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gaugeway.readings import Meter, judge

D = Decimal
NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)


def m(name="budget", left=None, **rest) -> Any:
    if left is not None:
        rest |= {"limit": D(100), "remaining": D(left)}
    return Meter.of(name=name, unit=rest.pop("unit", "USD"), **rest)


def usd(left):
    return m("wallet-usd", remaining=D(left), scope="account")


def cny(left):
    return m("wallet-cny", remaining=D(left), unit="CNY", scope="account")


UNLIMITED = m("tokens", unlimited=True, used=D(1))
SPEND = m("spend", used=D(7))
EXPIRED = msgspec.structs.replace(m("old", 3, window="1d"), expired=True)
ADVISORY = m("soft", 1, advisory=True)
RATE = m("rpm", 1, kind="rate_limit", window="1m", unit="requests")
MODEL: Meter = m("budget", 2, model="gpt-x", window="1d")


@pytest.mark.parametrize(
    ("meters", "binding", "level"),
    [
        ([], None, "unknown"),
        ([m(left=60), m("tokens", 30)], "key/tokens/-", "ok"),
        ([m(left=60), m("tokens", 3)], "key/tokens/-", "critical"),
        ([m(left=0, scope="team"), m("tokens", 3)], "team/budget/-", "exhausted"),
        ([m(left=60), m("tokens", remaining=D(5))], "key/budget/-", "ok"),
        ([m(left=60), UNLIMITED], "key/budget/-", "ok"),
        ([UNLIMITED], None, "unlimited"),
        ([UNLIMITED, ADVISORY], None, "unlimited"),
        ([ADVISORY], None, "unknown"),
        ([UNLIMITED, SPEND], None, "unknown"),
        ([SPEND], None, "unknown"),
        ([m(left=60), EXPIRED], "key/budget/-", "ok"),
        ([EXPIRED], None, "unknown"),
        ([m(left=60), ADVISORY], "key/budget/-", "ok"),
        ([m(left=60), RATE], "key/budget/-", "ok"),
        ([RATE], "key/rpm/1m", "critical"),
        ([RATE, UNLIMITED], "key/rpm/1m", "critical"),
        ([m(left=60), MODEL], "key/budget/-", "ok"),
        ([MODEL], None, "unknown"),
        ([usd(5), cny(0)], None, "unknown"),
        ([usd(0), cny(-1)], "account/wallet-cny/-", "exhausted"),
        ([usd(5)], "account/wallet-usd/-", "ok"),
        ([usd(5), cny(0), m(left=60)], "key/budget/-", "ok"),
        ([usd(5), m("gift", remaining=D(3), scope="account")], "account/gift/-", "ok"),
        ([m(left=60, scope="team"), m(left=60)], "key/budget/-", "ok"),
        ([m("b", 60), m("a", 60)], "key/a/-", "ok"),
    ],
)
def test_binding(meters, binding, level):
    for order in permutations(meters):
        verdict = judge(order)
        assert (verdict.binding.id if verdict.binding else None, verdict.level) == (binding, level)


def test_a_tie_goes_to_the_later_reset_and_no_reset_is_latest():
    soon = m("soon", 60, resets_at=NOW)
    late = m("late", 60, resets_at=NOW + timedelta(days=1))
    never = m("never", 60)
    for meters, binding in (([soon, late], late), ([soon, late, never], never)):
        assert judge(meters).binding is binding


def test_a_model_that_is_asked_for_may_bind():
    assert judge([m(left=60), MODEL], model="gpt-x").binding is MODEL
    assert judge([m(left=60), MODEL], model="other").binding is not MODEL


@pytest.mark.parametrize(
    ("meters", "level"),
    [([m(left=60)], "unknown"), ([UNLIMITED], "unknown"), ([m(left=10)], "low"), ([m(left=0)], "exhausted")],
)
def test_a_partial_answer_never_looks_better_than_it_is(meters, level):
    assert judge(meters, unread=True).level == level


@given(st.lists(st.integers(-50, 150), min_size=1, max_size=6))
def test_the_binding_meter_is_never_better_than_another(lefts):
    meters = [m(f"m{index}", left) for index, left in enumerate(lefts)]
    verdict = judge(meters)
    assert verdict.binding is not None
    assert verdict.binding.percent_remaining == min(lefts)
