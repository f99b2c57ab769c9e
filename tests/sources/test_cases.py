"""Files and variables to gateways and problems: every case is data (``cases/*.toml``).

A case gives ``files``, ``environ``, ``cwd`` and perhaps ``config`` (typed after ``--config``), and expects
``gateways``: all of them in order, each with the fields it names (`_seen` lists them), and ``problems``: one
piece of text for each, of ``FILE:LINE: FIELD MESSAGE``, with ``!`` before fatal ones. ``toast``: the settings
of the display that differ from the default, with ``project`` also those of the current folder's files.
"""

import tomllib
from pathlib import Path
from typing import Any

import msgspec
import pytest
from tests.sources.world import World

from gaugeway.errors import GaugewayError
from gaugeway.sources.gateway import Gateway
from gaugeway.sources.openai_compatible import Found, discover
from gaugeway.sources.quota_toast import QuotaToast
from gaugeway.sources.settings import Problem

CASES = {
    f"{file.stem}: {case['name']}": case
    for file in sorted(Path(__file__).with_name("cases").glob("*.toml"))
    for case in tomllib.loads(file.read_text(encoding="utf-8"))["case"]
}


@pytest.mark.parametrize("name", CASES)
def test_case(name: str, tmp_path: Path) -> None:
    case = CASES[name]
    world = World(tmp_path, case.get("files", {}), case.get("environ", {}), case.get("cwd", "~/"))
    config = world.path(case["config"]) if "config" in case else None
    found = discover(world.env, config, project=case.get("project", False))

    expected = case.get("gateways", {})
    assert [gateway.id for gateway in found.gateways] == list(expected)
    for gateway in found.gateways:
        wanted = expected[gateway.id]
        seen = {field: value for field, value in _seen(gateway, world).items() if field in wanted}
        assert seen == wanted, gateway.id
        for piece in case.get("says", {}).get(gateway.id, ()):
            assert piece in _told(gateway, world)
    problems = [_problem(problem, world) for problem in found.problems]
    assert len(problems) == len(case.get("problems", ())), problems
    for problem, piece in zip(problems, case.get("problems", ()), strict=True):
        assert piece in problem
        assert problem.startswith("!") == piece.startswith("!")
    if "origins" in case:
        assert {name: str(origin) for name, origin in found.origins.items()} == case["origins"]
    if "toast" in case:
        assert _toast(found) == case["toast"]
        for setting, place in case.get("said", {}).items():
            said = found.toast.said[setting]
            assert f"{_short(said.layer.file, world)}:{said.line}" == place
    _assert_no_key(found)


def _toast(found: Found) -> dict[str, Any]:
    """The settings that differ from the default."""
    usual, settings = msgspec.to_builtins(QuotaToast()), msgspec.to_builtins(found.toast.settings)
    changed = {name: value for name, value in settings.items() if value != usual[name]}
    assert set(changed) <= set(found.toast.said)
    return {name: list(value) if isinstance(value, tuple) else value for name, value in changed.items()}


def _seen(gateway: Gateway, world: World) -> dict[str, Any]:
    return {
        "base_url": gateway.base_url or "",
        "label": gateway.label or gateway.id,
        "preset": gateway.preset,
        "quota_path": gateway.quota_path or "",
        "auth": gateway.auth or "",
        "timeout": gateway.timeout,
        "refresh": gateway.refresh,
        "low": str(gateway.thresholds.low),
        "ca_file": _short(gateway.ca_file or "", world),
        "key": _key(gateway),
        "source": _short(gateway.key.source or "", world),
        "checked": [_short(place, world) for place in gateway.key.checked],
        "error": gateway.error.code if gateway.error else "",
        "defined": [f"{_short(one.file, world)}:{one.line} {one.trust}" for one in gateway.definitions],
    }


def _key(gateway: Gateway) -> str:
    """The key itself, or in brackets the code of what is wrong with it."""
    try:
        secret = gateway.key.resolve()
    except GaugewayError as error:
        return f"[{error.code}]"
    return secret.reveal() if secret is not None else ""


def _told(gateway: Gateway, world: World) -> str:
    errors = (gateway.error, gateway.key.error)
    return _short(" | ".join(str(error) for error in errors if error is not None), world)


def _problem(problem: Problem, world: World) -> str:
    mark = "!" if problem.fatal else ""
    return f"{mark}{_short(problem.file, world)}:{problem.line}: {problem.field} {problem.message}"


def _short(text: str, world: World) -> str:
    return text.replace(str(world.home), "~").replace(str(world.root), "$ROOT")


def _assert_no_key(found: Found) -> None:
    """Nothing that may be printed holds a key: every key in the cases begins with ``sk-test``."""
    errors = [error for gateway in found.gateways for error in (gateway.error, gateway.key.error)]
    visible = (found.problems, errors, [str(error) for error in errors], found.gateways)
    assert "sk-test" not in repr([list(part) for part in visible])
