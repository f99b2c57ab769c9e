"""``gaugeway add``: what it asks, what it shows, and what it writes where."""

import stat
import tomllib
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Self

import pytest
from aiohttp import web
from tests.cli.pseudo import Terminal
from tests.presets.replay import Exchange, Recorded, ReplayAsk, Request

from gaugeway.cli.context import App
from gaugeway.cli.main import main
from gaugeway.sources.environment import Environment
from gaugeway.sources.openai_compatible import discover
from gaugeway.testing.server import LoopbackServer
from gaugeway.transport import Ask, Target

KEY = "sk-test-123"
LITELLM = {
    "/health/liveliness": "I'm alive!",
    "/key/info": {"key": "h", "info": {"key_alias": "laptop", "spend": 12.5, "max_budget": 50}},
}
NEUTRAL = {"/v1/models": {"data": []}, "/v1/quota": {"tokens": {"limit": 1000, "used": 10}}}


def environment(home: Path, environ: Mapping[str, str]) -> Environment:
    return Environment(environ=environ, home=home, cwd=home)


def run(home: Path, *args: str, **environ: str) -> int:
    return main(["add", *args], App(environment(home, environ)))


def config(home: Path) -> Path:
    return home / ".config" / "gaugeway" / "config.toml"


def written(home: Path) -> dict[str, Any]:
    gateways: dict[str, Any] = tomllib.loads(config(home).read_text())["gateways"]
    return gateways


def test_found_out_read_shown_and_written(tmp_path, capsys):
    with LoopbackServer(LITELLM) as server:
        assert (
            run(tmp_path, f"{server.url}/v1", "--yes", "--key-env", "MINE", "--label", "Campus", MINE=KEY)
            == 0
        )
        assert len(server.requests) <= 8
    out, err = capsys.readouterr()
    assert "because /health/liveliness" in err
    assert "12.50 of 50.00 USD" in out
    assert '+api_key = "{env:MINE}"' in out
    assert "gaugeway show local" in err
    assert written(tmp_path) == {
        "local": {
            "base_url": f"{server.url}/v1",
            "preset": "litellm",
            "api_key": "{env:MINE}",
            "label": "Campus",
        }
    }
    assert stat.S_IMODE(config(tmp_path).stat().st_mode) == 0o600
    assert KEY not in out + err + config(tmp_path).read_text()


def test_what_was_written_is_a_gateway_that_can_be_asked(tmp_path, capsys):
    (tmp_path / "key").write_text(KEY)
    with LoopbackServer(NEUTRAL) as server:
        assert run(tmp_path, server.url, "--yes", "--id", "my.lab", "--key-file", "key") == 0
    (gateway,) = discover(environment(tmp_path, {})).gateways
    assert (gateway.id, gateway.preset, gateway.base_url) == ("my.lab", "neutral", f"{server.url}/v1")
    assert gateway.error is None
    assert gateway.key.secret is not None
    assert gateway.key.secret.reveal() == KEY


def test_nothing_is_said_of_a_key_that_its_variable_holds(tmp_path, capsys):
    with LoopbackServer(LITELLM) as server:
        assert run(tmp_path, server.url, "--yes", "--id", "lab", LAB_API_KEY=KEY) == 0
    assert written(tmp_path) == {"lab": {"base_url": server.url, "preset": "litellm"}}


def test_comments_and_other_gateways_stay_and_no_key_is_shown(tmp_path, capsys):
    before = (
        '# mine\n[gateways.old]  # first\nbase_url = "https://old.example.org"\napi_key = "sk-test-old"\n'
    )
    config(tmp_path).parent.mkdir(parents=True)
    config(tmp_path).write_text(before)
    with LoopbackServer(LITELLM) as server:
        assert run(tmp_path, server.url, "--yes", "--id", "lab", LAB_API_KEY=KEY) == 0
    assert config(tmp_path).read_text().startswith(before)
    out, err = capsys.readouterr()
    assert 'api_key = "[key]"' in out
    assert "sk-test-old" not in out + err


def test_a_gateway_that_is_there_is_changed_in_its_place_and_only_once(tmp_path, capsys):
    with LoopbackServer(LITELLM) as server:
        config(tmp_path).parent.mkdir(parents=True)
        config(tmp_path).write_text(
            f'[gateways.lab]  # mine\nbase_url = "{server.url}"  # here\napi_key = "{{env:MINE}}"\nlow = 30\n'
        )
        assert run(tmp_path, server.url, "--yes", MINE=KEY) == 0
        once = config(tmp_path).read_text()
        assert run(tmp_path, server.url, "--yes", MINE=KEY) == 0
    assert "# mine" in once
    assert "# here" in once
    expected = {"base_url": server.url, "api_key": "{env:MINE}", "low": 30, "preset": "litellm"}
    assert written(tmp_path) == {"lab": expected}
    assert config(tmp_path).read_text() == once
    assert "already, just so" in capsys.readouterr().err


