"""The plugin files as they are written, and what is noticed about them later."""

import msgspec
import pytest

from gaugeway import __version__
from gaugeway.opencode.files import SHIPPED, TUI, command_of, state_of, written

COMMAND = ('/opt/it\'s "here"/gaugeway', "--config", "/home/ü/\\config.toml")


def test_what_is_shipped_runs_the_gaugeway_that_wrote_it() -> None:
    files = written(COMMAND)
    assert set(files) == {
        path.relative_to(SHIPPED).as_posix() for path in SHIPPED.rglob("*") if path.is_file()
    }
    assert TUI in files
    assert [name for name in files if name.startswith("plugin/")] == ["plugin/gaugeway.js"]
    said = msgspec.json.encode(COMMAND)
    assert [command_of(data) for data in files.values() if said in data] == [COMMAND]
    for data in files.values():
        assert b"@GAUGEWAY@" not in data
        assert data.startswith(f"// gaugeway {__version__} ".encode())
        assert data.endswith(b"\n")


def test_what_became_of_a_file() -> None:
    wanted, older = written(COMMAND)["gaugeway/ask.js"], written(("gaugeway",))["gaugeway/ask.js"]
    other_version = older.replace(__version__.encode(), b"0.0.1", 1)
    changed = wanted + b"// more\n"
    assert state_of(wanted, wanted) == ("current", __version__)
    assert state_of(None, wanted) == ("missing", None)
    assert state_of(older, wanted) == ("outdated", __version__)
    assert state_of(other_version, wanted) == ("outdated", "0.0.1")
    assert state_of(changed, wanted) == ("changed", __version__)
    assert state_of(b"", wanted) == ("changed", None)
    assert state_of(b"// somebody's\n", wanted) == ("changed", None)
    assert state_of(wanted.partition(b"\n")[2], wanted) == ("changed", None)


@pytest.mark.parametrize("text", [b"", b"const GAUGEWAY = [", b'const GAUGEWAY = ["a", 1]', b"x"])
def test_a_file_that_does_not_say_how_it_runs_gaugeway(text: bytes) -> None:
    assert command_of(text) is None
