"""The fault battery: what no gateway may do to any preset.

The base of each preset is its case ``normal``, else its first that succeeds. A leaf is a single value of an
answer that the base asked for.
"""

import asyncio
import json
import re
from collections.abc import Callable, Iterator
from datetime import date
from functools import cache
from itertools import product
from typing import Any

import msgspec
import pytest
from tests.presets.replay import HOME, MAX_REQUESTS, SECRET, Exchange, Recorded, ReplayAsk, cases, read, shown
from tests.presets.test_cases import METER_ID
from tests.presets.wire import Wire

from gaugeway.amounts import decode
from gaugeway.errors import READ_CODES, ReadError
from gaugeway.presets import find, in_tree
from gaugeway.readings import Meter, Reading
from gaugeway.transport import Reply

CODES = {
    301: "redirect", 302: "redirect", 400: "client_error", 401: "unauthorized", 403: "forbidden",
    404: "not_found", 405: "not_found", 418: "client_error", 422: "client_error", 429: "rate_limited",
    500: "server_error", 503: "server_error",
}  # fmt: skip

# Where a status on the first request makes a preset ask elsewhere, as its product documents.
FALLS_BACK: dict[str, set[int]] = {}

# Where null in these fields means that there is no limit, as the product documents.
NULL_IS_UNLIMITED: dict[str, str] = {
    "litellm": r"(^|\.)max_budget$|litellm_budget_table$",
    "openrouter": r"^data\.(limit|limit_remaining)$",
    "sub2api": r"(^|\.)limit$|_limit_usd$",
}

# Which presets read headers alone: any JSON will do.
READS_NO_BODY = {"headers"}

MISSING = object()
WRONG: dict[str, Any] = {
    "text": "certainly",
    "list": [],
    "object": {},
    "true": True,
    "nan": "NaN",
    "huge": 10**40,
    "exponent": "1e999",
    "null": None,
    "missing": MISSING,
}
_encode = msgspec.json.Encoder(decimal_format="number").encode

Steps = tuple[str | int, ...]


@cache
def base(preset: str) -> Exchange:
    usable = [case for case in cases(preset) if set(case.expected) != {"error"}]
    return min(usable, key=lambda case: (case.name != "normal", case.name)).exchange


@cache
def base_outcome(preset: str) -> tuple[Reading, tuple[str, ...]]:
    """The base's reading, and the requests that it took."""
    ask = ReplayAsk(base(preset))
    outcome = asyncio.run(read(preset, base(preset), ask))
    assert isinstance(outcome, Reading)
    return outcome, tuple(ask.asked)


def asked_answers(preset: str) -> list[int]:
    """Which of the base's answers are asked for, in their order."""
    paths = [request.partition("?")[0] for request in base_outcome(preset)[1]]
    answers = base(preset).answers
    found = [index for index, answer in enumerate(answers) if answer.request.path in paths]
    return sorted(found, key=lambda index: paths.index(answers[index].request.path))


def leaves(value: Any, steps: Steps = ()) -> Iterator[Steps]:
    """Every place of a document, containers too."""
    if steps:
        yield steps
    if isinstance(value, dict):
        for name, item in value.items():
            yield from leaves(item, (*steps, name))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from leaves(item, (*steps, index))


def at(document: Any, steps: Steps) -> Any:
    for step in steps:
        document = document[step]
    return document


def replaced(document: Any, steps: Steps, value: Any) -> Any:
    """A copy of the document with another value at the place, or without it."""
    copy = decode(_encode(document))
    holder = at(copy, steps[:-1])
    if value is MISSING:
        del holder[steps[-1]]
    else:
        holder[steps[-1]] = value
    return copy


def with_answer(exchange: Exchange, index: int, **changes: Any) -> Exchange:
    answers = list(exchange.answers)
    answers[index] = msgspec.structs.replace(answers[index], **changes)
    return msgspec.structs.replace(exchange, answers=tuple(answers))


def mutations(preset: str, value: Any) -> Iterator[tuple[str, Any, Exchange]]:
    """The base with ``value`` at each place in turn: the place as text, what stood there, the exchange."""
    exchange = base(preset)
    for index in asked_answers(preset):
        if exchange.answers[index].is_json:
            document = decode(exchange.answers[index].content)
            for steps in leaves(document):
                body = msgspec.Raw(_encode(replaced(document, steps, value)))
                place = ".".join(map(str, steps))
                yield place, at(document, steps), with_answer(exchange, index, body=body)