def test_the_preset_can_be_said(tmp_path, capsys):
    with LoopbackServer({"/api/left": {"tokens": {"remaining": 5}}}) as server:
        args = (f"{server.url}/api", "--yes", "--preset", "neutral", "--quota-path", "left", "--id", "lab")
        assert run(tmp_path, *args, LAB_API_KEY=KEY) == 0
        assert [request.path for request in server.requests] == ["/api/left"]
    assert written(tmp_path) == {
        "lab": {"base_url": f"{server.url}/api", "preset": "neutral", "quota_path": "/left"}
    }


def test_a_quota_path_is_where_detection_looks(tmp_path, capsys):
    with LoopbackServer({"/v1/me/left": {"tokens": {"remaining": 5}}}) as server:
        args = (f"{server.url}/v1", "--yes", "--quota-path", "/me/left", "--id", "lab")
        assert run(tmp_path, *args, LAB_API_KEY=KEY) == 0
        assert [one.path for one in server.requests if "authorization" in one.headers] == ["/v1/me/left"]
    assert "because /me/left, asked with the key" in capsys.readouterr().err


def test_a_host_does_not_choose_which_key_it_gets(tmp_path, capsys):
    """LOCAL_API_KEY belongs to a gateway that its user calls local, not to every host that is."""
    with LoopbackServer(LITELLM) as server:
        assert run(tmp_path, server.url, "--yes", LOCAL_API_KEY=KEY) == 2
        assert server.requests == []
        assert f"`--key-env LOCAL_API_KEY` would send that variable's key to {server.url}" in (
            capsys.readouterr().err
        )
        assert run(tmp_path, server.url, "--yes", "--key-env", "LOCAL_API_KEY", LOCAL_API_KEY=KEY) == 0


def test_a_variable_that_two_ids_share_is_nobodys(tmp_path, capsys):
    config(tmp_path).parent.mkdir(parents=True)
    config(tmp_path).write_text('[gateways.my-lab]\nbase_url = "https://old.example.org"\n')
    with LoopbackServer(LITELLM) as server:
        assert run(tmp_path, server.url, "--yes", "--id", "my.lab", MY_LAB_API_KEY=KEY) == 2
        assert server.requests == []


async def refused(_: web.BaseRequest) -> web.Response:
    return web.json_response({"error": {"message": f"Invalid API key {KEY}"}}, status=401)


@pytest.mark.parametrize("routes", [{}, LITELLM | {"/key/info": refused}])
def test_what_can_not_be_read_is_not_written(tmp_path, capsys, routes):
    with LoopbackServer(routes) as server:
        assert run(tmp_path, server.url, "--yes", "--key-env", "MINE", MINE=KEY) == 1
    assert not config(tmp_path).exists()
    out, err = capsys.readouterr()
    assert KEY not in out + err


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["https://gw.example.edu"], "on a terminal, or with --yes"),
        (["https://gw.example.edu", "--yes"], "no key: give --key-env NAME"),
        (["https://gw.example.edu", "--yes", "--id", "a b"], "--id is no id"),
        (["https://gw.example.edu", "--yes", "--preset", "litelm"], "did you mean 'litellm'"),
        (["https://gw.example.edu", "--yes", "--quota-path", "/../x"], "--quota-path must not contain"),
        (["https://gw.example.edu", "--yes", "--id", "old"], "choose another name with --id"),
        (["http://gw.example.edu", "--yes"], "--allow-http"),
        (["--yes"], "no URL"),
    ],
)
def test_wrong_usage(tmp_path, capsys, args, said):
    config(tmp_path).parent.mkdir(parents=True)
    config(tmp_path).write_text('[gateways.old]\nbase_url = "https://old.example.org"\n')
    assert run(tmp_path, *args) == 2
    err = capsys.readouterr().err
    assert said in err
    assert "mend the named field" not in err
    assert set(written(tmp_path)) == {"old"}


def test_a_config_that_does_not_parse_is_left_alone(tmp_path, capsys):
    config(tmp_path).parent.mkdir(parents=True)
    config(tmp_path).write_text("[gateways.a\n")
    with LoopbackServer(LITELLM) as server:
        assert run(tmp_path, server.url, "--yes", "--key-env", "MINE", MINE=KEY) == 2
        assert not server.requests
    assert config(tmp_path).read_text() == "[gateways.a\n"
    err = capsys.readouterr().err
    assert "config.toml:1: " in err
    assert "can't be edited" in err


def test_another_config_need_not_exist_yet(tmp_path, capsys):
    with LoopbackServer(LITELLM) as server:
        app = App(environment(tmp_path, {"MINE": KEY}))
        args = ["--config", "my own.toml", "add", server.url, "--yes", "--key-env", "MINE"]
        assert main(args, app) == 0
    assert set(tomllib.loads((tmp_path / "my own.toml").read_text())["gateways"]) == {"local"}
    err = capsys.readouterr().err
    assert "does not exist" not in err
    assert "`gaugeway --config 'my own.toml' show local`" in err


class Recording:
    """A transport that answers from a recorded exchange, for hosts that no test may ask."""

    def __init__(self, *answers: Recorded) -> None:
        self.exchange = Exchange(answers=answers, base_url="https://openrouter.ai/api/v1")
        self.targets: list[Target] = []

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        pass

    @asynccontextmanager
    async def visit(self, target: Target) -> AsyncIterator[Ask]:
        self.targets.append(target)
        yield ReplayAsk(self.exchange)


