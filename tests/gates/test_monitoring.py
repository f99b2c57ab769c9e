from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.gates.cases import NOW, meter, state
from tests.gates.perfdata import Datum, parse

from gaugeway.gates.monitoring import Bounds, finding, output
from gaugeway.gates.need import Need

TOKENS = {"name": "tokens", "unit": "tokens"}
EMPTY = meter(remaining=0, name="cny", unit="CNY")
TWO = meter(remaining=50, name="usd"), meter(remaining=300, name="cny", unit="CNY")


def bounds(warn: str = "", crit: str = "", runout: float | None = None) -> Bounds:
    return Bounds(
        tuple(Need.of(text, "%") for text in warn.split()),
        tuple(Need.of(text, "%") for text in crit.split()),
        runout,
    )


CASES = {
    "ok": (state(meter(limit=50, used=19)), bounds("20", "5"), 0, "campus Budget 62% left"),
    "at the bound is not below it": (state(meter(limit=50, used=40)), bounds("20", "5"), 0, "20% left"),
    "a hair below": (state(meter(limit=50, used="40.0001")), bounds("20", "5"), 1, "20% left"),
    "warning": (state(meter(limit=50, used=41)), bounds("20", "5"), 1, "18% left"),
    "critical": (state(meter(limit=50, used=48)), bounds("20", "5"), 2, "4% left"),
    "used up": (state(meter(limit=50, used=51)), bounds("20", "5"), 2, "over by 2%"),
    "used up whatever the bounds": (state(meter(limit=50, used=50)), bounds("1USD"), 2, "0% left"),
    "the configured levels": (state(meter(limit=50, used=41)), bounds(), 1, "18% left"),
    "the configured levels, critical": (state(meter(limit=50, used=49)), bounds(), 2, "2% left"),
    "an amount": (state(meter(remaining="4.99")), bounds("10USD", "5USD"), 2, "Budget 4.99 USD left"),
    "an amount of an allowance": (
        state(meter(limit=50, used=45)),
        bounds("6USD", "2USD"),
        1,
        "Budget 5.00 USD left (below 6.00 USD)",
    ),
    "only what can be compared counts": (
        state(meter(limit=50, used=41), meter(limit=9, used=1, **TOKENS)),
        bounds("20%", "100tokens"),
        2,
        "Tokens 8 tokens left (below 100 tokens)",
    ),
    "nothing can be compared": (state(meter(remaining=3)), bounds("20"), 3, "can't be compared"),
    "unlimited": (state(meter(unlimited=True)), bounds("20"), 0, "campus unlimited"),
    "spend alone": (state(meter(used=3)), bounds(), 3, "campus unknown"),
    "two currencies": (state(*TWO), bounds(), 0, "50.00 USD left"),
    "two currencies, one low": (state(*TWO), bounds("60USD"), 1, "Usd 50.00 USD left (below 60.00 USD)"),
    "one of two is used up": (state(TWO[0], EMPTY), bounds(), 0, "50.00 USD left"),
    "no reading": (state(error="timeout"), bounds(), 3, "there is no reading: campus did not answer"),
    "an old reading": (state(meter(remaining=9), error="timeout"), bounds(), 3, "from just now"),
    "partly read": (
        state(meter(limit=9, used=1), unread=("team",)),
        bounds(),
        3,
        "may not read every limit (team)",
    ),
    "partly read and low": (state(meter(limit=9, used=8), unread=("team",)), bounds(), 1, "11% left"),
    "likely to run out": (state(meter(limit=50, used=9), p_runout=0.5), bounds(runout=0.5), 1, "82% left"),
    "likely to last": (state(meter(limit=50, used=9), p_runout=0.49), bounds(runout=0.5), 0, "82% left"),
    "no forecast": (state(meter(limit=50, used=9)), bounds(runout=0.5), 3, "can't be compared"),
}


@pytest.mark.parametrize("name", CASES)
def test_state(name: str) -> None:
    given_state, given_bounds, code, text = CASES[name]
    got, printed = output([finding(given_state, given_bounds, now=NOW)])
    word, said, _ = parse(printed)
    assert (got, word) == (code, ("OK", "WARNING", "CRITICAL", "UNKNOWN")[code])
    assert text in said


def test_the_whole_line() -> None:
    one = finding(state(meter(limit=50, used=19, window="30d")), bounds("20", "5"), now=NOW)
    assert output([one]) == (0, "QUOTA OK - campus Budget 62% left | 'campus/key/budget/30d'=38%;80;95;0;100")


def test_the_amount_that_was_compared_is_measured_too() -> None:
    one = finding(state(meter(limit=50, used=45)), bounds("20% 6USD", "2USD"), now=NOW)
    percent, amount = parse(output([one])[1])[2]
    assert percent == Datum("campus/key/budget/-", "90", "%", "80", "", "0", "100")
    assert amount == Datum("campus/key/budget/- left", "5", "", "6:", "2:", "", "")


def test_the_configured_levels_are_the_bounds_where_there_are_no_others() -> None:
    one = finding(state(meter(limit=50, used=19)), bounds(), now=NOW)
    assert output([one])[1].endswith("=38%;80;95;0;100")


def test_amounts_alert_when_they_are_below() -> None:
    one = finding(state(meter(remaining="12.34")), bounds("5USD", "2.50USD"), now=NOW)
    assert parse(output([one])[1])[2] == [Datum("campus/key/budget/-", "12.34", "", "5:", "2.5:", "", "")]


def test_the_worst_of_several_stands_first_and_the_others_below() -> None:
    states = [
        state(meter(limit=9, used=1), gateway_id="fine"),
        state(gateway_id="dead", error="timeout"),
        state(meter(limit=9, used=9), gateway_id="gone"),
    ]
    code, printed = output([finding(one, bounds(), now=NOW) for one in states])
    first, *others = printed.splitlines()
    assert code == 2
    assert first.startswith("QUOTA CRITICAL - gone Budget 0% left | 'gone/")
    assert [line.split(" - ")[0] for line in others] == ["UNKNOWN", "OK"]
    assert len(parse(printed)[2]) == 2


def test_nothing_configured_is_unknown() -> None:
    assert output([]) == (3, "QUOTA UNKNOWN - no gateway is configured; `gaugeway add URL` sets one up")


@given(st.text(min_size=1, max_size=40), st.decimals(0, 10**9, places=9, allow_nan=False))
def test_any_name_and_number_keep_the_form(name: str, used: Decimal) -> None:
    clean = "".join(char for char in name if char.isprintable()) or "x"
    nasty = state(meter(limit=10**6, used=used, title=clean), label=clean)
    one = finding(nasty, bounds("20", "5"), now=NOW)
    _, _, data = parse(output([one])[1])
    (datum,) = data
    assert abs(Decimal(datum.value) - used / 10**4) <= Decimal("0.0001")