def zeros(meter: Meter) -> set[str]:
    """Which amounts are zero, or a percentage that says as much."""
    amounts = {"limit": meter.limit, "used": meter.used, "remaining": meter.remaining}
    found = {name for name, amount in amounts.items() if amount == 0}
    if meter.percent_remaining in {0, 100}:
        found.add("percent_remaining")
    return found


@pytest.mark.parametrize("preset", in_tree())
def test_what_a_preset_says_of_itself(preset: str) -> None:
    module = find(preset)
    assert module.name == preset
    assert module.title.strip() == module.title != ""
    assert module.source
    assert date(2026, 1, 1) <= module.verified <= date.today()  # noqa: DTZ011 - a day, wherever it was
    assert re.fullmatch(r"bearer|raw|header:[A-Za-z0-9-]+", module.auth)
    assert module.default_path is None or module.default_path.startswith("/")
    assert module.min_refresh >= 0
    assert [host for host in module.hosts if host != host.lower() or "/" in host] == []


@pytest.mark.parametrize(("preset", "status"), [*product(in_tree(), CODES)])
def test_a_status_is_its_error(preset: str, status: int, wire: Wire) -> None:
    exchange = base(preset)
    headers = {"Retry-After": "120", "Location": "http://127.0.0.2:9/elsewhere"}
    first = asked_answers(preset)[0]
    body = msgspec.Raw(b'{"error": {"message": "no"}}')
    exchange = with_answer(exchange, first, status=status, headers=headers, body=body)
    outcome = wire.read(preset, exchange)
    assert {request.headers["host"] for request in wire.requests} == {wire.host}
    if status in FALLS_BACK.get(preset, ()):
        assert len(wire.requests) > 1
        return
    assert isinstance(outcome, ReadError)
    assert outcome.code == CODES[status]
    assert outcome.retry_after == (120 if status in {429, 500, 503} else None)
    assert len(wire.requests) == 1


@pytest.mark.parametrize(("preset", "wrong"), [*product(in_tree(), WRONG)])
def test_a_wrong_value_is_an_error_or_unknown(preset: str, wrong: str) -> None:
    before: dict[tuple[str, str], set[str]] = {}  # by name: without its window a meter has another id
    for meter in base_outcome(preset)[0].meters:
        before.setdefault((meter.scope, meter.name), set()).update(
            zeros(meter), {"unlimited"} if meter.unlimited else set()
        )

    async def all_outcomes() -> list[tuple[str, Reading | ReadError]]:
        found = []
        for place, was, exchange in mutations(preset, WRONG[wrong]):
            if wrong == "true" and isinstance(was, bool):
                continue
            ask = ReplayAsk(exchange)
            found.append((place, await read(preset, exchange, ask)))
            assert len(ask.asked) <= MAX_REQUESTS
        return found

    outcomes = asyncio.run(all_outcomes())
    assert outcomes
    for place, outcome in outcomes:
        if isinstance(outcome, ReadError):
            assert outcome.code in READ_CODES - {"preset_error"}, place
            continue
        for meter in outcome.meters:
            known = before.get((meter.scope, meter.name), set())
            assert METER_ID.fullmatch(meter.id), place
            assert zeros(meter) <= known, (place, meter)
            if meter.unlimited and "unlimited" not in known:
                documented = NULL_IS_UNLIMITED.get(preset, "(?!)")
                assert wrong == "null", (place, meter)
                assert re.search(documented, place), (place, meter)


@pytest.mark.parametrize("preset", in_tree())
def test_the_key_in_any_text_is_never_shown(preset: str, wire: Wire) -> None:
    for place, was, exchange in mutations(preset, f"<{SECRET.reveal()}>"):
        if isinstance(was, str):
            view = shown(preset, exchange, wire.read(preset, exchange))
            assert SECRET.reveal() not in json.dumps(view), place
            assert [one for one in wire.requests if SECRET.reveal() in f"{one.path}{one.query}"] == []