def test_without_a_url_the_only_gateway_of_the_environment_is_taken(tmp_path, capsys):
    import msgspec

    body = msgspec.Raw(b'{"data": {"limit": 10, "limit_remaining": 4, "usage": 60, "limit_reset": null}}')
    recording = Recording(Recorded(Request("/api/v1/key"), 200, {}, body))
    env = environment(tmp_path, {"OPENROUTER_API_KEY": KEY})
    assert main(["add", "--yes"], App(env, transport=lambda: recording)) == 0
    assert [str(target.origin) for target in recording.targets] == ["https://openrouter.ai"]
    assert "because openrouter.ai is its host" in capsys.readouterr().err
    assert written(tmp_path) == {
        "openrouter": {
            "base_url": "https://openrouter.ai/api/v1", "preset": "openrouter",
            "api_key": "{env:OPENROUTER_API_KEY}",
        }
    }  # fmt: skip
    assert main(["add", "--yes"], App(env, transport=lambda: recording)) == 2  # it is there now


@pytest.mark.parametrize("args", [[], ["--yes"]])
def test_the_commands_for_what_the_environment_has_are_listed(tmp_path, capsys, args):
    variables = {
        "OPENAI_BASE_URL": "https://gw.example.edu/v1",
        "OPENAI_API_KEY": KEY,
        "OPENROUTER_API_KEY": KEY,
    }
    assert run(tmp_path, *args, **variables) == 2
    out, _ = capsys.readouterr()
    assert out.splitlines() == [
        "gaugeway add https://gw.example.edu/v1 --key-env OPENAI_API_KEY --yes",
        "gaugeway add https://openrouter.ai/api/v1 --key-env OPENROUTER_API_KEY --yes",
    ]


def test_custom_lists_what_is_there_and_what_to_copy(tmp_path, capsys):
    document = {"plan": {"limit": 100}, "used": "25", "me": KEY}
    with LoopbackServer({"/api/me": document}) as server:
        args = (server.url, "--preset", "custom", "--quota-path", "/api/me", "--id", "lab")
        assert run(tmp_path, *args, "--key-env", "MINE", MINE=KEY) == 0
        assert len(server.requests) == 1
        out, err = capsys.readouterr()
        assert KEY not in out + err
        assert "#   plan.limit  100\n" in out
        assert not config(tmp_path).exists()
        config(tmp_path).parent.mkdir(parents=True)
        config(tmp_path).write_text(out)  # copied as it is
        assert main(["show"], App(environment(tmp_path, {"MINE": KEY}))) == 0
    assert "75" in capsys.readouterr().out


def test_custom_says_where_the_key_is_looked_for(tmp_path, capsys):
    with LoopbackServer({"/quota": {"left": 5}}) as server:
        assert run(tmp_path, server.url, "--preset", "custom", "--id", "lab", LAB_API_KEY=KEY) == 0
    assert "LAB_API_KEY" in capsys.readouterr().out


def test_custom_without_an_answer(tmp_path, capsys):
    with LoopbackServer({}) as server:
        assert run(tmp_path, server.url, "--preset", "custom", "--key-env", "MINE", MINE=KEY) == 1
    assert "404" in capsys.readouterr().err


def test_a_typed_key_is_hidden_and_kept_in_a_private_file(tmp_path):
    with LoopbackServer(LITELLM) as server, Terminal(tmp_path, "add", server.url, "--id", "lab") as terminal:
        terminal.wait_for("Key for ")
        terminal.wait_until_hidden()
        terminal.type(KEY)
        terminal.wait_for("Write this to")
        assert not config(tmp_path).exists()
        assert not (config(tmp_path).parent / "keys").exists()
        terminal.type("y")
        assert terminal.end() == 0, terminal.seen
    assert KEY not in terminal.seen
    assert written(tmp_path)["lab"]["api_key"] == "{file:keys/lab}"
    stored = config(tmp_path).parent / "keys" / "lab"
    assert stored.read_text() == f"{KEY}\n"
    assert stat.S_IMODE(stored.stat().st_mode) == 0o600
    (gateway,) = discover(environment(tmp_path, {})).gateways
    assert gateway.key.secret is not None
    assert gateway.key.secret.reveal() == KEY


def test_a_no_writes_nothing_and_an_offer_is_chosen_by_its_number(tmp_path):
    with LoopbackServer(LITELLM) as server:
        variables = {
            "OPENAI_BASE_URL": "https://gw.example.edu/v1", "OPENAI_API_KEY": KEY,
            "LITELLM_BASE_URL": server.url, "LITELLM_API_KEY": KEY,
        }  # fmt: skip
        with Terminal(tmp_path, "add", **variables) as terminal:
            terminal.wait_for("Which one")
            terminal.type("2")
            terminal.wait_for("Write this to")
            terminal.type("n")
            assert terminal.end() == 0, terminal.seen
    assert "nothing was written" in terminal.seen
    assert not config(tmp_path).exists()
    assert KEY not in terminal.seen
