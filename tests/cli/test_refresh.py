"""What runs in the background: reads what is due, and says nothing."""

import sqlite3
from contextlib import closing
from datetime import timedelta

from tests.cli.world import KEY, World

from gaugeway.store import rows


def test_it_reads_what_is_due_and_says_nothing(world: World) -> None:
    world.gateways(one="", two="/other")
    assert world.run("refresh") == (0, "", "")
    assert world.asked() == 2
    assert world.run("refresh") == (0, "", "")
    assert world.asked() == 0
    assert world.json()[1]["gateways"][0]["meters"]
    assert world.asked() == 0


def test_commands_for_keys_run_only_where_that_is_allowed(world: World) -> None:
    ran = world.home / "ran"
    program = world.home / "key.sh"
    program.write_text(f"#!/bin/sh\necho $1 >> {ran}\necho {KEY}\n")
    program.chmod(0o700)
    world.config(
        "".join(
            f'[gateways.{name}]\nbase_url = "{world.url}"\napi_key = "{{command:{program} {name}}}"\n{rest}'
            for name, rest in {"attended": "", "alone": "unattended = true\n"}.items()
        )
    )
    assert world.run("refresh") == (0, "", "")
    assert ran.read_text() == "alone\n"
    assert world.asked() == 1


def test_nothing_to_do_is_no_failure(world: World) -> None:
    assert world.run("refresh") == (0, "", "")
    world.gateways(refused="/no")
    assert world.run("refresh") == (0, "", "")


def test_it_is_not_listed(world: World) -> None:
    assert "refresh" not in world.run("--help")[1].partition("Commands:")[2]


def listed(world: World) -> list[list[str]]:
    """The ids of every configuration that lines know of, the newest first."""
    found = []
    with closing(sqlite3.connect(world.home / ".local/state/gaugeway/gaugeway.db")) as db:
        for stamp, *_ in rows.stamps(db):
            found.append([row[0] for row in rows.listed(db, stamp)])
    return found


def test_lines_know_what_full_processes_found(world: World) -> None:
    world.run("refresh")
    assert listed(world) == [[]]
    world.gateways(one="", two="/other")
    world.clock.now += timedelta(seconds=1)
    world.run("show", "two")
    assert listed(world) == [["one", "two"], []]
    world.run("status")  # may be called differently in some folder
    world.run("show", "--refresh")
    assert listed(world) == [["one", "two"], []]


def test_a_key_nobody_is_there_to_give_is_listed_too(world: World) -> None:
    world.config(f'[gateways.ask]\nbase_url = "{world.url}"\napi_key = "{{command:pass}}"\n')
    world.run("refresh")
    assert listed(world) == [["ask"]]
    assert world.asked() == 0
