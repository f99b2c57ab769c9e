"""``status``: what it says, and that it asks nothing."""

import json
import sqlite3
from datetime import timedelta

from tests.cli.world import KEY, NOTHING, World


def facts(text: str) -> dict[str, str]:
    """The facts of the first section, by name; of several values the last."""
    section = text.partition("\n\n")[0].splitlines()[1:]
    return {line[2:25].strip(): line[25:].strip() for line in section if line[2:25].strip()}


def test_json_names_every_fact(world: World) -> None:
    world.config(
        f'[gateways.campus]\nbase_url = "{world.url}/v1"\nlabel = "Campus"\napi_key = "{{env:CAMPUS}}"\n'
    )
    world.environ["CAMPUS"] = KEY
    file = str(world.home / ".config" / "gaugeway" / "config.toml")
    code, document = world.status()
    assert code == 0
    assert document == {
        "schema": "gaugeway.status/1",
        "gateways": [
            {
                "provider_id": "campus",
                "label": "Campus",
                "preset": "neutral",
                "defined_in": [{"file": file, "line": 1, "trust": "trusted"}],
                "origin": world.url,
                "quota_path": "/quota",
                "auth": "bearer",
                "proxy": None,
                "api_key_configured": True,
                "api_key_source": "{env:CAMPUS}",
                "api_key_checked_paths": [f"gateways.campus.api_key in {file}"],
                "last_attempt": None,
                "next_read_at": None,
                "hint": None,
            }
        ],
        "problems": [],
        "channels": [],
    }
    assert world.asked() == 0


def test_a_query_is_not_shown(world: World) -> None:
    """It may hold a key, and `run` looks for that."""
    world.config(
        f'[gateways.campus]\nbase_url = "{world.url}"\napi_key = "{KEY}"\nquota_path = "/quota?key={KEY}"\n'
    )
    for command in ("status", "show"):
        world.run(command)
    _, document = world.status()
    assert document["gateways"][0]["quota_path"] == "/quota?..."


def test_the_text_has_the_same_facts_under_the_same_names(world: World) -> None:
    world.gateways(campus="")
    _, document = world.status()
    code, out, err = world.run("status")
    assert (code, err) == (0, "")
    told = facts(out)
    assert set(told) | {"label", "hint"} == set(document["gateways"][0])
    assert told["origin"] == world.url
    assert told["api_key_configured"] == "yes"
    assert told["last_attempt"] == "never"
    assert told["next_read_at"] == "with the next `gaugeway show`"
    assert "→" not in out


def test_the_last_attempt_and_the_next(world: World) -> None:
    world.gateways(good="", bad="/no")
    world.run("show")
    world.asked()
    world.clock.now += timedelta(seconds=20)
    code, document = world.status()
    assert code == 1
    good, bad = document["gateways"]
    assert good["last_attempt"] == {"at": "2026-11-22T10:00:00Z", "outcome": "ok"}
    assert good["next_read_at"] == "2026-11-22T10:01:00Z"
    assert bad["last_attempt"]["outcome"] == "unauthorized"
    assert "check the key" in bad["hint"]
    _, out, _ = world.run("status")
    assert facts(out)["last_attempt"] == "ok, 20 s ago"
    assert facts(out)["next_read_at"] == "in 40 s"
    assert "→ not asked again yet" in out
    assert world.asked() == 0


def test_a_missing_key_says_where_it_was_looked_for(world: World) -> None:
    world.config(f'[gateways.lab]\nbase_url = "{world.url}"\n')
    code, out, _ = world.run("status")
    assert code == 1
    told = facts(out)
    assert told["api_key_configured"] == "no"
    assert told["next_read_at"] == "when this is mended"
    assert "environment variable LAB_API_KEY" in out
    assert "auth.json" in out
    assert "→ no key for lab" in out


def test_proxies_without_their_password(world: World) -> None:
    world.config(f'[gateways.lab]\nbase_url = "https://gw.example.org"\napi_key = "{KEY}"\n')
    world.environ["HTTPS_PROXY"] = "http://user:hidden@proxy.example.org:3128"
    code, document = world.status()
    assert (code, document["gateways"][0]["proxy"]) == (0, "http://proxy.example.org:3128")
    world.environ["HTTPS_PROXY"] = "socks5://proxy.example.org"
    _, document = world.status()
    assert document["gateways"][0]["proxy"] is None
    assert "HTTPS_PROXY" in document["gateways"][0]["hint"]


def test_a_definition_without_base_url_or_with_an_unknown_preset(world: World) -> None:
    world.config(
        f'[gateways.a]\napi_key = "{KEY}"\n'
        f'[gateways.b]\nbase_url = "{world.url}"\npreset = "litelm"\napi_key = "{KEY}"\n'
    )
    code, document = world.status()
    assert code == 1
    first, second = document["gateways"]
    assert (first["origin"], first["proxy"]) == (None, None)
    assert "base_url" in first["hint"]
    assert (second["quota_path"], second["auth"]) == (None, None)
    assert "did you mean 'litellm'?" in second["hint"]
    _, out, _ = world.run("status", "b")
    assert facts(out)["auth"] == "unknown"


def test_opencode_turned_off_and_broken_files_are_problems(world: World) -> None:
    toast = {"enabled": False, "openaiCompatibleGateways": [{"providerId": "code", "baseURL": world.url}]}
    file = world.opencode({"experimental": {"quotaToast": toast}})
    code, document = world.status()
    assert code == 0
    (problem,) = document["problems"]
    assert set(problem) == {"file", "field", "message"}
    assert problem["file"] == str(file)
    assert problem["field"].endswith("enabled")
    _, out, err = world.run("status")
    assert f"! {file}" in out
    assert NOTHING in err
    world.config("[gateways.a]\nbase_url = \n")
    code, document = world.status()
    assert code == 2
    assert any(one["message"].startswith("line 2: ") for one in document["problems"])


def test_a_store_that_can_not_be_used_is_a_problem_and_the_rest_is_told(world: World) -> None:
    world.gateways(campus="")
    world.run("show")
    with sqlite3.connect(next(world.home.rglob("gaugeway.db"))) as db:
        db.execute("PRAGMA user_version = 99000")
    db.close()
    _, document = world.status()
    assert document["gateways"][0]["api_key_configured"] is True
    assert "newer gaugeway" in document["problems"][0]["message"]


def test_ids(world: World) -> None:
    world.gateways(a="", b="")
    assert [one["provider_id"] for one in world.status("b")[1]["gateways"]] == ["b"]
    code, _, err = world.run("status", "c")
    assert code == 2
    assert "no gateway has the id 'c'" in err


def test_nothing_configured(world: World) -> None:
    code, out, err = world.run("status", "--json")
    assert code == 0
    assert json.loads(out) == {
        "schema": "gaugeway.status/1",
        "gateways": [],
        "problems": [],
        "channels": [],
    }
    assert NOTHING in err
    assert world.run("status")[1] == ""
