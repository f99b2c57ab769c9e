"""Files that are not TOML, byte for byte, and the types the reference is generated from."""

from typing import get_type_hints

import msgspec
import pytest

from gaugeway.sources.config import GatewayTable
from gaugeway.sources.environment import Environment
from gaugeway.sources.openai_compatible import Found, discover


def found(tmp_path, content: bytes) -> Found:
    file = tmp_path / ".config/gaugeway/config.toml"
    file.parent.mkdir(parents=True)
    file.write_bytes(content)
    return discover(Environment(environ={}, home=tmp_path, cwd=tmp_path))


@pytest.mark.parametrize(
    ("content", "line", "message"),
    [
        (b"[gateways.a]\nlabel = '\xff'\n", 2, "is not UTF-8"),
        (
            b"[gateways.a]\nrefresh = " + b"9" * 5000,
            1,
            "is not TOML: a value is too large or nested too deep",
        ),
        (b"a = " + b"[" * 5000 + b"]" * 5000, 1, "is not TOML: a value is too large or nested too deep"),
        (b"[gateways.a]\ntimeout = 1e99999999999999999999", 1, "is not TOML: a value is too large"),
        (b"[gateways.a]\n[gateways.a]\n", 2, "is not TOML: Cannot declare"),
    ],
    ids=["utf-8", "digits", "levels", "exponent", "twice"],
)
def test_what_is_not_toml_is_fatal(tmp_path, content, line, message):
    (problem,) = found(tmp_path, content).problems
    assert (problem.fatal, problem.line) == (True, line)
    assert problem.message.startswith(message)


@pytest.mark.parametrize("variable", ["GAUGEWAY_CONFIG", "OPENCODE_CONFIG"])
def test_a_name_that_is_too_long_costs_itself(tmp_path, variable):
    environ = {variable: "x" * 5000}
    (problem,) = discover(Environment(environ=environ, home=tmp_path, cwd=tmp_path)).problems
    assert problem.message == "can't be read: File name too long"


def test_a_file_of_any_size_costs_no_time(tmp_path):
    (problem,) = found(tmp_path, b"#" * 10_000_000).problems
    assert (problem.fatal, problem.message) == (True, "can't be read: it is larger than 1 MiB")


def test_a_byte_order_mark_is_skipped(tmp_path):
    assert [gateway.id for gateway in found(tmp_path, b"\xef\xbb\xbf[gateways.a]\r\n").gateways] == ["a"]


def test_every_field_describes_itself():
    hints = get_type_hints(GatewayTable, include_extras=True)
    assert list(hints) == list(GatewayTable.__struct_fields__)
    for name, hint in hints.items():
        assert any(isinstance(meta, msgspec.Meta) and meta.description for meta in hint.__metadata__), name
