"""The command ``gaugeway history``: from what is stored, in every form."""

import csv
import io
import json
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import click
import jsonschema
import msgspec
import pytest
from aiohttp import web
from click.shell_completion import ShellComplete
from tests.cli.world import NOTHING, QUOTA, World
from tests.test_docs import DOCS

from gaugeway.cli.context import App
from gaugeway.cli.main import group
from gaugeway.sources.environment import Environment
from gaugeway.testing.server import LoopbackServer
from gaugeway.view.past import COLUMNS, Past


@pytest.fixture
def spending(world: World) -> Iterator[World]:
    """A gateway whose numbers were read once an hour for two days: a budget that is used, once taken back
    from, and once begins anew; and a balance that is spent, and once added to.
    """
    spent: dict[str, Any] = {}

    async def quota(_: web.BaseRequest) -> web.StreamResponse:
        return web.json_response(spent)

    async def wallet(_: web.BaseRequest) -> web.StreamResponse:
        return web.json_response({"cost": {"remaining": spent["left"], "currency": "EUR"}})

    end = world.clock.now
    with LoopbackServer({"/quota": quota, "/wallet/quota": wallet}) as server:
        world.url = server.url
        world.gateways(campus="", wallet="/wallet")
        world.clock.now = end - timedelta(hours=48)
        for hour in range(48):
            resets_at = end + timedelta(hours=-24 if hour < 24 else 144)
            used = {10: 400, 20: 0}.get(hour, hour % 24 * 25)
            spent |= {"cost": {"limit": 1000, "used": used, "resets_at": resets_at.isoformat()}}
            spent["left"] = 90 - hour + (30 if hour > 40 else 0)
            assert world.run("show", "--refresh")[0] == 0
            world.clock.now += timedelta(hours=1)
        world.clock.now = end
        server.requests.clear()
        yield world
        assert not server.requests, "nothing is asked"


def test_json_is_the_contract(spending: World) -> None:
    code, out, err = spending.run("history", "--json")
    assert (code, err) == (0, "")
    document = json.loads(out)
    msgspec.json.decode(out, type=Past)
    jsonschema.validate(document, json.loads((DOCS / "schema" / "gaugeway.history-1.json").read_text()))
    assert (document["schema"], document["since"]) == ("gaugeway.history/1", "2026-11-15T10:00:00Z")
    campus, wallet = document["gateways"]
    (series,) = campus["series"]
    assert (campus["id"], series["meter"], series["name"], series["unit"]) == (
        "campus",
        "key/cost/-",
        "Cost",
        "USD",
    )
    assert series["current"]
    assert series["forecast"]["p_runout"] is not None
    assert len(series["samples"]) == 48
    assert series["samples"][1] == {
        "time": "2026-11-20T11:00:00Z",
        "used": "25",
        "remaining": "975",
        "limit": "1000",
        "resets_at": "2026-11-21T10:00:00Z",
        "change": None,
    }
    changes = {at: one["change"] for at, one in enumerate(series["samples"]) if one["change"]}
    assert changes == {11: "correction", 20: "glitch", 24: "reset"}
    changes = {at: one["change"] for at, one in enumerate(wallet["series"][0]["samples"]) if one["change"]}
    assert changes == {41: "top-up"}


def test_csv_has_one_row_per_sample(spending: World) -> None:
    code, out, err = spending.run("history", "campus", "--csv", "--since", "3h")
    assert (code, err) == (0, "")
    header, *rows = csv.reader(io.StringIO(out))
    assert tuple(header) == COLUMNS
    assert [(row[0], row[1], row[3], row[4], row[5], row[6], row[7], row[9]) for row in rows] == [
        ("campus", "key/cost/-", f"2026-11-22T0{hour}:00:00Z", str(used), str(1000 - used), "1000", "USD", "")
        for hour, used in ((7, 525), (8, 550), (9, 575))
    ]
    assert out.endswith("\n")
    assert "\r" not in out


def test_a_gateways_word_is_no_formula(world: World) -> None:
    unit = "=1+1"
    world.config(
        f'[gateways.lab]\nbase_url = "{world.url}"\napi_key = "sk-test-123"\npreset = "custom"\n'
        f'quota_path = "/quota"\n[[gateways.lab.meters]]\nname = "X"\nunit = "{unit}"\nused = "cost.used"\n'
    )
    assert world.run("show")[0] == 0
    assert "'=1+1" in world.run("history", "--csv")[1]


def test_the_curve_has_limit_resets_and_outlook(spending: World) -> None:
    spending.environ["COLUMNS"] = "72"
    code, out, err = spending.run("history")
    assert (code, err) == (0, "")
    assert max(map(len, out.splitlines())) <= 72
    campus, wallet = out.split("\n\n")
    header, title, *chart, axis, labels, outlook = campus.splitlines()
    assert header == "● campus  neutral"
    assert title.startswith("▸ Cost  42% left  575.00 of 1,000.00 USD  in 6 d")
    assert sum("╌" in line for line in chart) == 1
    assert chart[0].startswith("  1,000.00 ┤") or chart[1].startswith("  1,000.00 ┤")
    assert sum("┊" in line or "⡇" in line or "⢸" in line for line in chart) >= 4
    assert any("░" in line for line in chart)
    assert axis.strip().startswith("└")
    assert "Sun 22" in labels
    assert re.match(r"  ╰ (lasts until reset|runs out|no telling yet)", outlook)
    assert "Cost  73.00 EUR left" in wallet
    assert "╌" not in wallet


