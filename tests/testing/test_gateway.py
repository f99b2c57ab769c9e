"""The demo gateway: every product of it is read as what it says it is, and its numbers move."""

import json
import tomllib
import urllib.error
import urllib.request
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from gaugeway.errors import ReadError
from gaugeway.presets import Options, find
from gaugeway.readings import Answer, Meter
from gaugeway.testing.gateway import FAULTS, KEY, DemoGateway
from gaugeway.testing.server import LoopbackServer
from gaugeway.transport import Origin, Secret, Target
from gaugeway.transport.http import HttpTransport

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)
CONFIG: dict[str, dict[str, Any]] = tomllib.loads(DemoGateway().config("http://127.0.0.1:1"))["gateways"]
HEALTHY = [name for name in CONFIG if name != "old-project"]


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


async def read(url: str, name: str) -> Answer:
    """What the gateway's preset says of it, as configured."""
    table = CONFIG[name]
    preset = find(table.get("preset", "neutral"))
    base_url = table["base_url"].replace("http://127.0.0.1:1", url)
    target = Target(base_url=base_url, origin=Origin.of(base_url), secret=Secret(table["api_key"]))
    async with HttpTransport({}) as transport, transport.visit(target) as ask:
        return await preset.read(ask, Options(quota_path=preset.default_path or ""), NOW)


def left(meter: Meter) -> Decimal:
    assert meter.remaining is not None
    return meter.remaining


@pytest.mark.parametrize("name", HEALTHY)
async def test_every_product_answers_in_its_own_format(name: str) -> None:
    with LoopbackServer(DemoGateway(clock=Clock())) as server:
        answer = await read(server.url, name)
    assert any(meter.remaining is not None for meter in answer.meters)
    assert not answer.unread


@pytest.mark.parametrize("name", HEALTHY)
async def test_the_numbers_move_with_the_clock_and_are_the_same_at_the_same_time(name: str) -> None:
    clock = Clock()
    with LoopbackServer(DemoGateway(clock=clock)) as server:
        seen = []
        for minutes in (0, 0, 20):
            clock.now += timedelta(minutes=minutes)
            answer = await read(server.url, name)
            seen.append([meter.remaining for meter in answer.meters])
    assert seen[0] == seen[1] != seen[2]


async def test_what_is_spent_only_grows_within_a_window() -> None:
    clock = Clock()
    with LoopbackServer(DemoGateway(clock=clock)) as server:
        seen = []
        for _ in range(30):
            clock.now += timedelta(seconds=1)
            answer = await read(server.url, "lab")
            seen.append(left(answer.meters[0]))
    assert seen == sorted(seen, reverse=True)
    assert len(set(seen)) == 30


async def test_a_seed_gives_numbers_of_its_own() -> None:
    seen = set()
    for seed in (1, 2):
        with LoopbackServer(DemoGateway(clock=Clock(), seed=seed)) as server:
            seen.add(left((await read(server.url, "openrouter")).meters[0]))
    assert len(seen) == 2


async def test_the_team_binds_a_key_without_a_budget() -> None:
    with LoopbackServer(DemoGateway(clock=Clock())) as server:
        answer = await read(server.url, "campus")
    limits = {meter.id: meter.limit for meter in answer.meters if not meter.advisory}
    assert limits["team/budget/7d"] == 250
    assert "key/budget/30d" not in limits


async def test_a_wrong_key_is_turned_down() -> None:
    with LoopbackServer(DemoGateway(clock=Clock())) as server, pytest.raises(ReadError) as caught:
        await read(server.url, "old-project")
    assert caught.value.code == "unauthorized"


@pytest.mark.parametrize("path", ["/", "/lab/v1/other", "/faults/", "/faults/unheard-of/quota"])
def test_other_paths_are_not_found(path: str) -> None:
    with LoopbackServer(DemoGateway()) as server:
        request = urllib.request.Request(server.url + path, headers={"Authorization": f"Bearer {KEY}"})
        with pytest.raises(urllib.error.HTTPError) as caught:
            urllib.request.urlopen(request, timeout=5)
    assert caught.value.code == 404
    caught.value.close()


def test_without_a_key_only_what_products_publish_is_told() -> None:
    with LoopbackServer(DemoGateway()) as server:
        with urllib.request.urlopen(f"{server.url}/hub/api/status", timeout=5) as answer:
            assert json.load(answer)["data"]["quota_per_unit"] == 500_000
        with pytest.raises(urllib.error.HTTPError) as caught:
            urllib.request.urlopen(f"{server.url}/lab/v1/quota", timeout=5)
    assert caught.value.code == 401
    caught.value.close()


def test_faults_are_served_under_their_names() -> None:
    assert "unauthorized" in FAULTS
    with LoopbackServer(DemoGateway()) as server, pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(f"{server.url}/faults/too-many/quota", timeout=5)
    assert (caught.value.code, caught.value.headers["Retry-After"]) == (429, "30")
    caught.value.close()
