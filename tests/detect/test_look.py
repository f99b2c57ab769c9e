"""Detection against real sockets: what is asked, with and without the key, and when it stops."""

import socket
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
from aiohttp import web

from gaugeway.detect.look import Finding, detect
from gaugeway.errors import ReadError
from gaugeway.presets import Options, Preset, Probe, find, in_tree
from gaugeway.readings import Answer, Meter
from gaugeway.testing.server import LoopbackServer
from gaugeway.transport import Ask, Reply, Secret
from gaugeway.transport.asking import shape_error
from gaugeway.transport.http import HttpTransport

KEY = Secret("sk-test-123")
NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)
PRESETS = [find(name) for name in in_tree() if name != "custom"]
LITELLM = {"/health/liveliness": "I'm alive!"}


class Made:
    """A product made up for a test; ``read`` wants ``{"is": NAME}`` at its default path."""

    def __init__(
        self,
        name: str,
        *probes: Probe,
        default_path: str | None = None,
        auth: str = "bearer",
        extra: tuple[str, ...] = (),
    ) -> None:
        self.name, self.title = name, name.upper()
        self.hosts: tuple[str, ...] = ()
        self.default_path, self.auth, self.probes, self.extra = default_path, auth, probes, extra

    async def read(self, ask: Ask) -> Answer:
        for path in self.extra:
            await ask(path, accept=(200, 404))
        assert self.default_path is not None
        if (await ask(self.default_path)).fields().word("is") != self.name:
            raise shape_error("no")
        return Answer(meters=(Meter.of(name="x", unit="requests", limit=None, unlimited=True),))


def probe(path: str, said: str = "ours") -> Probe:
    def recognise(reply: Reply) -> str | None:
        return f"{path} says {said}" if reply.json == said else None

    return Probe(path=path, recognise=recognise)


async def read_preset(preset: Preset, ask: Ask) -> Answer:
    return await preset.read(ask, Options(quota_path=preset.default_path or ""), NOW)


async def look(url: str, secret: Secret | None = KEY) -> Finding:
    async with HttpTransport({}) as transport:
        return await detect(url, transport, PRESETS, read_preset, secret)


async def look_for(url: str, *products: Made, secret: Secret | None = KEY) -> Finding:
    async with HttpTransport({}) as transport:
        return await detect(url, transport, products, Made.read, secret)


def status(code: int, body: Any = None, headers: Mapping[str, str] | None = None):
    async def answer(_: web.BaseRequest) -> web.Response:
        return web.json_response(body, status=code, headers=headers)

    return answer


async def test_a_known_host_is_asked_nothing():
    finding = await look("https://openrouter.ai/api/v1")
    assert finding.preset == "openrouter"
    assert finding.reason == "openrouter.ai is its host"
    assert finding.attempts == ()


async def test_litellm_by_its_odd_spelling_and_without_the_key():
    with LoopbackServer(LITELLM) as server:
        finding = await look(f"{server.url}/v1")
    assert finding.preset == "litellm"
    assert "/health/liveliness" in finding.reason
    assert "alive" in finding.reason
    assert all("authorization" not in request.headers for request in server.requests)
    assert finding.answer is None


@pytest.mark.parametrize(
    ("routes", "preset"),
    [
        ({"/api/status": {"success": True, "data": {"quota_per_unit": 500000}}}, "oneapi"),
        (
            {
                "/api/status": {
                    "success": True,
                    "data": {"quota_per_unit": 500000, "quota_display_type": "USD"},
                }
            },
            "newapi",
        ),
        (
            {"/api/v1/auth/me": status(401, {"code": "UNAUTHORIZED", "message": "Authorization required"})},
            "sub2api",
        ),
    ],
)
async def test_products_by_their_public_answers(routes, preset):
    with LoopbackServer(routes) as server:
        finding = await look(server.url)
    assert finding.preset == preset
    assert all("authorization" not in request.headers for request in server.requests)


@pytest.mark.parametrize(
    ("routes", "preset"),
    [
        ({"/v1/quota": {"tokens": {"limit": 10, "used": 1}}}, "neutral"),
        ({"/v1/key": {"data": {"limit": 10, "limit_remaining": 4, "usage": 6}}}, "openrouter"),
        (
            {
                "/v1/models": status(
                    200, {"data": []}, {"X-RateLimit-Limit": "9", "X-RateLimit-Remaining": "8"}
                )
            },
            "headers",
        ),
    ],
)
async def test_the_key_shows_the_rest(routes, preset):
    with LoopbackServer(routes) as server:
        finding = await look(f"{server.url}/v1")
    assert finding.preset == preset
    assert finding.answer is not None
    assert len(server.requests) <= 8
    assert sum("authorization" in request.headers for request in server.requests) <= 3


async def test_headers_are_believed_last():
    limited = {"X-RateLimit-Limit": "9", "X-RateLimit-Remaining": "8"}
    routes = {"/v1/models": status(200, {}, limited), "/v1/key": status(200, {"data": {"usage": 1}}, limited)}
    with LoopbackServer(routes) as server:
        assert (await look(f"{server.url}/v1")).preset == "openrouter"