@pytest.mark.parametrize("columns", [40, 57, 80, 120, 200])
@pytest.mark.parametrize("since", ["2h", "30h", "7d", "52w"])
def test_a_curve_fits_any_width(spending: World, columns: int, since: str) -> None:
    spending.environ["COLUMNS"] = str(columns)
    code, out, _ = spending.run("history", "--since", since)
    assert code == 0
    assert all(len(line) <= columns and line == line.rstrip() for line in out.splitlines())
    assert "\x1b" not in out


def test_what_binds_is_drawn_first(world: World) -> None:
    amounts: dict[str, Any] = {}

    async def quota(_: web.BaseRequest) -> web.StreamResponse:
        return web.json_response({name: {"limit": 10, "used": used} for name, used in amounts.items()})

    with LoopbackServer({"/quota": quota}) as server:
        world.url = server.url
        world.gateways(campus="")
        for used in (1, 9):  # whichever was there first
            amounts |= {"tokens": used, "cost": 5}
            assert world.run("show", "--refresh")[0] == 0
            titles = [line for line in world.run("history")[1].splitlines() if "% left" in line]
            assert [line[:2] for line in titles] == ["▸ ", "  "]


def test_one_meter(spending: World) -> None:
    assert "EUR" not in spending.run("history", "--meter", "key/cost/-", "campus")[1]
    code, _, err = spending.run("history", "--meter", "key/costs/-")
    assert code == 2
    assert "no meter has the id 'key/costs/-'; did you mean key/cost/-?" in err
    code, _, err = spending.run("history", "--meter", "nonsense")
    assert code == 2
    assert "known: key/cost/-" in err


def test_a_meter_that_is_no_longer_reported_has_a_history(world: World) -> None:
    routes: dict[str, Any] = {"/quota": dict(QUOTA)}
    with LoopbackServer(routes) as server:
        world.url = server.url
        world.gateways(campus="")
        world.run("show")
    with LoopbackServer({"/quota": {"tokens": {"remaining": 5}}}) as server:
        world.gateways(campus="")
        world.config(
            f'[gateways.campus]\nbase_url = "{server.url}"\napi_key = "sk-test-123"\npreset = "neutral"\n'
        )
        world.clock.now += timedelta(minutes=5)
        world.run("show")
    code, out, _ = world.run("history")
    assert code == 0
    assert "key/cost/-  no longer reported" in out
    assert "Tokens  5 tokens left" in out


def test_an_older_key_of_ones_own_is_another_subject(world: World) -> None:
    world.gateways(campus="")
    world.run("show")
    world.config(f'[gateways.campus]\nbase_url = "{world.url}"\napi_key = "sk-test-another"\n')
    world.clock.now += timedelta(minutes=5)
    world.run("show")
    document = json.loads(world.run("history", "--json")[1])
    older, newer = document["gateways"][0]["series"]
    assert (older["meter"], newer["meter"]) == ("key/cost/-", "key/cost/-")
    assert (older["current"], newer["current"]) == (False, True)
    assert (older["forecast"], older["unit"]) == (None, "USD")
    assert older["subject"] != newer["subject"]
    assert world.run("history")[1].count("Cost") == 1


@pytest.mark.parametrize("form", [[], ["--json"], ["--csv"]])
def test_nothing_is_stored_yet(world: World, form: list[str]) -> None:
    world.gateways(campus="", lab="")
    code, out, err = world.run("history", "campus", *form)
    assert (code, err) == (1, "gaugeway: nothing is stored yet; `gaugeway show campus` reads it\n")
    assert out.strip() == "" or "campus" in out or out.startswith("gateway,meter")
    assert "`gaugeway show` reads it" in world.run("history", *form)[2]
    assert not world.requests


def test_nothing_was_read_of_late(spending: World) -> None:
    spending.clock.now += timedelta(days=9)
    code, out, err = spending.run("history")
    assert (code, out) == (1, "")
    assert "nothing was read in that time; the last sample is of 2026-11-22T09:00:00Z, see --since" in err


@pytest.mark.parametrize("since", ["", "7", "d", "-1d", "1mo", "1e9d", "lifetime"])
def test_a_wrong_span(world: World, since: str) -> None:
    world.gateways(campus="")
    code, _, err = world.run("history", f"--since={since}")
    assert code == 2
    assert "12h, 7d, 4w" in err


def test_wrong_usage(world: World) -> None:
    world.gateways(campus="")
    assert "exclude each other" in world.run("history", "--json", "--csv")[2]
    code, _, err = world.run("history", "campsu")
    assert code == 2
    assert "did you mean campus?" in err
    world.config("")
    assert world.run("history") == (0, "", f"gaugeway: {NOTHING}\n")


def test_ids_are_completed(world: World) -> None:
    world.gateways(campus="", camp="", lab="")
    app = App(Environment(environ=world.environ, home=world.home, cwd=world.home))
    complete = ShellComplete(group, {"obj": app}, "gaugeway", "_GAUGEWAY_COMPLETE")
    found = [item.value for item in complete.get_completions(["history"], "ca")]
    assert found == ["campus", "camp"]
    assert isinstance(group, click.Group)