BODIES: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "truncated": (lambda body: body[:-2], "application/json"),
    "html": (lambda _: b"<!doctype html><title>Welcome</title>", "text/html; charset=utf-8"),
    "html-as-json": (lambda _: b"<!doctype html><title>Welcome</title>", "application/json"),
    "empty": (lambda _: b"", "application/json"),
    "deep": (lambda _: b'{"a":' * 40 + b"1" + b"}" * 40, "application/json"),
    "nan": (lambda _: b'{"limit": NaN}', "application/json"),
    "twice": (lambda body: body + body, "application/json"),
    "null": (lambda _: b"null", "application/json"),
    "text": (lambda _: b'"ok"', "application/json"),
    "number": (lambda _: b"0", "application/json"),
    "list": (lambda _: b"[]", "application/json"),
    "object": (lambda _: b"{}", "application/json"),
    "nothing-but-success": (lambda _: b'{"success": true, "data": null}', "application/json"),
    "failure": (lambda _: b'{"success": false, "message": "out of order"}', "application/json"),
}


@pytest.mark.parametrize(("preset", "body"), [*product(in_tree(), BODIES)])
def test_a_200_with_another_body_is_no_reading(preset: str, body: str, wire: Wire) -> None:
    exchange = base(preset)
    change, kind = BODIES[body]
    first = asked_answers(preset)[0]
    changed = change(exchange.answers[first].content)
    headers = exchange.answers[first].plain_headers | {"content-type": kind}
    exchange = with_answer(exchange, first, headers=headers, body=msgspec.UNSET, text=changed.decode())
    outcome = wire.read(preset, exchange)
    if preset in READS_NO_BODY and not isinstance(outcome, ReadError):
        assert outcome == base_outcome(preset)[0]
        return
    assert isinstance(outcome, ReadError)
    assert outcome.code in {"not_json", "unexpected_shape", "gateway_error"}


FAILURES: dict[str, str] = {
    '{"error": "out of order"}': "gateway_error",
    '{"error": {"message": "out of order", "type": "api_error"}}': "gateway_error",
    '{"success": false, "message": "out of order"}': "gateway_error",
    '{"success": false, "data": {}, "message": "out of order"}': "gateway_error",
    '{"message": "Invalid API key"}': "unauthorized",
    '{"error": {"message": "no", "type": "expired_key"}}': "key_expired",
}


@pytest.mark.parametrize(("preset", "body"), [*product(sorted({*in_tree()} - READS_NO_BODY), FAILURES)])
def test_a_200_that_reports_a_failure_is_that_failure(preset: str, body: str) -> None:
    exchange = with_answer(base(preset), asked_answers(preset)[0], body=msgspec.Raw(body.encode()))
    outcome = asyncio.run(read(preset, exchange, ReplayAsk(exchange)))
    assert isinstance(outcome, ReadError)
    assert outcome.code == FAILURES[body]


@pytest.mark.parametrize("preset", in_tree())
def test_a_byte_order_mark_changes_nothing(preset: str, wire: Wire) -> None:
    exchange = base(preset)
    first = asked_answers(preset)[0]
    content = exchange.answers[first].content.decode()
    headers = exchange.answers[first].plain_headers | {"content-type": "application/json; charset=utf-8"}
    marked = with_answer(exchange, first, headers=headers, body=msgspec.UNSET, text="\ufeff" + content)
    assert wire.read(preset, marked) == base_outcome(preset)[0]


def probe_answers(preset: str) -> list[Recorded]:
    """What the product answers to its probes: ``tests/presets/<preset>/probes.json``."""
    file = HOME / preset / "probes.json"
    return msgspec.json.decode(file.read_bytes(), type=list[Recorded]) if file.exists() else []


@pytest.mark.parametrize("preset", in_tree())
def test_probes_recognise_their_own_product_alone(preset: str) -> None:
    probes = find(preset).probes
    own = probe_answers(preset)
    for probe in probes:
        reasons = [probe.recognise(one.reply()) for one in own if one.request.path == probe.path]
        assert any(reasons), f"{preset}: no answer in probes.json is recognised at {probe.path}"
        for other in in_tree():
            if other != preset:
                strange = [one for one in probe_answers(other) if one.request.path == probe.path]
                assert [one for one in strange if probe.recognise(one.reply())] == [], other
        nothing: list[Any] = [None, [], {}, "ok", 0, True, {"data": None}]
        for status, body in product((200, 401, 404), nothing):
            assert probe.recognise(Reply(status, {}, body)) is None
