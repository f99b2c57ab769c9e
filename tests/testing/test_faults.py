"""Every fault, through the real transport: the right error, within the deadline."""

import time
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from gaugeway.errors import ReadError
from gaugeway.presets import Options, find
from gaugeway.readings import Answer
from gaugeway.testing import faults
from gaugeway.testing.server import Handler, LoopbackServer
from gaugeway.transport import Origin, Secret, Target
from gaugeway.transport.http import HttpTransport

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)
KEY = "sk-test-123"

ENDS = {
    "hanging": (faults.hanging(), "timeout"),
    "dripping": (faults.dripping(), "timeout"),
    "truncated": (faults.truncated(), "protocol"),
    "closed": (faults.closed(), "protocol"),
    "garbage": (faults.garbage(), "protocol"),
    "unauthorized": (faults.unauthorized(), "unauthorized"),
    "too many": (faults.too_many(30), "rate_limited"),
    "redirect": (faults.redirect("http://127.0.0.2:9/quota"), "redirect"),
    "zeros": (faults.zeros(), "unexpected_shape"),
    "failure with 200": (faults.failure_with_200(), "gateway_error"),
    "html": (faults.html(), "not_json"),
    "wrong type": (faults.wrong_type(), "not_json"),
    "huge headers": (faults.huge_headers(), "protocol"),
    "gzip bomb": (faults.gzip_bomb(), "too_large"),
    "brackets": (faults.brackets(), "not_json"),
}


async def read(url: str, seconds: float = 0.3) -> Answer:
    target = Target(base_url=url, origin=Origin.of(url), secret=Secret(KEY), timeout=seconds)
    async with HttpTransport({}) as transport, transport.visit(target) as ask:
        return await find("neutral").read(ask, Options(quota_path="/quota"), NOW)


@pytest.mark.parametrize(("handler", "code"), ENDS.values(), ids=ENDS)
async def test_each_fault_ends_in_its_error(handler: Handler, code: str) -> None:
    with LoopbackServer(handler) as server:
        started = time.perf_counter()
        with pytest.raises(ReadError) as caught:
            await read(server.url)
        assert time.perf_counter() - started < 0.8
    assert caught.value.code == code
    assert KEY not in str(caught.value)


async def test_429_says_how_long_to_stay_away() -> None:
    with LoopbackServer(faults.too_many(42)) as server, pytest.raises(ReadError) as caught:
        await read(server.url)
    assert caught.value.retry_after == 42


async def test_slow_is_read_when_there_is_time() -> None:
    with LoopbackServer(faults.slow(0.05)) as server:
        answer = await read(server.url)
    assert answer.meters[0].remaining == 75_000


async def test_a_dripping_answer_is_proper_json_in_the_end() -> None:
    with LoopbackServer(faults.dripping(0.001)) as server:
        answer = await read(server.url, seconds=3)
    assert answer.meters[0].used == Decimal(25_000)


async def test_a_script_plays_its_answers_in_order_and_stays_at_the_last() -> None:
    with LoopbackServer(faults.early_reset("2026-12-01T00:00:00Z")) as server:
        used = [(await read(server.url)).meters[0].used for _ in range(3)]
    assert used == [95_000, 100, 100]