async def test_a_server_that_answers_every_path_alike_is_not_recognised():
    with LoopbackServer(status(200, {"status": "ok", "data": None, "success": True})) as server:
        finding = await look(server.url)
    assert finding.preset is None
    assert len(server.requests) <= 8
    assert [attempt.path for attempt in finding.attempts] == [
        request.path if "authorization" not in request.headers else request.path.removeprefix("/v1")
        for request in server.requests
    ]
    assert "nothing" in finding.reason


async def test_nothing_is_asked_with_the_key_when_there_is_none():
    with LoopbackServer({}) as server:
        finding = await look(f"{server.url}/v1", None)
    assert finding.preset is None
    assert "nothing that gaugeway knows" in finding.reason
    assert {attempt.with_key for attempt in finding.attempts} == {False}
    assert finding.attempts[0].outcome.startswith("answered 404")


async def test_one_refusal_of_the_key_is_enough():
    refused = status(401, {"error": {"message": "Invalid API key"}})
    with LoopbackServer({"/v1/quota": refused, "/v1/key": refused}) as server:
        finding = await look(f"{server.url}/v1")
    assert finding.preset is None
    assert finding.refused is not None
    assert finding.refused.code == "unauthorized"
    assert [request.path for request in server.requests if "authorization" in request.headers] == [
        "/v1/quota"
    ]


async def test_redirects_are_not_followed():
    with (
        LoopbackServer(LITELLM) as other,
        LoopbackServer(status(302, None, {"Location": f"{other.url}/health/liveliness"})) as server,
    ):
        assert (await look(server.url)).preset is None
        assert other.requests == []


@pytest.mark.parametrize(
    ("answer", "base"),
    [
        (status(401, {"error": {"message": "no key"}}), "/v1"),
        (status(200, {"data": []}), "/v1"),
        (status(404, {"detail": "Not Found"}), ""),
        (status(200, "not an object"), ""),
    ],
)
async def test_a_url_without_a_path_is_completed_where_the_interface_answers(answer, base):
    with LoopbackServer({"/v1/models": answer}) as server:
        finding = await look(server.url, None)
    assert finding.base_url == server.url + base


async def test_nobody_there_is_an_error():
    with socket.socket() as placeholder:
        placeholder.bind(("127.0.0.1", 0))
        with pytest.raises(ReadError) as caught:
            await look(f"http://127.0.0.1:{placeholder.getsockname()[1]}")
    assert caught.value.code == "connect"


async def test_a_connection_that_breaks_under_the_key_is_an_error():
    async def cut(request: web.BaseRequest) -> web.Response:
        assert request.transport is not None
        request.transport.close()
        return web.Response()

    with LoopbackServer({"/v1/quota": cut}) as server, pytest.raises(ReadError) as caught:
        await look(f"{server.url}/v1")
    assert caught.value.code == "protocol"


async def test_a_path_that_several_probes_name_is_asked_once_and_the_longest_first():
    products = (
        Made("a", probe("/health")),
        Made("b", probe("/health", "b's")),
        Made("c", probe("/health/x")),
    )
    with LoopbackServer({"/health": "b's"}) as server:
        finding = await look_for(f"{server.url}/v1", *products)
    assert finding.preset == "b"
    assert [request.path for request in server.requests] == ["/health/x", "/health"]


async def test_probes_start_where_management_routes_live():
    with LoopbackServer({}) as server:
        await look_for(f"{server.url}/api/v1", Made("a", probe("/p/q")), Made("b", probe("/p")))
    assert [request.path for request in server.requests] == ["/api/p/q", "/api/p"]


async def test_never_more_than_eight_requests_nor_three_with_the_key():
    products = [
        Made(f"p{index}", probe(f"/probe{index}"), default_path=f"/path{index}", extra=(f"/more{index}",))
        for index in range(9)
    ]
    with LoopbackServer({}) as server:
        finding = await look_for(server.url, *products)
    assert len(server.requests) == 8
    assert sum("authorization" in request.headers for request in server.requests) == 3
    assert finding.preset is None
    assert len(finding.attempts) == 8


async def test_the_probes_of_every_preset_fit_in_even_where_the_url_has_no_path():
    with LoopbackServer({}) as server:
        await look(server.url, None)
    assert [request.path for request in server.requests][-1] == "/v1/models"
    probed = {request.path for request in server.requests}
    assert probed == {one.path for preset in PRESETS for one in preset.probes} | {"/v1/models"}


async def test_presets_that_ask_one_path_share_its_answer_unless_the_key_is_sent_in_another_way():
    products = (
        Made("a", default_path="/quota"), Made("b", default_path="/quota"),
        Made("c", default_path="/quota", auth="header:X-Key"),
    )  # fmt: skip
    with LoopbackServer({"/v1/quota": {"is": "c"}}) as server:
        finding = await look_for(f"{server.url}/v1", *products)
    assert finding.preset == "c"
    assert [("x-key" in one.headers, "authorization" in one.headers) for one in server.requests] == [
        (False, True), (True, False)
    ]  # fmt: skip
