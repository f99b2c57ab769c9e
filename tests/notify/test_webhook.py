"""The webhook, with a real receiver on loopback."""

import asyncio
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from aiohttp import web
from tests.notify.values import FACTS, channel, environment

from gaugeway.errors import DeliveryError, SetupError
from gaugeway.notify.send import sender
from gaugeway.notify.webhook import budget_event, send_to_webhook
from gaugeway.testing.server import LoopbackServer

TOKEN = "s3cret-token"


class Receiver:
    """Answers with ``status``, and keeps what it was sent."""

    def __init__(self) -> None:
        self.status = 200
        self.pause = 0.0
        self.events: list[dict[str, Any]] = []
        self.requests: list[web.BaseRequest] = []

    async def __call__(self, request: web.BaseRequest) -> web.StreamResponse:
        self.requests.append(request)
        self.events.append(json.loads(await request.read()))
        await asyncio.sleep(self.pause)
        where = {"Location": f"/elsewhere?{TOKEN}"} if 300 <= self.status < 400 else {}
        return web.Response(status=self.status, text="x" * 100_000, headers=where)


@pytest.fixture
def receiver() -> Receiver:
    return Receiver()


@pytest.fixture
def url(receiver: Receiver) -> Iterator[str]:
    with LoopbackServer(receiver) as server:
        yield f"{server.url}/hook?token={TOKEN}"


def test_the_fields_are_those_of_litellm(receiver: Receiver, url: str, tmp_path: Path) -> None:
    sender(channel(tmp_path, "webhook", "{env:HOOK}"), environment(tmp_path, HOOK=url))(FACTS)
    assert receiver.events == [
        {
            "spend": 48.5,
            "max_budget": 50,
            "token": "5f2c",
            "user_id": "u-1",
            "team_id": "t-9",
            "user_email": None,
            "key_alias": "laptop",
            "projected_exceeded_date": "2026-11-22",
            "projected_spend": 55.5,
            "event": "threshold_crossed",
            "event_group": "team",
            "event_message": f"{FACTS.title}. {FACTS.text}",
        }
    ]
    (request,) = receiver.requests
    assert (request.method, request.content_type) == ("POST", "application/json")
    assert request.query["token"] == TOKEN
    assert request.headers["User-Agent"].startswith("gaugeway/")


@pytest.mark.parametrize(
    ("changed", "event"),
    [
        ({"level": "exhausted"}, "budget_crossed"),
        ({"condition": "percent", "level": "exhausted"}, "budget_crossed"),
        ({"condition": "amount", "level": "ok"}, "threshold_crossed"),
        ({"condition": "runout", "level": "low"}, "projected_limit_exceeded"),
    ],
)
def test_events(changed, event) -> None:
    assert budget_event(msgspec.structs.replace(FACTS, **changed))["event"] == event


@pytest.mark.parametrize(
    ("scope", "group"),
    [("key", "key"), ("member", "team_member"), ("user", "user"), ("account", "proxy"), (None, "proxy")],
)
def test_groups(scope, group) -> None:
    assert budget_event(msgspec.structs.replace(FACTS, scope=scope))["event_group"] == group


def test_numbers_keep_their_digits_and_unknown_is_null() -> None:
    facts = msgspec.structs.replace(
        FACTS, used="0.12345678901234567890123", limit=None, runs_out_at=None, used_at_reset=None
    )
    body = msgspec.json.encode(budget_event(facts))
    assert b'"spend":0.12345678901234567890123,"max_budget":null' in body
    assert b'"projected_exceeded_date":null,"projected_spend":null' in body


@pytest.mark.parametrize(
    ("status", "what"),
    [
        (204, None),
        (302, "answered 302: redirects are not followed"),
        (307, "answered 307: redirects are not followed"),
        (404, "answered 404"),
        (500, "answered 500"),
    ],
)
def test_what_it_answers(receiver, url, tmp_path, status, what) -> None:
    receiver.status = status
    if what is None:
        send_to_webhook(url, FACTS, environment(tmp_path))
    else:
        with pytest.raises(DeliveryError) as caught:
            send_to_webhook(url, FACTS, environment(tmp_path))
        assert caught.value.message == what
    assert len(receiver.requests) == 1


def test_a_receiver_that_hangs_costs_the_deadline(receiver, url, tmp_path) -> None:
    receiver.pause = 30
    started = time.monotonic()
    with pytest.raises(DeliveryError, match=r"did not answer within 0\.3 seconds"):
        send_to_webhook(url, FACTS, environment(tmp_path), seconds=0.3)
    assert time.monotonic() - started < 5


@pytest.mark.parametrize(
    ("bad", "what"),
    [
        (f"http://hooks.example.org/{TOKEN}", "its URL is plain HTTP"),
        (f"ftp://127.0.0.1/{TOKEN}", "its URL is no web address"),
        (f"http:///{TOKEN}", "its URL is no web address"),
        (f"http://127.0.0.1:99999/{TOKEN}", "its URL is no web address"),
        (f"https://127.0.0.1/{TOKEN} x", "its URL is no web address"),
        (f"http://127.0.0.1:1/{TOKEN}", "can't be reached: ClientConnectorError"),
        (f"https://127.0.0.1:1/{TOKEN}", "can't be reached: ClientConnectorError"),
    ],
)
def test_where_it_does_not_go_and_the_url_is_never_said(tmp_path, bad, what) -> None:
    with pytest.raises(DeliveryError) as caught:
        sender(channel(tmp_path, "webhook", bad), environment(tmp_path))(FACTS)
    assert caught.value.message == what
    assert TOKEN not in str(caught.value)
    assert "127.0.0.1" not in str(caught.value)


def test_a_template_that_does_not_resolve(tmp_path) -> None:
    with pytest.raises(SetupError, match=r"\{env:HOOK\}, which is not set, or empty"):
        sender(channel(tmp_path, "webhook", "https://x/{env:HOOK}"), environment(tmp_path))(FACTS)


def test_a_proxy_that_is_none(tmp_path) -> None:
    env = environment(tmp_path, HTTPS_PROXY="socks5://p")
    with pytest.raises(DeliveryError, match="HTTPS_PROXY is not an http:// proxy"):
        send_to_webhook("https://hooks.example.org/x", FACTS, env)
