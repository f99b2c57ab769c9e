"""LiteLLM: what is asked, of whom, and whose numbers they are."""

import asyncio
import json
from typing import Any

import msgspec
import pytest
from tests.presets.replay import Case, Exchange, Recorded, ReplayAsk, Request, read
from tests.presets.wire import Wire

from gaugeway.errors import ReadError
from gaugeway.readings import Reading

HASH = "88dc28d0f030c55ed4ab77ed8faf098196cb1c05df778539800c9f1243fe6b4b"


def exchange(*answers: tuple[str, Any]) -> Exchange:
    return Exchange(
        tuple(Recorded(Request(path), body=msgspec.Raw(json.dumps(body).encode())) for path, body in answers)
    )


def key_info(**fields: Any) -> tuple[str, Any]:
    return "/key/info", {"key": HASH, "info": {"spend": 1.0, "max_budget": None, **fields}}


def asked(given: Exchange) -> list[str]:
    ask = ReplayAsk(given)
    asyncio.run(read("litellm", given, ask))
    return ask.asked


def test_the_normal_case_asks_each_level_once() -> None:
    assert asked(Case("litellm", "normal").exchange) == [
        "/key/info",
        "/team/t-1/members/me",
        "/team/info?team_id=t-1&key_limit=1",
        "/v2/user/info",
        "/organization/info?organization_id=o-1",
    ]


def test_an_old_proxy_is_never_asked_for_every_user() -> None:
    assert asked(exchange(key_info(user_id="u 1&x=2"))) == [
        "/key/info",
        "/v2/user/info",
        "/user/info?user_id=u%201%26x%3D2",
    ]


def test_a_team_s_id_stays_one_segment_of_the_path() -> None:
    assert asked(exchange(key_info(user_id="u", team_id="a/../b?c")))[1:3] == [
        "/team/a%2F..%2Fb%3Fc/members/me",
        "/team/info?team_id=a%2F..%2Fb%3Fc&key_limit=1",
    ]


def test_subjects_are_the_servers_own_names() -> None:
    given = Case("litellm", "normal").exchange
    outcome = asyncio.run(read("litellm", given, ReplayAsk(given)))
    assert isinstance(outcome, Reading)
    assert outcome.subjects == {
        "key": HASH, "member": "t-1/u-1", "team": "t-1", "user": "u-1", "organization": "o-1"
    }  # fmt: skip


def test_a_key_that_is_echoed_is_no_subject() -> None:
    given = Case("litellm", "key-echoed").exchange
    outcome = asyncio.run(read("litellm", given, ReplayAsk(given)))
    assert isinstance(outcome, Reading)
    assert outcome.subjects == {}


def test_a_level_too_large_to_read_is_unread(wire: Wire) -> None:
    huge = {"team_id": "t", "team_info": {"max_budget": None}, "keys": ["x" * 300_000]}
    outcome = wire.read("litellm", exchange(key_info(team_id="t"), ("/team/info", huge)))
    assert isinstance(outcome, Reading)
    assert outcome.unread == ("team",)
    assert "the team's budget could not be read (its answer is too large)" in outcome.notes
    assert [meter.unlimited for meter in outcome.meters] == [False]


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503])
@pytest.mark.parametrize("path", ["/team/t/members/me", "/team/info", "/v2/user/info", "/organization/info"])
def test_a_fault_that_passes_fails_the_whole_reading(path: str, status: int) -> None:
    given = exchange(
        key_info(team_id="t", user_id="u", organization_id="o", max_budget=5),
        ("/team/t/members/me", {"user_id": "u", "spend": 0, "litellm_budget_table": None}),
        ("/team/info", {"team_info": {"max_budget": None}}),
        ("/v2/user/info", {"user_id": "u", "max_budget": None}),
        ("/organization/info", {"litellm_budget_table": None}),
    )
    assert isinstance(asyncio.run(read("litellm", given, ReplayAsk(given))), Reading)
    answers = [
        msgspec.structs.replace(one, status=status) if one.request.path == path else one
        for one in given.answers
    ]
    broken = Exchange(tuple(answers))
    assert isinstance(asyncio.run(read("litellm", broken, ReplayAsk(broken))), ReadError)


def test_a_key_that_is_expired_and_blocked_is_expired() -> None:
    given = exchange(key_info(status="expired", blocked=True))
    outcome = asyncio.run(read("litellm", given, ReplayAsk(given)))
    assert isinstance(outcome, ReadError)
    assert outcome.code == "key_expired"
