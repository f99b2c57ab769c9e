"""Gateways on OpenCode's screen: what each place says, and that it fits."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, get_args

import msgspec
import pytest
from tests.presets.replay import cases
from tests.view.test_entries import METER, gateway

from gaugeway.opencode.document import Line
from gaugeway.opencode.panel import WIDTH, Panel, tone
from gaugeway.view.cells import cells
from gaugeway.view.entries import Share
from gaugeway.view.snapshot import GatewayView, MeterView
from gaugeway.view.words import Zone

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)
BUDGET = METER | {
    "id": "team/budget/7d", "name": "Team budget", "unit": "USD", "window": "7d", "limit": "50",
    "used": "12.35", "remaining": "37.65", "percent_remaining": 75.3, "resets_at": "2026-11-23T00:00:00Z",
}  # fmt: skip
REQUESTS = METER | {
    "id": "key/requests/1d", "name": "Requests", "unit": "requests", "window": "1d", "limit": "1000",
    "used": "120", "remaining": "880", "percent_remaining": 88.0,
}  # fmt: skip
ERROR = {"code": "unauthorized", "message": "/quota answered 401: Invalid API key", "hint": "check the key"}
CAMPUS = gateway(BUDGET, REQUESTS, binding=BUDGET["id"], label="Campus", level="ok")
LAB = gateway(
    BUDGET | {"level": "low", "used": "42", "remaining": "8"},
    binding=BUDGET["id"],
    id="lab",
    label="Lab",
    level="low",
)
DOWN = gateway(id="down", label="Down", status="error", level="unknown", error=ERROR)


def text(lines: Any) -> list[str]:
    return [f"{line.text}  <{line.level}{'*' if line.strong else ''}>" for line in lines]


def shown(view: GatewayView, **options: Any) -> list[str]:
    (panel,) = Panel([view], NOW, **options).sidebar()
    return text(panel.lines)


def said(line: Line | None) -> str | None:
    return None if line is None else f"{line.text}  <{line.level}>"


def test_the_binding_meter_stands_first_and_whole() -> None:
    assert shown(CAMPUS) == [
        "Campus  <ok*>",
        "Team budget weekly  <dim>",
        "███████████████░░░░░ 75% left  <ok>",
        "12.35 of 50.00 USD · resets in 14 h  <dim>",
        "Requests daily               88% left  <dim>",
    ]


def test_what_is_used() -> None:
    assert shown(CAMPUS, share="used")[2:5:2] == [
        "█████░░░░░░░░░░░░░░░ 25% used  <ok>",
        "Requests daily               12% used  <dim>",
    ]
    panel = Panel([CAMPUS], NOW, share="used")
    assert said(panel.prompt()) == "25% used · 12.35 of 50.00 USD  <ok>"


def test_a_stale_one_says_how_old_it_is_and_why() -> None:
    stale = msgspec.structs.replace(CAMPUS, status="stale", age_seconds=754)
    stale = msgspec.convert(msgspec.to_builtins(stale) | {"error": ERROR}, GatewayView)
    assert shown(stale) == [
        "Campus                     12 min ago  <stale*>",
        "Team budget weekly  <dim>",
        "███████████████░░░░░ 75% left  <stale>",
        "12.35 of 50.00 USD · resets in 14 h  <dim>",
        "Requests daily               88% left  <stale>",
        "/quota answered 401: Invalid API key  <dim>",
    ]
    panel = Panel([stale], NOW)
    assert said(panel.prompt()) == "75% left · 12.35 of 50.00 USD · 12 min ago  <stale>"
    assert said(panel.home()) == "Campus 75% left · 12 min ago · resets in 14 h  <stale>"
    assert said(panel.sidebar()[0].brief) == "Campus 75% left · 12 min ago  <stale>"


def test_an_error_is_one_quiet_line() -> None:
    assert shown(DOWN) == ["Down  <error*>", "/quota answered 401: Invalid API key  <dim>"]
    panel = Panel([DOWN], NOW)
    assert said(panel.prompt()) == "Down unauthorized  <error>"
    assert said(panel.sidebar()[0].brief) == "Down unauthorized  <error>"
    assert panel.news(DOWN) == "Down: unauthorized"


@pytest.mark.parametrize(
    ("status", "code", "brief"),
    [
        ("unconfigured", "no_key", "Down no key"),
        ("error", "backing_off", "Down error"),
        ("error", "server_error", "Down server error"),
    ],
)
def test_why_there_is_no_number(status: str, code: str, brief: str) -> None:
    error = {"code": code, "message": "m", "hint": ""}
    view = gateway(id="down", label="Down", status=status, level="unknown", error=error)
    assert said(Panel([view], NOW).sidebar()[0].brief) == f"{brief}  <error>"


METERS: Mapping[str, tuple[dict[str, Any], list[str]]] = {
    "a balance": (
        {"remaining": "33.58", "unit": "CNY", "kind": "balance", "level": "low"},
        ["33.58 CNY left  <low>"],
    ),
    "unlimited": (
        {"unlimited": True, "used": "4", "level": "unlimited"},
        ["unlimited  <unlimited>", "4 tokens used  <dim>"],
    ),
    "an empty balance": (
        {"remaining": "0", "kind": "balance", "level": "exhausted"},
        ["none left  <exhausted>", "0 tokens left  <dim>"],
    ),
    "overspent": (
        {"limit": "50", "used": "60", "remaining": "-10", "level": "exhausted"},
        ["░░░░░░░░░░░░░░░░░░░░ over by 20%  <exhausted>", "60 of 50 tokens  <dim>"],
    ),
    "its window is over": (
        {"limit": "50", "expired": True, "level": "unknown"},
        ["50 tokens allowed · window over  <unknown>"],
    ),
    "too long for one line": (
        {
            "limit": "123456789",
            "used": "1234567",
            "remaining": "122222222",
            "resets_at": "2026-11-30T15:17:00Z",
        },
        [
            "███████████████████▊ >99% left  <ok>",
            "1,234,567 of 123,456,789 tokens  <dim>",
            "resets in 8 d 5 h  <dim>",
        ],
    ),
}


@pytest.mark.parametrize("name", METERS)
def test_a_meter(name: str) -> None:
    meter, lines = METERS[name]
    view = gateway(METER | meter, binding="key/tokens/-", level=meter.get("level", "ok"))
    assert shown(view)[2:] == lines


def foreseen(p_runout: float, first: str = "2026-11-22T16:00:00Z") -> dict[str, Any]:
    at = [first, "2026-11-24T10:00:00Z", None]
    ahead = {"p_runout": p_runout, "runs_out_at": at, "used_at_reset": None, "pace": 1.5, "made_at": at[0]}
    return {"forecast": ahead}


def test_a_forecast_is_told_of_what_binds_and_of_what_will_run_out() -> None:
    calm, dire = foreseen(0.08), foreseen(0.9)
    lines = shown(gateway(BUDGET | calm, REQUESTS | calm, binding=BUDGET["id"]), zone=Zone())
    assert lines[4:] == ["lasts until reset (92%)  <dim>", "Requests daily               88% left  <dim>"]
    lines = shown(gateway(BUDGET | dire, REQUESTS | dire, binding=BUDGET["id"]), zone=Zone())
    assert lines[4:] == [
        "runs out before reset (90%)  <low>",
        "Requests daily               88% left  <dim>",
        "runs out Tue 10:00 (90%, today 16:00  <low>",
        "at the earliest)  <low>",
    ]
    lines = shown(gateway(BUDGET | foreseen(0.4, "2026-11-22T10:30:00Z"), binding=BUDGET["id"]), zone=Zone())
    assert len(lines) == 4
    stale = gateway(BUDGET | dire, binding=BUDGET["id"], status="stale", error=ERROR)
    assert shown(stale, zone=Zone())[4] == "runs out before reset (90%)  <dim>"


def test_many_meters_are_counted() -> None:
    meters = [REQUESTS | {"id": f"key/requests-{number}/1d", "name": f"R{number}"} for number in range(8)]
    lines = shown(gateway(BUDGET, *meters, binding=BUDGET["id"]))
    assert [line.split()[0] for line in lines[4:]] == ["R0", "R1", "R2", "R3", "4"]
    assert lines[-1] == "4 more  <dim>"


def test_what_could_not_be_read_is_said() -> None:
    view = msgspec.structs.replace(CAMPUS, coverage="partial")
    assert shown(view)[-1] == "partly read: there may be more limits  <dim>"


def test_the_current_models_gateway_comes_first_and_alone_beside_the_prompt() -> None:
    panel = Panel([CAMPUS, LAB], NOW, current=["lab"])
    assert [one.id for one in panel.sidebar()] == ["lab", "gw"]
    assert said(panel.prompt()) == "16% left · 42.00 of 50.00 USD  <low>"
    assert panel.level == "low"
    assert Panel([CAMPUS, LAB], NOW, current=["gw"]).level == "ok"


def test_without_a_model_the_most_urgent_one_is_named() -> None:
    panel = Panel([CAMPUS, LAB, DOWN], NOW)
    assert said(panel.prompt()) == "Lab 16% left · 42.00 of 50.00 USD  <low>"
    assert said(panel.home()) == "Lab 16% left · Down unauthorized · Campus 75% left  <low>"
    assert [one.id for one in panel.sidebar()] == ["gw", "lab", "down"]


def test_home_with_one_gateway_says_when_it_resets() -> None:
    assert said(Panel([CAMPUS], NOW).home()) == "Campus 75% left · resets in 14 h  <ok>"


def test_home_with_many_counts_the_rest() -> None:
    many = [msgspec.structs.replace(CAMPUS, id=f"g{n}", label=f"Gateway {n}") for n in range(9)]
    line = Panel(many, NOW).home()
    assert line is not None
    assert line.text == "Gateway 0 75% left · Gateway 1 75% left · Gateway 2 75% left · 6 more"


def test_nothing_configured_says_nothing() -> None:
    panel = Panel([], NOW)
    assert (panel.prompt(), panel.home(), panel.sidebar(), panel.level) == (None, None, (), "unknown")


def test_news_is_one_line() -> None:
    assert Panel([LAB], NOW).news(LAB) == "Lab: 16% left · 42.00 of 50.00 USD · resets in 14 h"


@pytest.mark.parametrize("case", cases(), ids=str)
def test_everything_fits(case: Any) -> None:
    """Every recorded case, under a label that is too long for any place."""
    meters = [msgspec.convert(meter, MeterView) for meter in case.expected.get("meters", ())]
    binding = case.expected.get("binding")
    label, level = "配额 of the whole university's computing centre", case.expected.get("level", "unknown")
    view = msgspec.structs.replace(gateway(binding=binding, label=label, level=level), meters=tuple(meters))
    if not meters:
        view = gateway(label=label, level=level, status="error", error=ERROR)
    for share in get_args(Share):
        panel = Panel([view], NOW, share=share)
        (block,) = panel.sidebar()
        for line in (*block.lines, block.brief):
            assert cells(line.text) <= WIDTH
            assert line.text
        for place, most in ((panel.prompt(), 44), (panel.home(), 72)):
            assert place is not None
            assert cells(place.text) <= most
            assert place.level == tone(view)
