"""Every recorded case of every preset: the exchange goes in, the projected gateway comes out."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from tests.presets.replay import MAX_REQUESTS, SECRET, Case, cases, replay, shown
from tests.presets.wire import Wire

from gaugeway.presets import find, in_tree

METER_ID = re.compile(
    r"(key|user|member|team|organization|account|gateway|model:[^/\s]+)"
    r"/[a-z0-9-]+"
    r"/([1-9][0-9]*(s|m|h|d|mo|y)|lifetime|-)"
)


@pytest.mark.parametrize("case", cases(), ids=str)
def test_case(case: Case) -> None:
    actual = replay(case.preset, case.exchange)
    check(actual, case.expected)
    ids = [meter["id"] for meter in actual["meters"]]
    assert len(ids) == len(set(ids))
    assert [one for one in ids if not METER_ID.fullmatch(one)] == []


@pytest.mark.parametrize("case", cases(), ids=str)
def test_case_over_the_wire(case: Case, wire: Wire) -> None:
    exchange = case.exchange
    actual = shown(case.preset, exchange, wire.read(case.preset, exchange))
    check(actual, case.expected)
    assert 1 <= len(wire.requests) <= MAX_REQUESTS
    for request in wire.requests:
        assert request.method == "GET"
        assert request.headers["host"] == wire.host
        assert SECRET.reveal() not in request.path + str(request.query)
        sent = {name: value for name, value in request.headers.items() if SECRET.reveal() in value}
        assert sent == credential(find(case.preset).auth)


# Prepaid balances, headers and the envelope of quota-v1 have no word for unlimited.
NEVER_UNLIMITED = {"deepseek", "headers", "moonshot", "quota-v1", "siliconflow", "vercel"}
NO_TEXT_IN_BODIES = {"headers"}


@pytest.mark.parametrize("preset", in_tree())
def test_every_preset_has_cases_of_each_kind(preset: str) -> None:
    kinds = {kind for case in cases(preset) for kind in kinds_of(case)}
    wanted = {"failure", "ok", "unlimited", "exhausted", "overspent", "null", "numeric string"}
    wanted -= {"unlimited"} if preset in NEVER_UNLIMITED else set()
    wanted -= {"numeric string"} if preset in NO_TEXT_IN_BODIES else set()
    assert wanted <= kinds


def kinds_of(case: Case) -> Iterator[str]:
    if set(case.expected) == {"error"}:
        yield "failure"
        return
    yield "ok"
    for meter in case.expected["meters"]:
        if meter["unlimited"]:
            yield "unlimited"
        if meter["level"] == "exhausted":
            left = meter["remaining"] or str(meter["percent_remaining"])
            yield "overspent" if left.startswith("-") else "exhausted"
    for answer in case.exchange.answers:
        yield from (kind for kind, sign in SIGNS.items() if sign.search(answer.content))


SIGNS = {"null": re.compile(rb":\s*null"), "numeric string": re.compile(rb':\s*"-?[0-9]+(\.[0-9]+)?"')}


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


def credential(auth: str) -> dict[str, str]:
    """The one header that carries the key."""
    if auth == "bearer":
        return {"authorization": f"Bearer {SECRET.reveal()}"}
    return {"authorization" if auth == "raw" else auth.removeprefix("header:").lower(): SECRET.reveal()}
