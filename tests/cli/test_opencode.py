"""``opencode view`` with real gateways on loopback: the document the plugins place on the screen."""

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from tests.cli.world import KEY, World

from gaugeway.opencode.document import View
from gaugeway.testing.server import LoopbackServer


def view(world: World, *args: str) -> dict[str, Any]:
    """``opencode view --json``, checked against its types."""
    code, out, _ = world.run("opencode", "view", "--json", *args)
    assert code == 0
    assert out.count("\n") == 1
    msgspec.json.decode(out, type=View)
    document: dict[str, Any] = json.loads(out)
    return document


def provider(url: str) -> dict[str, Any]:
    return {"options": {"baseURL": url, "apiKey": KEY}}


def opencode(world: World, toast: Mapping[str, Any] | None = None, **paths: str) -> None:
    """OpenCode's config with these gateways: provider id to path."""
    listed = [{"providerId": name} for name in paths]
    world.opencode(
        {
            "provider": {name: provider(world.url + path) for name, path in paths.items()},
            "experimental": {"quotaToast": {"openaiCompatibleGateways": listed, **(toast or {})}},
        }
    )


def test_the_document_is_the_contract(world: World) -> None:
    world.gateways(campus="")
    document = view(world, "--event", "start")
    assert document["quota"]["text"].splitlines()[0].split()[:3] == ["●", "campus", "neutral"]
    assert "12.35 of 50.00 USD" in document["quota"]["text"]
    del document["quota"]
    del document["sidebar"]["gateways"][0]["lines"][4:]  # what is foreseen of one reading
    assert document == {
        "schema": "gaugeway.opencode/1",
        "enabled": True,
        "settings": {"timeout_ms": 10000, "timer_ms": 300000, "late_ms": 4000, "tool": False, "width": 37},
        "level": "ok",
        "prompt": {"text": "75% left · 12.35 of 50.00 USD", "level": "ok", "strong": False},
        "home": {"text": "campus 75% left", "level": "ok", "strong": False},
        "sidebar": {
            "title": "Quota",
            "gateways": [
                {
                    "id": "campus",
                    "brief": {"text": "campus 75% left", "level": "ok", "strong": False},
                    "lines": [
                        {"text": "campus", "level": "ok", "strong": True},
                        {"text": "Cost", "level": "dim", "strong": False},
                        {"text": "███████████████░░░░░ 75% left", "level": "ok", "strong": False},
                        {"text": "12.35 of 50.00 USD", "level": "dim", "strong": False},
                    ],
                }
            ],
        },
        "status": None,
        "toast": None,
        "seen": '{"gateways":{"campus":{"level":"ok"}}}',
    }


def test_after_a_turn_a_reading_is_at_most_two_seconds_old(world: World) -> None:
    opencode(world, a="", b="/other")
    steps: list[tuple[float, tuple[str, ...], int]] = [
        (0, ("--event", "start"), 2),
        (1, ("--event", "idle"), 0),
        (2, ("--event", "idle"), 2),
        (6, ("--event", "late"), 2),
        (20, ("--event", "timer"), 0),
        (20, ("--event", "question"), 0),
        (20, ("--event", "command"), 2),
        (23, ("--event", "idle", "--model", "b/m"), 1),
        (24, ("--event", "late", "--model", "none/m"), 1),
        (84, ("--event", "timer"), 2),
    ]
    began = world.clock.now
    for at, args, asked in steps:
        world.clock.now = began + timedelta(seconds=at)
        view(world, *args)
        assert world.asked() == asked, (at, args)


def test_the_sessions_model_decides_what_stands_beside_the_prompt(world: World) -> None:
    opencode(world, a="", b="/other", c="/no")
    assert view(world)["prompt"]["text"].startswith("c unauthorized")
    document = view(world, "--model", "b/some/model")
    assert document["prompt"]["text"] == "5 tokens left"
    assert [one["id"] for one in document["sidebar"]["gateways"]] == ["b", "a", "c"]
    assert view(world, "--model", "unknown/m")["prompt"]["text"].startswith("c unauthorized")


def test_only_the_current_model(world: World) -> None:
    opencode(world, {"onlyCurrentModel": True}, a="", b="/other")
    document = view(world, "--model", "b/m")
    assert [one["id"] for one in document["sidebar"]["gateways"]] == ["b"]
    assert world.asked() == 1
    document = view(world, "--model", "unknown/m")
    assert (document["prompt"], document["home"], document["sidebar"]["gateways"]) == (None, None, [])
    assert (
        document["quota"]["text"] == "no gateway belongs to the session's model, and onlyCurrentModel is true"
    )
    assert len(view(world)["sidebar"]["gateways"]) == 2


