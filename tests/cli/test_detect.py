"""``gaugeway detect``: what it says, and that it writes nothing."""

from pathlib import Path

import pytest
from aiohttp import web

from gaugeway.cli.context import App
from gaugeway.cli.main import main
from gaugeway.sources.environment import Environment
from gaugeway.testing.server import LoopbackServer

KEY = "sk-test-123"
LITELLM = {
    "/health/liveliness": "I'm alive!",
    "/key/info": {"key": "h", "info": {"key_alias": "laptop", "spend": 12.5, "max_budget": 50}},
}


async def refused(_: web.BaseRequest) -> web.Response:
    return web.json_response({"error": {"message": f"Invalid API key {KEY}"}}, status=401)


def run(home: Path, *args: str, **environ: str) -> int:
    return main(["detect", *args], App(Environment(environ=environ, home=home, cwd=home)))


@pytest.fixture(autouse=True)
def nothing_is_written(tmp_path):
    yield
    assert {path.name for path in tmp_path.iterdir()} <= {"key", ".config"}


def test_it_explains_and_reads_once(tmp_path, capsys):
    with LoopbackServer(LITELLM) as server:
        assert run(tmp_path, f"{server.url}/v1/", "--key-env", "MINE", MINE=KEY) == 0
        with_key = [one.path for one in server.requests if "authorization" in one.headers]
    out, _ = capsys.readouterr()
    assert f"{server.url}/v1: LiteLLM proxy (preset litellm), because /health/liveliness" in out
    assert "12.50 of 50.00 USD" in out
    assert with_key.count("/key/info") == 1
    assert len(server.requests) <= 8
    assert KEY not in out


def test_a_host_does_not_choose_which_key_it_gets(tmp_path, capsys):
    with LoopbackServer(LITELLM) as server:
        assert run(tmp_path, server.url, LOCAL_API_KEY=KEY) == 0
        assert all("authorization" not in request.headers for request in server.requests)
    assert "--key-env LOCAL_API_KEY" in capsys.readouterr().err


def test_without_a_key_it_says_how_to_give_one(tmp_path, capsys):
    with LoopbackServer(LITELLM) as server:
        assert run(tmp_path, server.url) == 0
        assert all("authorization" not in request.headers for request in server.requests)
    out, err = capsys.readouterr()
    assert "LiteLLM" in out
    assert "--key-env" in err


def test_a_read_that_recognised_it_is_not_made_twice(tmp_path, capsys):
    key_file = tmp_path / "key"
    key_file.write_text(f"{KEY}\n")
    routes = {"/v1/models": {"data": []}, "/v1/quota": {"cost": {"limit": 10, "used": "2.5"}}}
    with LoopbackServer(routes) as server:
        assert run(tmp_path, server.url, "--key-file", "key") == 0
        assert [one.path for one in server.requests if "authorization" in one.headers] == ["/v1/quota"]
    assert "2.50 of 10.00 USD" in capsys.readouterr().out


def test_the_key_of_a_configured_gateway_of_that_origin_is_used(tmp_path, capsys):
    with LoopbackServer({"/v1/quota": {"tokens": {"remaining": 5}}}) as server:
        config = tmp_path / ".config" / "gaugeway" / "config.toml"
        config.parent.mkdir(parents=True)
        config.write_text(
            f'[gateways.far]\nbase_url = "https://gw.example.org"\napi_key = "sk-test-far"\n'
            f'[gateways.lab]\nbase_url = "{server.url}/v1"\napi_key = "{{env:LAB}}"\n'
        )
        assert run(tmp_path, f"{server.url}/v1", LAB=KEY) == 0
        assert {one.headers.get("authorization") for one in server.requests} == {None, f"Bearer {KEY}"}
    out, err = capsys.readouterr()
    assert "lab" in out
    assert "with the key of lab" in err


def test_the_suggested_command_names_the_url_as_it_was_typed(tmp_path, capsys):
    with LoopbackServer({"/v1/models": {"data": []}, "/api/me": {"left": 5}}) as server:
        assert run(tmp_path, server.url, "--key-env", "MINE", MINE=KEY) == 1
    assert f"gaugeway add {server.url} --preset custom --quota-path" in capsys.readouterr().out


def test_what_is_not_recognised_is_told_with_what_was_asked(tmp_path, capsys):
    with LoopbackServer({}) as server:
        assert run(tmp_path, f"{server.url}/v1", "--key-env", "MINE", MINE=KEY) == 1
    out, _ = capsys.readouterr()
    assert "/health/liveliness" in out
    assert "/quota" in out
    assert "with the key" in out
    assert f"gaugeway add {server.url}/v1 --preset custom --quota-path" in out


def test_not_recognised_without_a_key(tmp_path, capsys):
    with LoopbackServer({}) as server:
        assert run(tmp_path, server.url) == 1
    assert "with a key more can be found out" in capsys.readouterr().out


@pytest.mark.parametrize("routes", [{"/v1/quota": refused}, LITELLM | {"/key/info": refused}])
def test_a_refused_key_ends_it(tmp_path, capsys, routes):
    with LoopbackServer(routes) as server:
        assert run(tmp_path, f"{server.url}/v1", "--key-env", "MINE", MINE=KEY) == 1
        assert sum("authorization" in one.headers for one in server.requests) == 1
    out, err = capsys.readouterr()
    assert "check the key" in out
    assert KEY not in out + err


def test_nobody_there(tmp_path, capsys):
    with LoopbackServer({}) as server:
        url = server.url
    assert run(tmp_path, url) == 1
    assert "refused the connection" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("args", "said"),
    [
        ([], "URL"),
        (["http://gw.example.edu"], "--allow-http"),
        (["https://gw.example.edu", "--key-env", "A", "--key-file", "b"], "one key each"),
        (["https://gw.example.edu", "--key-env", "UNSET"], "{env:UNSET}, which is not set"),
        (["https://gw.example.edu", "--key-file", "missing"], "is not a file"),
    ],
)
def test_wrong_usage(tmp_path, capsys, args, said):
    assert run(tmp_path, *args) == 2
    assert said in capsys.readouterr().err
