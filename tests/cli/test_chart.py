"""Curves in characters: nothing leaves its frame, whatever the numbers are."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from gaugeway.cli.chart import Chart, Curve
from gaugeway.cli.paper import ASCII, UNICODE
from gaugeway.view.words import Zone

NOON = 1_795_694_400.0
HOUR = 3600.0


def drawn(curve: Curve, width: int = 40, height: int = 8, *, ascii_only: bool = False) -> list[str]:
    lines = Chart(curve, width, height, ASCII if ascii_only else UNICODE, Zone()).lines("green")
    return [line.plain for line in lines]


STEADY = Curve(
    points=[(NOON + HOUR * at, 10.0 * at) for at in range(11)],
    marks=[],
    limit=100.0,
    unit="tokens",
    begin=NOON,
    now=NOON + 10 * HOUR,
)


def steady(**rest: Any) -> Curve:
    return STEADY._replace(**rest)


def test_a_steady_climb() -> None:
    assert drawn(steady(), 30, 8, ascii_only=True) == [
        "100 |----------------------***",
        "    |                  ****",
        "    |             *****",
        "    |        *****",
        "    |   *****",
        "  0 |***",
        "    +---------------+---------",
        "                  18:00",
    ]


def test_a_climb_in_braille() -> None:
    lines = drawn(steady(), 30, 8)
    assert lines[0].startswith("100 ┤╌")
    assert lines[5] == "  0 ┤⠖⠊⠉"
    assert lines[6].startswith("    └──")


def test_resets_and_limit_stand_behind_the_curve() -> None:
    lines = drawn(steady(marks=[NOON + 5 * HOUR], limit=80.0), ascii_only=True)
    marked = [line.find(":") for line in lines[:-2] if ":" in line]
    assert len(marked) >= 3
    assert len(set(marked)) == 1
    assert any(line.startswith("80 |---") for line in lines)


def test_a_limit_far_above_is_left_out() -> None:
    assert not any("-" in line for line in drawn(steady(limit=10_000.0), ascii_only=True)[:-2])
    assert drawn(steady(limit=10_000.0))[0].startswith("100 ┤")


def test_what_is_foreseen_widens_towards_the_reset() -> None:
    ahead = (NOON + 20 * HOUR, (100.0, 110.0, 125.0))
    lines = drawn(steady(ahead=ahead, limit=None), 60, 20)
    counts = [sum(line[column] in "░▒" for line in lines if column < len(line)) for column in (35, 45, 58)]
    assert 0 < counts[0] < counts[1] < counts[2]


def test_the_floor_is_zero_and_a_flat_line_is_seen() -> None:
    lines = drawn(steady(points=[(NOON, 0.0)], limit=None, now=NOON), ascii_only=True)
    assert lines[5].startswith("0 |*")


@given(
    st.lists(st.floats(-1e12, 1e15), min_size=1, max_size=20),
    st.none() | st.floats(0, 1e15),
    st.tuples(st.integers(36, 200), st.integers(6, 20)),
    st.none() | st.tuples(st.floats(1, 1e9), st.lists(st.floats(0, 1e15), min_size=3, max_size=3)),
)
def test_nothing_leaves_its_frame(values, limit, size, ahead) -> None:
    curve = steady(
        points=[(NOON + 60 * at, value) for at, value in enumerate(values)],
        limit=limit,
        ahead=None if ahead is None else (NOON + 10 * HOUR + ahead[0], tuple(sorted(ahead[1]))),
    )
    for ascii_only in (True, False):
        lines = drawn(curve, *size, ascii_only=ascii_only)
        assert len(lines) == size[1]
        assert all(len(line) <= size[0] and line == line.rstrip() for line in lines)
        assert not ascii_only or all(line.isascii() for line in lines)
