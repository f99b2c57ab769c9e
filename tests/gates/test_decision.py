"""The verdicts: a table of situations, and what holds for any numbers."""

from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.gates.cases import NOW, SOON, meter, state

from gaugeway.gates.decision import decide, possible_at
from gaugeway.gates.need import Need

TOKENS = {"name": "tokens", "unit": "tokens"}
CASES = {
    "enough": ([state(meter(limit=50, used=40))], "4.50USD", "go", ["enough"]),
    "exactly enough": ([state(meter(limit=50, used="45.50"))], "4.50USD", "go", ["enough"]),
    "a hair too little": ([state(meter(limit=50, used="45.5000000001"))], "4.50USD", "stop", ["too_little"]),
    "more than there ever is": ([state(meter(limit=4, used=0))], "4.50USD", "stop", ["never"]),
    "a balance may be topped up": ([state(meter(remaining=3))], "4.50USD", "stop", ["too_little"]),
    "used up": ([state(meter(limit=50, used=50))], "4.50USD", "stop", ["exhausted"]),
    "used up in another unit": (
        [state(meter(limit=50, used=0), meter(limit=9, used=9, **TOKENS))],
        "4.50USD",
        "stop",
        ["exhausted", "enough"],
    ),
    "nothing is needed in particular": ([state(meter(limit=50, used=49))], None, "go", ["enough"]),
    "a share": ([state(meter(limit=50, used=44))], "10%", "go", ["enough"]),
    "too small a share": ([state(meter(limit=50, used=46))], "10%", "stop", ["too_little"]),
    "of several limits each is asked": (
        [state(meter(limit=50, used=40), meter(name="day", limit=5, used=2, window="1d"))],
        "4.50USD",
        "stop",
        ["too_little", "enough"],
    ),
    "of several gateways each is asked": (
        [state(meter(remaining=9)), state(meter(remaining=1), gateway_id="lab")],
        "4.50USD",
        "stop",
        ["too_little", "enough"],
    ),
    "unlimited": ([state(meter(unlimited=True, used=3))], "4.50USD", "go", ["unlimited"]),
    "advisory limits stop nothing": (
        [state(meter(limit=50, used=0), meter(name="soft", limit=1, used=1, advisory=True))],
        "4.50USD",
        "go",
        ["enough"],
    ),
    "another unit": ([state(meter(limit=9, used=1, **TOKENS))], "4.50USD", "unknown", ["other_unit"]),
    "spend alone says nothing of what is left": ([state(meter(used=3))], "1USD", "unknown", ["other_unit"]),
    "another currency may pay": (
        [state(meter(remaining=3, name="usd"), meter(remaining=9, name="cny", unit="CNY"))],
        "4.50USD",
        "unknown",
        ["other_balance"],
    ),
    "the right currency is enough": (
        [state(meter(remaining=5, name="usd"), meter(remaining=9, name="cny", unit="CNY"))],
        "4.50USD",
        "go",
        ["enough"],
    ),
    "anything in any currency": (
        [state(meter(remaining=3, name="usd"), meter(remaining=0, name="cny", unit="CNY"))],
        None,
        "go",
        ["enough"],
    ),
    "all currencies are used up": (
        [state(meter(remaining=0, name="usd"), meter(remaining=0, name="cny", unit="CNY"))],
        "4.50USD",
        "stop",
        ["exhausted", "exhausted"],
    ),
    "no reading": ([state(error="timeout")], "1USD", "unknown", ["no_reading"]),
    "an old reading": ([state(meter(remaining=9), error="timeout")], "1USD", "unknown", ["stale"]),
    "a scope that could not be read": (
        [state(meter(remaining=9), unread=("team",))],
        "1USD",
        "unknown",
        ["partly_read", "enough"],
    ),
    "what was read stops it already": (
        [state(meter(remaining=0), unread=("team",))],
        "1USD",
        "stop",
        ["exhausted", "partly_read"],
    ),
    "a window that ended": (
        [state(meter(limit=9, used=9, resets_at=NOW - timedelta(seconds=1)), age=60)],
        "1USD",
        "unknown",
        ["expired"],
    ),
    "no gateway": ([], "1USD", "unknown", ["no_gateway"]),
}


