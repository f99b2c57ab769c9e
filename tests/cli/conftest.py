"""The fixture of the tests of whole commands."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from aiohttp import web
from tests.cli.world import QUOTA, World

from gaugeway.testing.server import LoopbackServer


async def refuse(_: web.BaseRequest) -> web.StreamResponse:
    return web.json_response({"error": {"message": "Invalid API key"}}, status=401)


@pytest.fixture
def world(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Iterator[World]:
    routes = {
        "/quota": QUOTA,
        "/other/quota": {"tokens": {"remaining": 5}},
        "/spent/quota": {"cost": {"limit": 50, "used": 48}},
        "/no/quota": refuse,
    }
    with LoopbackServer(routes) as server:
        yield World(tmp_path, server, capsys)
