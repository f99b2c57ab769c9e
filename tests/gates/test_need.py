from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.gates.cases import meter

from gaugeway.gates.need import Need


@pytest.mark.parametrize(
    ("text", "amount", "unit"),
    [
        ("4.50USD", "4.50", "USD"),
        ("4.50 USD", "4.50", "USD"),
        ("200000tokens", "200000", "tokens"),
        ("10%", "10", "percent"),
        ("0.5 points", "0.5", "points"),
    ],
)
def test_need(text: str, amount: str, unit: str) -> None:
    assert Need.of(text) == Need(Decimal(amount), unit)


def test_a_bare_number_has_the_unit_that_is_usual_there() -> None:
    assert Need.of(" 20 ", "%") == Need(Decimal(20), "percent")


@pytest.mark.parametrize(
    "text", ["", "20", "USD", "-1USD", "1_000", "1e400%", "4,5USD", "1.2.3", "$5", "5 USD x", "5USD%"]
)
def test_what_is_no_need(text: str) -> None:
    with pytest.raises(ValueError, match=r"is not an amount with its unit: 4\.50USD, 200000tokens or 10%"):
        Need.of(text)


def test_units_are_compared_without_case() -> None:
    assert Need.of("1usd").of_meter(meter(remaining=3)) == 3
    assert Need.of("1eur").of_meter(meter(remaining=3)) is None
    assert Need.of("1%").of_meter(meter(remaining=3)) is None
    assert Need.of("1%").of_meter(meter(limit=4, used=1)) == 75


@given(st.decimals(0, 10**12, places=6, allow_nan=False))
def test_any_amount_is_read_exactly(amount: Decimal) -> None:
    assert Need.of(f"{amount:f}USD").amount == amount