def test_a_level_that_changes_is_a_toast(world: World) -> None:
    spent: dict[str, Any] = {"cost": {"limit": 50, "used": 39}}
    with LoopbackServer({"/quota": spent}) as server:
        world.config(f'[gateways.campus]\nbase_url = "{server.url}"\nlabel = "Campus"\napi_key = "{KEY}"\n')
        seen = view(world, "--event", "start")["seen"]
        spent["cost"]["used"] = 41
        world.clock.now += timedelta(seconds=9)
        document = view(world, "--event", "idle", "--seen", seen)
        assert document["toast"] == {
            "title": "Quota is low",
            "message": "Campus: 18% left · 41.00 of 50.00 USD",
            "variant": "warning",
            "duration_ms": 9000,
        }
        assert view(world, "--event", "late", "--seen", document["seen"])["toast"] is None


def test_settings_are_honoured(world: World) -> None:
    toast = {
        "percentDisplayMode": "used",
        "toastDurationMs": 1234,
        "showOnIdle": True,
        "requestTimeoutMs": 1500,
        "agentTool": True,
    }
    opencode(world, toast, a="")
    document = view(world, "--event", "idle")
    assert document["prompt"]["text"] == "25% used · 12.35 of 50.00 USD"
    assert "25% used" in document["quota"]["text"]
    assert document["toast"]["duration_ms"] == 1234
    assert document["settings"]["tool"] is True
    assert document["settings"]["timeout_ms"] == 6500


def test_a_key_that_takes_time_is_waited_for(world: World) -> None:
    world.config(f'[gateways.a]\nbase_url = "{world.url}"\napi_key = "{{command:echo {KEY}}}"\ntimeout = 2\n')
    assert view(world, "--event", "timer")["settings"]["timeout_ms"] == 19000


def test_turned_off(world: World) -> None:
    opencode(world, {"enabled": False}, a="")
    world.gateways(campus="")
    document = view(world)
    assert document["enabled"] is False
    assert (document["prompt"], document["home"], document["toast"]) == (None, None, None)
    assert "experimental.quotaToast.enabled is false" in document["quota"]["text"]
    assert world.asked() == 0


def test_nothing_configured(world: World) -> None:
    document = view(world)
    assert (document["prompt"], document["home"], document["sidebar"]["gateways"]) == (None, None, [])
    assert document["quota"]["text"] == "no gateway is configured; `gaugeway add URL` sets one up"


def test_the_doctor_answers_a_command_only(world: World) -> None:
    opencode(world, {"minIntervalMs": "often"}, a="")
    text = view(world, "--width", "60")["status"]["text"]
    assert "provider_id" in text
    assert "experimental.quotaToast.minIntervalMs" in text
    for event in ("start", "idle", "late", "timer", "question", "compact"):
        assert view(world, "--event", event)["status"] is None


def test_a_project_decides_about_the_display_alone(world: World) -> None:
    opencode(world, {"percentDisplayMode": "remaining"}, a="")
    theirs = {"percentDisplayMode": "used", "enabled": False, "agentTool": True, "requestTimeoutMs": 1}
    (world.home / "opencode.json").write_text(json.dumps({"experimental": {"quotaToast": theirs}}))
    document = view(world)
    assert document["prompt"]["text"].startswith("25% used")
    assert (document["enabled"], document["settings"]["tool"]) == (True, False)
    assert document["settings"]["timeout_ms"] == 10000
    problems = [
        one
        for one in world.status()[1]["problems"]
        if one["file"].startswith(str(world.home / "opencode.json"))
    ]
    assert sorted(one["field"].rpartition(".")[2] for one in problems) == [
        "agentTool",
        "enabled",
        "requestTimeoutMs",
    ]


def test_a_store_that_cannot_be_used_is_an_error_in_its_place(world: World) -> None:
    import sqlite3

    world.gateways(campus="")
    view(world)
    with sqlite3.connect(next(world.home.rglob("gaugeway.db"))) as db:
        db.execute("PRAGMA user_version = 99000")
    db.close()
    document = view(world)
    assert document["sidebar"]["gateways"][0]["lines"][0]["level"] == "error"
    assert "was written by a newer gaugeway" in document["quota"]["text"]


def test_as_text_for_a_person(world: World) -> None:
    world.gateways(campus="")
    code, out, _ = world.run("opencode", "view")
    assert code == 0
    assert "12.35 of 50.00 USD" in out
    assert "provider_id" in out


@pytest.mark.parametrize("args", [("--event", "never"), ("--model", "x"), ("--width", "3")])
def test_wrong_usage_is_2(world: World, args: tuple[str, ...]) -> None:
    assert world.run("opencode", "view", *args)[0] == 2


def test_lines_of_dialogs_fit(world: World) -> None:
    opencode(world, a="", c="/no")
    for width in (40, 56, 100):
        document = view(world, "--width", str(width))
        assert max(map(len, document["quota"]["text"].splitlines())) <= width
