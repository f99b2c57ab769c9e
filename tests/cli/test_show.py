"""``show`` with real gateways on loopback, in this process."""

import asyncio
import json
import sqlite3
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from aiohttp import web
from tests.cli.world import KEY, NOTHING, QUOTA, World
from tests.presets.replay import HOME

from gaugeway.testing.server import LoopbackServer


async def hang(_: web.BaseRequest) -> web.StreamResponse:
    await asyncio.sleep(60)
    raise AssertionError


def test_text(world: World) -> None:
    world.gateways(campus="")
    code, out, err = world.run("show")
    assert (code, err) == (0, "")
    header, line = out.splitlines()
    assert header.split() == ["●", "campus", "neutral", "ok", "·", "just", "now"]
    assert "75% left  12.35 of 50.00 USD" in line


def test_json_is_the_contract(world: World) -> None:
    world.gateways(campus="")
    code, document = world.json()
    assert code == 0
    forecast = document["gateways"][0]["meters"][0].pop("forecast")
    assert (forecast["p_runout"], forecast["used_at_reset"]) == (None, None)
    assert forecast["made_at"] == "2026-11-22T10:00:00Z"
    assert document == {
        "schema": "gaugeway.readings/1",
        "generated_at": "2026-11-22T10:00:00Z",
        "gateways": [
            {
                "id": "campus",
                "label": "campus",
                "provider": "openai-compatible",
                "preset": "neutral",
                "status": "ok",
                "level": "ok",
                "coverage": "full",
                "binding": "key/cost/-",
                "observed_at": "2026-11-22T10:00:00Z",
                "age_seconds": 0,
                "next_read_at": "2026-11-22T10:01:00Z",
                "error": None,
                "notes": [],
                "key": {"name": "laptop", "expires_at": None},
                "meters": [
                    {
                        "id": "key/cost/-",
                        "name": "Cost",
                        "entry": "value",
                        "scope": "key",
                        "model": None,
                        "kind": "allowance",
                        "unit": "USD",
                        "limit": "50",
                        "unlimited": False,
                        "used": "12.35",
                        "remaining": "37.65",
                        "percent_remaining": 75.3,
                        "window": None,
                        "window_started_at": None,
                        "resets_at": None,
                        "level": "ok",
                        "derived": ["remaining"],
                        "advisory": False,
                        "expired": False,
                        "reset_due": False,
                    }
                ],
            }
        ],
    }


@pytest.mark.parametrize("args", [(), ("show",), ("-v",), ("--json",), ("--max-age", "5"), ("--refresh",)])
def test_gaugeway_alone_is_show(world: World, args: Sequence[str]) -> None:
    world.gateways(campus="")
    code, out, err = world.run(*args)
    assert (code, err) == (0, "")
    assert "12.35" in out


def test_what_is_due_is_read_and_nothing_else(world: World) -> None:
    world.gateways(campus="")
    steps: list[tuple[float, tuple[str, ...], int]] = [
        (0, (), 1),
        (59, (), 0),
        (59, ("--max-age", "58"), 1),
        (59, ("--max-age", "120"), 0),
        (61, ("--max-age", "0.5"), 1),
        (62, ("--refresh",), 1),
        (123, (), 1),
    ]
    start = world.clock.now
    for seconds, args, requests in steps:
        world.clock.now = start + timedelta(seconds=seconds)
        assert world.run("show", *args)[0] == 0
        assert world.asked() == requests, (seconds, args)


def test_ids_choose_and_order(world: World) -> None:
    world.gateways(a="", b="/other", c="")
    assert world.ids() == ["a", "b", "c"]
    assert world.ids("c", "a", "c") == ["c", "a"]
    assert world.asked() == 3


@pytest.mark.parametrize(
    ("typed", "said"), [("campuss", "did you mean campus?"), ("xyz", "known: campus, lab")]
)
def test_an_unknown_id_is_wrong_usage(world: World, typed: str, said: str) -> None:
    world.gateways(campus="", lab="")
    code, out, err = world.run("show", typed)
    assert (code, out) == (2, "")
    assert f"no gateway has the id {typed!r}; {said}" in err
    assert world.asked() == 0


def test_one_without_usable_reading_makes_1(world: World) -> None:
    world.gateways(good="", bad="/no")
    code, document = world.json()
    assert code == 1
    assert [one["status"] for one in document["gateways"]] == ["ok", "error"]
    assert document["gateways"][1]["error"]["code"] == "unauthorized"
    assert world.json("good")[0] == 0
    world.clock.now += timedelta(seconds=1)
    code, out, _ = world.run("show")
    assert code == 1
    assert "75%" in out
    assert "✗ not asked again yet" in out
    assert "after unauthorized: /quota answered 401: Invalid API key (backing_off)" in " ".join(out.split())
    assert "→ check the key" in out


def test_no_key_is_unconfigured(world: World) -> None:
    world.config(f'[gateways.lab]\nbase_url = "{world.url}"\n')
    code, document = world.json()
    assert code == 1
    assert document["gateways"][0]["status"] == "unconfigured"
    assert document["gateways"][0]["error"]["code"] == "no_key"
    assert world.asked() == 0
    assert "not set up" in world.run("show")[1]


