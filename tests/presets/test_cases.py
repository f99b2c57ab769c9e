"""Every recorded case of every preset: the exchange goes in, the projected gateway comes out."""

import json
from typing import Any

import pytest
from tests.presets.replay import SECRET, Case, cases, replay

from gaugeway.presets import in_tree


@pytest.mark.parametrize("case", cases(), ids=str)
def test_case(case: Case) -> None:
    actual = replay(case.preset, case.exchange)
    check(actual, case.expected)


@pytest.mark.parametrize("preset", in_tree())
def test_every_preset_has_cases_of_success_and_of_failure(preset: str) -> None:
    outcomes = {"error" if set(case.expected) == {"error"} else "ok" for case in cases(preset)}
    assert outcomes == {"ok", "error"}


def check(actual: dict[str, Any], expected: dict[str, Any]) -> None:
    """A failure's expectation names its code and perhaps a part of its message; all else is exact."""
    assert SECRET.reveal() not in json.dumps(actual)
    if set(expected) != {"error"}:
        assert actual == expected
        return
    assert actual["status"] == "error"
    assert actual["meters"] == []
    assert actual["error"]["code"] == expected["error"]["code"]
    assert expected["error"].get("message_has", "") in actual["error"]["message"]
