"""On people who do not exist, the forecast is as good as it was when it was measured."""

import pytest
from benchmarks.backtest import WINDOWS, everybody, picture, score
from benchmarks.traces import KINDS, trace


@pytest.fixture(scope="module")
def found():
    return everybody(people=2, moments=8)


# Bounds: what was measured, and some room for another machine's floating point. The interval holds more than
# four of five where nothing more is used after most moments.
BOUNDS = {"5h": (0.5, 0.35), "1d": (0.35, 0.25), "7d": (0.3, 0.3), "1mo": (0.2, 0.3)}


@pytest.mark.parametrize("window", WINDOWS)
def test_it_beats_what_gateways_do_themselves(found, window):
    one = score([each for each in found if each.window == window])
    line, base = BOUNDS[window]
    assert one.questions > 200
    assert one.line_skill > line
    assert one.base_skill > base


@pytest.mark.parametrize("window", WINDOWS)
def test_it_means_what_it_says(found, window):
    one = score([each for each in found if each.window == window])
    assert (
        one.calibration_error < 0.15  # a few hundred questions to few people: half of that is chance
    )  # a few hundred questions of few people: chance alone gives half of that
    assert 0.72 < one.held < 0.93


def test_all_windows_together_are_calibrated(found):
    assert score(found).calibration_error < 0.05


def test_a_trace_is_the_same_for_the_same_seed():
    assert {kind: trace(kind, 3)[-1] for kind in KINDS} == {kind: trace(kind, 3)[-1] for kind in KINDS}
    assert trace("team", 1) != trace("team", 2)


def test_the_picture_has_a_line_for_each_window(found):
    drawn = picture(found)
    assert drawn.count("<polyline") == len(WINDOWS)
    assert all(f">{window}</text>" in drawn for window in WINDOWS)
