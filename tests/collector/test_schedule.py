from datetime import timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.store.values import NOW, T, gateway, reading

from gaugeway.collector.schedule import NO_WISH, Wish, due_at, failed, is_due, succeeded
from gaugeway.errors import ReadError
from gaugeway.store import Head

LAB = gateway(refresh=60)
EMPTY = Head(
    1, "lab", "8000" + "0" * 28, "place", 0, None, None, None, None, None, None, 0, None, 0, 0, None, None
)
HALF = 0.5  # the jitter of that identity
REFRESH = Wish(refresh=True)


def read_at(at: float = 0, *, min_refresh: float = 0, resets_in: float | None = None) -> Head:
    value = reading(at=NOW + timedelta(seconds=at), resets_in=resets_in)
    return succeeded(EMPTY, value, min_refresh=min_refresh)


def failed_at(at: float, head: Head = EMPTY, code: str = "server_error", **rest) -> Head:
    error = ReadError(code, "no", retry_after=rest.pop("retry_after", None))
    return failed(head, error, at=T + at, min_refresh=rest.pop("min_refresh", 0))


@pytest.mark.parametrize(
    ("head", "wish", "expected"),
    [
        (EMPTY, NO_WISH, None),
        (read_at(), NO_WISH, 60),
        (read_at(), Wish(max_age=10), 10),
        (read_at(), Wish(max_age=3600), 3600),
        (read_at(), REFRESH, 0),
        (read_at(min_refresh=300), NO_WISH, 300),
        (read_at(min_refresh=300), Wish(max_age=10), 300),
        (read_at(min_refresh=300), REFRESH, 300),
        (read_at(min_refresh=30), NO_WISH, 60),
        (read_at(resets_in=20), NO_WISH, 20 + 10 * HALF),
        (read_at(resets_in=20), Wish(max_age=3600), 20 + 10 * HALF),
        (read_at(resets_in=3600), NO_WISH, 60),
        (read_at(resets_in=20, min_refresh=300), NO_WISH, 300),
        (read_at(resets_in=-20), NO_WISH, 60),
        (failed_at(0), NO_WISH, 5 * 0.9),
        (failed_at(0), Wish(max_age=1), 5 * 0.9),
        (failed_at(0), REFRESH, 0),
        (failed_at(0, code="unauthorized"), NO_WISH, 900 * 0.9),
        (failed_at(0, code="unauthorized"), REFRESH, 0),
        (failed_at(0, retry_after=120), NO_WISH, 120),
        (failed_at(0, retry_after=120), REFRESH, 120),
        (failed_at(0, retry_after=1), NO_WISH, 1),
        (failed_at(0, retry_after=1e9), NO_WISH, 24 * 3600),
        (failed_at(0, min_refresh=60), REFRESH, 60),
        (failed_at(70, read_at()), NO_WISH, 70 + 5 * 0.9),
        (failed_at(10, read_at()), NO_WISH, 60),
        (failed_at(10, read_at()), REFRESH, 10),
    ],
)
def test_when_a_gateway_is_due(head: Head, wish: Wish, expected: float | None) -> None:
    at = due_at(LAB, head, wish)
    assert at == (0.0 if expected is None else pytest.approx(T + max(expected, 0), abs=1e-3))
    if expected:
        assert not is_due(LAB, head, wish, at - 0.01)
    assert is_due(LAB, head, wish, max(at, T))


def test_an_unknown_gateway_is_due() -> None:
    assert is_due(LAB, None, NO_WISH, T)


def test_an_attempt_in_the_future_says_nothing() -> None:
    assert is_due(LAB, read_at(3600), NO_WISH, T)
    assert is_due(LAB, failed_at(3600, retry_after=3600), NO_WISH, T)
    assert not is_due(LAB, read_at(30), NO_WISH, T), "clocks are corrected by a few seconds all the time"


@pytest.mark.parametrize(
    ("code", "first", "most"),
    [("timeout", 5, 900), ("forbidden", 900, 6 * 3600), ("key_expired", 900, 6 * 3600)],
)
def test_back_off_doubles_to_its_bound(code: str, first: float, most: float) -> None:
    head, pauses = EMPTY, []
    for attempt in range(40):
        head = failed_at(attempt, head, code=code)
        assert head.retry_at is not None
        pauses.append((head.retry_at - T - attempt) / 0.9)
    expected = [min(first * 2**attempt, most) for attempt in range(40)]
    assert pauses == pytest.approx(expected, abs=1e-3)
    assert head.failures == 40


def test_another_kind_of_failure_starts_again() -> None:
    head = EMPTY
    for attempt in range(5):
        head = failed_at(attempt, head)
    head = failed_at(9, head, code="unauthorized")
    assert head.failures == 1
    head = failed_at(10, head, code="forbidden")
    assert head.failures == 2
    head = failed_at(11, head, code="dns")
    assert head.failures == 1


def test_success_ends_back_off() -> None:
    head = succeeded(failed_at(0, code="rate_limited", retry_after=60), reading(), min_refresh=0)
    assert (head.error, head.failures, head.retry_at, head.retry_told) == (None, 0, None, 0)


def test_a_plain_failure_after_a_told_one_is_plain() -> None:
    head = failed_at(60, failed_at(0, code="rate_limited", retry_after=60))
    assert head.retry_told == 0


@given(st.text("0123456789abcdef", min_size=32, max_size=32))
def test_jitter_stays_within_a_fifth(identity: str) -> None:
    head = failed_at(0, msgspec.structs.replace(EMPTY, identity=identity))
    assert head.retry_at is not None
    assert 4 <= head.retry_at - T <= 5