@pytest.mark.parametrize("name", CASES)
def test_verdict(name: str) -> None:
    states, need, verdict, codes = CASES[name]
    found, reasons = decide(states, None if need is None else Need.of(need), now=NOW)
    assert found == verdict
    assert [reason.code for reason in reasons] == codes
    assert all(reason.message for reason in reasons)


def test_the_message_says_what_is_left_what_is_needed_and_when_it_is_possible() -> None:
    states = [state(meter(limit=5, used="1.88", resets_at=SOON), label="Campus")]
    _, (reason,) = decide(states, Need.of("4.50USD"), now=NOW)
    assert reason.message == "Campus: Budget has 3.12 USD left, 4.50 USD needed; it resets in 1 h"
    assert (reason.meter, reason.unit, reason.remaining, reason.need) == (
        "key/budget/-",
        "USD",
        "3.12",
        "4.5",
    )
    assert reason.possible_at == "2026-11-22T11:00:00Z"


def test_it_is_possible_when_the_last_reason_to_stop_is_gone() -> None:
    later = SOON + timedelta(hours=1)
    day = meter(name="day", limit=5, used=5, resets_at=SOON)
    week = meter(name="week", limit=9, used=9, resets_at=later)
    _, reasons = decide([state(day, week)], None, now=NOW)
    assert possible_at(reasons) == "2026-11-22T12:00:00Z"
    _, reasons = decide([state(day, week, meter(name="wallet", remaining=0))], None, now=NOW)
    assert possible_at(reasons) is None
    _, reasons = decide([state(meter(remaining=1))], None, now=NOW)
    assert possible_at(reasons) is None


def test_a_reset_that_is_due_is_soon() -> None:
    due = meter(limit=5, used=5, resets_at=NOW - timedelta(minutes=5))
    _, (reason,) = decide([state(due)], None, now=NOW)
    assert reason.message.endswith("is used up; its reset is due")
    assert reason.possible_at == "2026-11-22T10:01:00Z"


def test_how_old_a_reading_may_be_is_the_callers_choice() -> None:
    stale = [state(meter(remaining=9), age=90, error="timeout")]
    assert decide(stale, None, now=NOW, max_age=100)[0] == "go"
    verdict, (reason,) = decide(stale, None, now=NOW, max_age=60)
    assert verdict == "unknown"
    assert reason.message == "campus: the reading is from 1 min ago: campus did not answer"


def test_a_config_that_does_not_parse_may_hide_a_gateway() -> None:
    verdict, reasons = decide([state(meter(remaining=9))], None, now=NOW, wrong=["a.toml: is not TOML"])
    assert verdict == "unknown"
    assert [reason.code for reason in reasons] == ["invalid_config", "enough"]


def test_the_models_own_limits_count_for_that_model() -> None:
    states = [state(meter(remaining=9), meter(name="day", limit=1, used=1, model="gpt-x"))]
    assert decide(states, None, now=NOW)[0] == "go"
    assert decide(states, None, now=NOW, model="gpt-x")[0] == "stop"


amounts = st.decimals(0, 10**6, places=4, allow_nan=False)


@given(amounts, amounts, amounts)
def test_go_exactly_where_what_is_left_covers_the_need(
    limit: Decimal, used: Decimal, needed: Decimal
) -> None:
    verdict, _ = decide([state(meter(limit=limit, used=used))], Need(needed, "USD"), now=NOW)
    left = limit - used
    assert verdict == ("go" if left >= needed and left > 0 else "stop")


@given(st.lists(st.tuples(amounts, amounts), min_size=1, max_size=4), amounts)
def test_more_limits_never_turn_a_stop_into_a_go(
    limits: list[tuple[Decimal, Decimal]], needed: Decimal
) -> None:
    meters = [meter(name=f"m{n}", limit=limit, used=used) for n, (limit, used) in enumerate(limits)]
    need = Need(needed, "USD")
    alone = [decide([state(one)], need, now=NOW)[0] for one in meters]
    together, _ = decide([state(*meters)], need, now=NOW)
    assert together == ("stop" if "stop" in alone else "go")
