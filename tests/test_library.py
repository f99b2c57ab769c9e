"""The library as a program uses it."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

import gaugeway
from gaugeway import aio
from gaugeway.blocking import chosen, found_in, opened
from gaugeway.errors import SetupError, StoreError
from gaugeway.sources.environment import Environment
from gaugeway.testing.server import LoopbackServer

QUOTA = {"tokens": {"limit": 100, "used": 12.5}}


@pytest.fixture
def server() -> Iterator[LoopbackServer]:
    with LoopbackServer({"/lab/quota": QUOTA, "/campus/quota": QUOTA}) as running:
        yield running


@pytest.fixture
def lab(server: LoopbackServer) -> gaugeway.Gateway:
    return gaugeway.Gateway.of("lab", f"{server.url}/lab", "sk-test-123")


@pytest.fixture
def home(tmp_path: Path, server: LoopbackServer) -> Environment:
    """A home with a configuration of two gateways."""
    folder = tmp_path / ".config" / "gaugeway"
    folder.mkdir(parents=True)
    (folder / "config.toml").write_text(
        "".join(
            f'[gateways.{name}]\nbase_url = "{server.url}/{name}"\napi_key = "sk-test-{name}"\n'
            for name in ("lab", "campus")
        )
    )
    return Environment(environ={}, home=tmp_path, cwd=tmp_path)


def check(states: list[gaugeway.State]) -> None:
    (state,) = states
    assert state.error is None
    assert state.reading is not None
    assert state.reading.meters[0].remaining == Decimal("87.5")


def test_read(server: LoopbackServer, lab: gaugeway.Gateway) -> None:
    check(gaugeway.read(lab))
    check(gaugeway.read(lab))
    assert len(server.requests) == 2, "without a store everything is read live"
    assert server.requests[0].headers["authorization"] == "Bearer sk-test-123"


def test_a_gateway_that_fails_costs_itself_only(server: LoopbackServer, lab: gaugeway.Gateway) -> None:
    gone, good = gaugeway.read(gaugeway.Gateway.of("gone", server.url), lab)
    assert gone.error is not None
    assert gone.error.code == "not_found"
    check([good])


async def test_read_async(server: LoopbackServer, lab: gaugeway.Gateway) -> None:
    check(await aio.read(lab))
    assert len(server.requests) == 1


async def test_read_works_inside_a_running_loop(server: LoopbackServer, lab: gaugeway.Gateway) -> None:
    check(gaugeway.read(lab))
    assert len(server.requests) == 1


async def test_what_goes_wrong_inside_a_running_loop_comes_out(
    lab: gaugeway.Gateway, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GAUGEWAY_STATE_DIR", str(tmp_path))
    check(gaugeway.read(lab, store="shared"))
    store = opened("shared", Environment.of_process())
    store._db.execute("PRAGMA user_version = 9000")
    store.close()
    with pytest.raises(StoreError, match="newer gaugeway"):
        gaugeway.read(lab, store="shared")
    with pytest.raises(StoreError, match="newer gaugeway"):
        await aio.read(lab, store="shared")


def test_the_shared_store_is_the_command_lines(
    server: LoopbackServer, lab: gaugeway.Gateway, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GAUGEWAY_STATE_DIR", str(tmp_path / "state"))
    check(gaugeway.read(lab))
    assert not (tmp_path / "state").exists(), "nothing is written unless it is asked for"
    check(gaugeway.read(lab, store="shared"))
    check(gaugeway.read(lab, store="shared"))
    assert asyncio.run(aio.read(lab, store="shared")) == gaugeway.read(lab, store="shared")
    assert len(server.requests) == 2
    assert (tmp_path / "state").stat().st_mode & 0o777 == 0o700


def test_a_state_folder_that_cannot_be_used_is_a_warning(
    lab: gaugeway.Gateway, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "state").write_text("a file")
    monkeypatch.setenv("GAUGEWAY_STATE_DIR", str(tmp_path / "state"))
    with pytest.warns(UserWarning, match="nothing can be kept"):
        check(gaugeway.read(lab, store="shared"))


def test_ids_are_looked_up_in_the_configuration(home: Environment, lab: gaugeway.Gateway) -> None:
    assert [gateway.id for gateway in chosen([], lambda: found_in(home))] == ["lab", "campus"]
    assert [gateway.id for gateway in chosen(["campus"], lambda: found_in(home))] == ["campus"]
    mixed = chosen([lab, "campus"], lambda: found_in(home))
    assert mixed[0] is lab
    assert mixed[1].id == "campus"


def test_the_configuration_is_read_once(home: Environment, monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[Environment] = []

    def look(environment: Environment) -> object:
        looked.append(environment)
        return found_in(home)

    monkeypatch.setenv("GAUGEWAY_STATE_DIR", str(home.home / "state"))
    monkeypatch.setattr("gaugeway.blocking.found_in", look)
    check(gaugeway.read("lab", store="shared"))
    assert len(looked) == 1


def test_nothing_configured_is_nothing_read(tmp_path: Path) -> None:
    nobody = Environment(environ={}, home=tmp_path, cwd=tmp_path)
    assert chosen([], lambda: found_in(nobody)) == []


def test_an_id_that_is_not_configured(home: Environment) -> None:
    with pytest.raises(SetupError, match="no gateway 'nowhere' is configured"):
        chosen(["nowhere"], lambda: found_in(home))


def test_a_configuration_that_does_not_parse(home: Environment, lab: gaugeway.Gateway) -> None:
    (home.home / ".config" / "gaugeway" / "config.toml").write_text("[gateways")
    for wanted in ([], ["lab"]):
        with pytest.raises(SetupError, match=r"config\.toml"):
            chosen(wanted, lambda: found_in(home))
    assert chosen([lab], lambda: found_in(home)) == [lab], "who brings gateways needs no configuration"


PROGRAM = """
import gaugeway, sys
for state in gaugeway.read(store="shared" if len(sys.argv) > 1 else None):
    print(state.gateway.id, state.reading.meters[0].used)
print("asyncio" in sys.modules)
"""


def test_a_program_reads_what_the_user_configured(home: Environment, server: LoopbackServer) -> None:
    environ = os.environ | {"HOME": str(home.home), "GAUGEWAY_STATE_DIR": str(home.home / "state")}
    said = [
        subprocess.run(
            [sys.executable, "-c", PROGRAM, *arguments],
            env=environ,
            capture_output=True,
            text=True,
            check=True,
        ).stdout.split("\n")
        for arguments in ([], ["shared"], ["shared"])
    ]
    assert said[0] == ["lab 12.5", "campus 12.5", "True", ""]
    assert said[2] == ["lab 12.5", "campus 12.5", "False", ""], "answered from the store"
    assert len(server.requests) == 4