def test_the_last_good_reading_survives_as_stale(world: World) -> None:
    answers: dict[str, Any] = {"/quota": QUOTA}
    with LoopbackServer(answers) as server:
        world.config(f'[gateways.a]\nbase_url = "{server.url}"\napi_key = "{KEY}"\n')
        assert world.json()[0] == 0
    world.clock.now += timedelta(hours=2)
    code, document = world.json()
    assert code == 0
    shown = document["gateways"][0]
    assert (shown["status"], shown["error"]["code"], shown["age_seconds"]) == ("stale", "connect", 7200)
    assert shown["meters"][0]["remaining"] == "37.65"
    _, out, _ = world.run("show")
    assert "stale · 2 h ago" in out
    assert "(connect); asked again in" in out


def test_nothing_configured(world: World) -> None:
    assert world.run("show") == (0, "", f"gaugeway: {NOTHING}\n")
    code, out, err = world.run("show", "--json")
    assert (code, json.loads(out)["gateways"]) == (0, [])
    assert NOTHING in err
    assert not (world.home / ".local").exists()


@pytest.mark.parametrize("form", [(), ("--json",)])
def test_a_config_that_does_not_parse_is_2_and_the_rest_is_shown(world: World, form: Sequence[str]) -> None:
    toast = {"openaiCompatibleGateways": [{"providerId": "code", "baseURL": world.url}]}
    world.opencode({"experimental": {"quotaToast": toast}})
    world.environ["CODE_API_KEY"] = KEY
    world.config("[gateways.a]\nbase_url = \n")
    code, out, err = world.run("show", *form)
    assert code == 2
    assert "config.toml:2: " in err
    assert "12.35" in out
    world.opencode({})
    assert NOTHING not in world.run("show", *form)[2]  # something is configured, if only it could be read


def test_config_names_another_file(world: World) -> None:
    other = world.home / "other.toml"
    other.write_text(f'[gateways.mine]\nbase_url = "{world.url}"\napi_key = "{KEY}"\n')
    world.gateways(campus="")
    for args in (("--config", str(other), "show", "--json"), (f"--config={other}", "--json")):
        code, out, _ = world.run(*args)
        assert code == 0
        assert [one["id"] for one in json.loads(out)["gateways"]] == ["mine"]


@pytest.mark.parametrize(
    ("model", "shown"),
    [
        ("campus/gpt-x", ["campus"]),
        ("here/vendor/gpt-x", ["campus"]),
        ("there/gpt-x", []),
        ("nowhere/gpt-x", []),
        ("campus/model/with/slashes", ["campus"]),
    ],
)
def test_model_keeps_its_gateway(world: World, model: str, shown: list[str]) -> None:
    providers = {
        "here": {"options": {"baseURL": f"{world.url}/v1"}},
        "there": {"options": {"baseURL": "https://gw.example.org"}},
    }
    world.opencode({"provider": providers})
    world.config(
        f'[gateways.campus]\nbase_url = "{world.url}"\napi_key = "{KEY}"\n'
        f'[gateways.lab]\nbase_url = "http://127.0.0.9:9"\napi_key = "{KEY}"\n[gateways.bare]\n'
    )
    code, document = world.json("--model", model)
    assert code == 0
    assert [one["id"] for one in document["gateways"]] == shown
    provider = model.partition("/")[0]
    said = "" if shown else f"gaugeway: no gateway belongs to the provider {provider!r}\n"
    assert world.run("--model", model)[2] == said


@pytest.mark.parametrize("model", ["gpt-x", "/gpt-x", "campus/", ""])
def test_a_model_without_provider_is_wrong_usage(world: World, model: str) -> None:
    code, _, err = world.run("show", "--model", model)
    assert code == 2
    assert "is not PROVIDER/MODEL" in err


def test_a_models_own_limit_takes_part(world: World) -> None:
    (folder,) = HOME.glob("litellm/model-budgets")
    answers = json.loads((folder / "exchange.json").read_text())["answers"]
    expected = json.loads((folder / "expected.json").read_text())
    tight = next(
        one["id"] for one in expected["meters"] if one["model"] == "gpt-x" and one["level"] == "critical"
    )
    with LoopbackServer({one["request"]["path"]: one.get("body") for one in answers}) as server:
        world.config(f'[gateways.a]\nbase_url = "{server.url}"\npreset = "litellm"\napi_key = "{KEY}"\n')
        for args, binding in (((), expected["binding"]), (("--model", "a/gpt-x"), tight)):
            assert world.json(*args)[1]["gateways"][0]["binding"] == binding
        _, out, _ = world.run("show", "--model", "a/gpt-x")
        assert out.splitlines()[1].startswith("▸ gpt-x")


def test_wrong_usage_is_2(world: World) -> None:
    for args in (
        ("show", "--nonsense"),
        ("nonsense",),
        ("show", "--max-age", "-1"),
        ("show", "--max-age", "x"),
    ):
        assert world.run(*args)[0] == 2


def test_a_deadline_holds(world: World) -> None:
    with LoopbackServer({"/quota": hang}) as server:
        world.config(f'[gateways.a]\nbase_url = "{server.url}"\napi_key = "{KEY}"\ntimeout = 0.2\n')
        code, document = world.json()
    assert code == 1
    assert document["gateways"][0]["error"]["code"] == "timeout"


def test_a_database_of_a_newer_version_is_refused(world: World) -> None:
    world.gateways(campus="")
    assert world.run("show")[0] == 0
    file = next(world.home.rglob("gaugeway.db"))
    with sqlite3.connect(file) as db:
        db.execute("PRAGMA user_version = 99000")
    db.close()
    code, out, err = world.run("show")
    assert (code, out) == (1, "")
    assert "was written by a newer gaugeway" in err
    assert "update gaugeway" in err
