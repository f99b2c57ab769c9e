"""Presets by name: those in the tree, and those of other packages."""

import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest

from gaugeway.errors import SetupError
from gaugeway.presets import find, in_tree
from gaugeway.testing.server import LoopbackServer


def test_in_tree_names_are_those_of_the_modules() -> None:
    assert {"neutral", "openrouter", "litellm", "custom"} <= set(in_tree())
    assert in_tree() == tuple(sorted(in_tree()))
    assert {"preset", "registry"}.isdisjoint(in_tree())
    assert [find(name).name for name in in_tree()] == list(in_tree())


@pytest.mark.parametrize("name", ["litelm", "preset", "registry", "../litellm", "", "_ratelimit", "Neutral"])
def test_an_unknown_name_is_a_setup_error(name: str) -> None:
    with pytest.raises(SetupError) as raised:
        find(name)
    assert raised.value.code == "invalid_config"
    assert repr(name) in raised.value.message


def test_a_near_name_is_offered() -> None:
    with pytest.raises(SetupError) as raised:
        find("litelm")
    assert raised.value.hint == "did you mean 'litellm'?"


def install(site: Path, package: str, entry: str, code: str) -> None:
    """A package as an installer leaves it: its code, and metadata with an entry point."""
    (site / package).mkdir()
    (site / package / "__init__.py").write_text(dedent(code))
    metadata = site / f"{package}-1.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0\n")
    (metadata / "entry_points.txt").write_text(f"[gaugeway.presets]\n{entry}\n")


ACME = """
    from datetime import date

    from gaugeway.readings import Answer, Meter

    name, title, source, verified = "acme", "Acme", "https://acme.example/docs", date(2026, 11, 22)
    default_path, auth, min_refresh, hosts, probes = "/left", "header:X-Acme-Key", 0, (), ()

    async def read(ask, options, now):
        left = (await ask(options.quota_path)).fields().number("left")
        return Answer(meters=(Meter.of(name="points", unit="points", remaining=left),))
"""

READ = """
    import asyncio, sys
    from datetime import UTC, datetime
    from gaugeway.presets import Options, find, in_tree
    from gaugeway.transport import Origin, Secret, Target
    from gaugeway.transport.http import HttpTransport

    async def main(url):
        preset = find("acme")
        assert "acme" not in in_tree()
        target = Target(base_url=url, origin=Origin.of(url), secret=Secret("sk-test-123"), auth=preset.auth)
        async with HttpTransport({}) as transport, transport.visit(target) as ask:
            answer = await preset.read(ask, Options(quota_path=preset.default_path), datetime.now(UTC))
        print(answer.meters[0].id, answer.meters[0].remaining)

    asyncio.run(main(sys.argv[1]))
"""

FIND = """
    from gaugeway.errors import SetupError
    from gaugeway.presets import find
    try:
        find("acme")
    except SetupError as error:
        print(error.code, error.message)
"""


BRIEF = """
    from datetime import date

    name, title, source, verified = "acme", "Acme", "https://acme.example/docs", date(2026, 11, 22)

    class Whole:
        default_path, auth, min_refresh, hosts, probes = "/left", "raw", 30, ("acme.example",), ()

    whole = Whole()
"""


def run(site: Path, code: str, *arguments: str) -> str:
    (site / "main.py").write_text(dedent(code))  # what stands beside a script is on its path
    command = [sys.executable, "-W", "error", str(site / "main.py"), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_another_package_s_preset_reads_a_gateway(tmp_path: Path) -> None:
    install(tmp_path, "acme_gaugeway", "acme = acme_gaugeway", ACME)
    with LoopbackServer({"/v1/left": {"left": 4.5}}) as server:
        assert run(tmp_path, READ, f"{server.url}/v1") == "key/points/- 4.5"
        assert [request.headers["x-acme-key"] for request in server.requests] == ["sk-test-123"]


@pytest.mark.parametrize(
    ("entry", "members"),
    [
        ("acme_gaugeway", (None, "bearer", 0, (), ())),
        ("acme_gaugeway:whole", ("/left", "raw", 30, ("acme.example",), ())),
    ],
)
def test_what_a_preset_leaves_out_is_the_usual(
    tmp_path: Path, entry: str, members: tuple[object, ...]
) -> None:
    install(tmp_path, "acme_gaugeway", f"acme = {entry}", BRIEF)
    code = """
        from gaugeway.presets import find
        acme = find("acme")
        print((acme.default_path, acme.auth, acme.min_refresh, acme.hosts, acme.probes))
    """
    assert run(tmp_path, code) == repr(members)


def test_a_preset_that_does_not_load_is_named(tmp_path: Path) -> None:
    install(tmp_path, "acme_gaugeway", "acme = acme_gaugeway", "raise RuntimeError('too old')")
    said = run(tmp_path, FIND)
    assert said.startswith("invalid_config preset 'acme' of acme_gaugeway does not load")
    assert "too old" in said


def test_the_tree_comes_before_other_packages(tmp_path: Path) -> None:
    install(tmp_path, "fake_gaugeway", "litellm = fake_gaugeway", "raise RuntimeError('never asked for')")
    code = "from gaugeway.presets import find\nprint(find('litellm').title)"
    assert run(tmp_path, code) == "LiteLLM proxy"
