"""The custom preset's configuration: what is wrong in it is named before anything is asked."""

import asyncio
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from gaugeway.amounts.paths import paths
from gaugeway.errors import SetupError
from gaugeway.presets import Options, custom
from gaugeway.transport import Reply

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)
GOOD: dict[str, Any] = {"name": "Tokens", "unit": "tokens", "used": "used"}


@pytest.mark.parametrize(
    ("changes", "field", "hint"),
    [
        ({"limt": "a"}, "meters[0].limt is not known", "did you mean 'limit'?"),
        ({"zzz": "a"}, "meters[0].zzz is not known", "known are name, unit, "),
        ({"used": {"path": "a", "divideby": 1}}, "meters[0].used.divideby", "did you mean 'divide_by'?"),
        ({"resets_at": {"path": "a", "fromat": "iso"}}, "meters[0].resets_at.fromat", "'format'"),
        ({"resets_at": {"path": "a", "format": "ms"}}, "meters[0].resets_at.format is no word it", ""),
        ({"resets_at": "a..b"}, "meters[0].resets_at.path: ", ""),
        ({"name": " \u200b"}, "meters[0]: name is empty", ""),
        ({"name": None}, "meters[0]: Object missing required field `name`", ""),
        ({"unit": None}, "meters[0]: unit is missing", ""),
        ({"used": None}, "meters[0]: needs one of limit, used", ""),
        ({"used": 5}, "meters[0].used: Expected", ""),
        ({"used": ""}, "meters[0].used.path: ", ""),
        ({"used": {"path": "a["}}, "meters[0].used.path: ", ""),
        ({"used": {"path": 5}}, "meters[0].used.path: ", ""),
        ({"used": {"divide_by": 2}}, "meters[0].used", ""),
        ({"used": {"path": "a", "divide_by": 0}}, "meters[0].used: divide_by is not a number", ""),
        ({"used": {"path": "a", "divide_by": True}}, "meters[0].used: divide_by is not a number", ""),
        ({"used": {"path": "a", "divide_by": float("nan")}}, "meters[0].used: divide_by is not", ""),
        ({"used": {"path": "a", "divide_by": "b["}}, "meters[0].used: 'b[' is not a path", ""),
        ({"used": {"path": "a", "divide_by": [1]}}, "meters[0].used: divide_by is not", ""),
        ({"percent_used": "a"}, "meters[0]: percent_used stands instead of", ""),
        ({"used": None, "percent_used": {"path": "a", "of": "100"}}, "meters[0].percent_used: of is not", ""),
        ({"used": None, "percent_used": {"path": "a", "off": 1}}, "meters[0].percent_used.off", "'of'"),
        (
            {"used": None, "percent_used": "a", "percent_remaining": "b"},
            "meters[0]: percent_remaining stands",
            "",
        ),
        ({"unlimited": [-1]}, "meters[0]: unlimited lists values of limit", ""),
        ({"unlimited": -1, "limit": "a"}, "meters[0].unlimited: Expected", ""),
        ({"kind": "budget"}, "meters[0].kind is no word it knows: allowance, ", ""),
        ({"scope": "model"}, "meters[0].scope", ""),
        ({"window": "fortnight"}, "meters[0]: not a window: 'fortnight'", ""),
    ],
)
def test_a_mistake_is_named(changes: dict[str, Any], field: str, hint: str) -> None:
    table = {key: value for key, value in (GOOD | changes).items() if value is not None}
    with pytest.raises(SetupError) as raised:
        read_with([table])
    assert raised.value.code == "invalid_config"
    assert raised.value.message.startswith(field)
    assert hint in raised.value.hint


def test_no_meter_and_two_of_one_id_are_mistakes() -> None:
    with pytest.raises(SetupError, match="meters is missing"):
        read_with([])
    with pytest.raises(SetupError, match=r"meters\[1\]\.name gives the id key/tokens/1d a second time"):
        read_with([GOOD | {"window": "24h"}, GOOD | {"name": "tokens!", "window": "daily"}])


@pytest.mark.parametrize(
    ("divisor", "used"),
    [(1000, "0.5"), (0.1, "5000"), (Decimal("0.01"), "50000"), (1e3, "0.5"), (-1, "-500")],
)
def test_divisors_are_taken_as_they_are_written(divisor: Any, used: str) -> None:
    meter = read_one({"used": {"path": "used", "divide_by": divisor}}, {"used": 500})
    assert meter.used == Decimal(used)


@pytest.mark.parametrize(
    ("sentinels", "limit", "unlimited"),
    [
        ([-1], -1, True),
        ([-1], "-1", True),
        ([-1], Decimal("-1.0"), True),
        ([1e8], 100000000, True),
        ([0], 0, True),
        ([0], 1, False),
        ([True], True, True),
        (["unlimited", -1], "unlimited", True),
        (["1"], 1, True),
        ([True], 1, False),
        ([0], None, False),
    ],
)
def test_sentinels(sentinels: list[Any], limit: Any, unlimited: bool) -> None:
    meter = read_one({"limit": "limit", "unlimited": sentinels}, {"limit": limit, "used": 1})
    assert meter.unlimited is unlimited


def test_true_is_no_limit_of_one() -> None:
    answer = {"limit": True, "used": 1}
    with pytest.raises(Exception, match="limit is not a number"):
        read_one({"limit": "limit", "unlimited": [1, "many"]}, answer)


def test_a_meter_can_be_made_of_any_listed_path() -> None:
    answer = {"data": {"a.b": [{"left": 5}]}}
    listed = paths(answer)
    meter = read_one({"remaining": listed[0][0], "used": None}, answer)
    assert (meter.kind, meter.remaining) == ("balance", 5)


def read_with(tables: list[dict[str, Any]]) -> None:
    """Reads with these tables, which must be found wrong before anything is asked."""

    async def ask(path: str, **_: Any) -> Reply:
        raise AssertionError(path)

    asyncio.run(custom.read(ask, Options(meters=tuple(tables)), NOW))


def read_one(changes: dict[str, Any], answer: Any) -> Any:
    """The meter that GOOD with these changes makes of the answer."""

    async def ask(path: str, **_: Any) -> Reply:
        assert path == "/quota"
        return Reply(200, {}, answer)

    table = {key: value for key, value in (GOOD | changes).items() if value is not None}
    options = Options(quota_path="/quota", meters=(table,))
    return asyncio.run(custom.read(ask, options, NOW)).meters[0]
