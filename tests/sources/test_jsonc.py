"""The JSONC reader against two others: values against pyjson5, spans against re-reading what they cut out."""

import time
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import json5
import pyjson5
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gaugeway.errors import SetupError
from gaugeway.sources.jsonc import MAX_DEPTH, Document, KeyPath, Node, ParseError, read

GAPS = st.sampled_from(
    ["", " ", "\n", "\t\r\n", "// note\n", '// "a": 1 }\n', "/* x */", "/* \n * y // \n */", "/**/ // é\n"]
)
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**18), 10**18),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=8),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(st.text(max_size=4), inner, max_size=4)
    ),
    max_leaves=12,
)


@st.composite
def documents(draw: st.DrawFn) -> str:
    """JSONC texts: any value, with comments, white space and trailing commas wherever they may stand."""
    return _written(draw, draw(VALUES)) + draw(GAPS)


def _written(draw: st.DrawFn, value: Any) -> str:
    def gap() -> str:
        return draw(GAPS)

    def comma() -> str:
        return gap() + ("," + gap() if draw(st.booleans()) else "")

    if isinstance(value, dict):
        items = [f"{_string(draw, key)}{gap()}:{_written(draw, item)}" for key, item in value.items()]
        text = "{" + gap() + f"{gap()},{gap()}".join(items) + (comma() if items else "") + "}"
    elif isinstance(value, list):
        items = [_written(draw, item) for item in value]
        text = "[" + gap() + f"{gap()},{gap()}".join(items) + (comma() if items else "") + "]"
    elif isinstance(value, str):
        text = _string(draw, value)
    elif value is None or isinstance(value, bool):
        text = {None: "null", True: "true", False: "false"}[value]
    else:
        text = repr(value)
    return gap() + text


def _string(draw: st.DrawFn, text: str) -> str:
    escaped = draw(st.booleans())
    return '"' + "".join(_character(char, escaped=escaped) for char in text) + '"'


def _character(char: str, *, escaped: bool) -> str:
    if char in '"\\' or char < " " or (escaped and char.isascii()):
        return f"\\u{ord(char):04x}"
    if not escaped:
        return char
    units = char.encode("utf-16-be")
    return "".join(f"\\u{units[at]:02X}{units[at + 1]:02x}" for at in range(0, len(units), 2))


def _floats(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _floats(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_floats(item) for item in value]
    return float(value) if isinstance(value, Decimal) else value


def _at(value: Any, path: KeyPath) -> Any:
    for part in path:
        value = value[part]
    return value


def spans(document: Document) -> dict[KeyPath, tuple[int, int]]:
    """The path of every value, the root included, to the bytes it stands in."""

    def below(node: Node, path: KeyPath) -> Iterator[tuple[KeyPath, tuple[int, int]]]:
        yield path, (node.start, node.end)
        for part, inner in node.inner.items():
            yield from below(inner, (*path, part))

    return dict(below(document.root, ()))


@given(documents())
def test_values_are_those_of_another_reader(text):
    assert _floats(read(text.encode()).value) == pyjson5.decode(text)


@given(documents())
def test_each_span_cuts_out_its_value(text):
    data = text.encode()
    document = read(data)
    for path, (start, end) in spans(document).items():
        cut = data[start:end]
        assert read(cut).value == _at(document.value, path)
        assert cut == cut.strip()
        assert document.line(path) == data[:start].count(b"\n") + 1


@given(documents())
def test_every_value_has_a_span(text):
    def paths(value: Any, path: KeyPath) -> set[KeyPath]:
        inner = (
            value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
        )
        return {path}.union(*(paths(item, (*path, key)) for key, item in inner))

    document = read(text.encode())
    assert set(spans(document)) == paths(document.value, ())


def test_spans_are_those_of_a_reader_that_keeps_the_text():
    text = '{"a": [1, 2.50, /* x */ {"b": "c"},], // y\n "d": true}'
    document = read(text.encode())
    model = json5.loads(text)
    assert _floats(document.value) == model
    cuts = {path: text[start:end] for path, (start, end) in spans(document).items()}
    assert cuts == {
        (): text,
        ("a",): '[1, 2.50, /* x */ {"b": "c"},]',
        ("a", 0): "1",
        ("a", 1): "2.50",
        ("a", 2): '{"b": "c"}',
        ("a", 2, "b"): '"c"',
        ("d",): "true",
    }


def test_spans_are_bytes():
    data = '{"é": "ü", "k": 1}'.encode()
    start, end = spans(read(data))[("k",)]
    assert data[start:end] == b"1"


def test_numbers_are_exact():
    values = read(b"[0.1, 1e-7, -0, 10000000000000000000001, 1E+2]").value
    assert values == [Decimal("0.1"), Decimal("1e-7"), 0, 10**22 + 1, Decimal(100)]
    assert [type(value) for value in values] == [Decimal, Decimal, int, int, Decimal]


def test_a_byte_order_mark_is_skipped():
    assert read(b'\xef\xbb\xbf{"a": 1}').value == {"a": 1}


def test_of_equal_keys_the_later_counts_with_its_spans():
    document = read(b'{"a": {"b": [1]}, "c": 2, "a": 3}')
    assert document.value == {"a": 3, "c": 2}
    assert set(spans(document)) == {(), ("a",), ("c",)}
    assert document.data[slice(*spans(document)[("a",)])] == b"3"


def test_many_equal_keys_are_read_in_linear_time():
    text = "".join(f'"k{number}": 1, ' for number in range(5_000)) + '"a": {"b": [1]}, ' * 5_000
    started = time.process_time()
    document = read(f"{{{text}}}".encode())
    assert (
        time.process_time() - started < 1.0
    )  # 0.03 s of CPU where it was written; a quadratic step: seconds
    assert len(spans(document)) == 1 + 5_000 + 3


@pytest.mark.parametrize(
    "text",
    [
        '{"a": {"b": 1}, "a": [1]}',
        '{"a": [1, 2], "a": {"0": 1}}',
        '{"a": [[1], 2], "a": [3]}',
        '{"a": [1], "a": "xyz"}',
    ],
)
def test_what_was_replaced_has_no_span(text):
    document = read(text.encode())
    for path, (start, end) in spans(document).items():
        assert read(text[start:end].encode()).value == _at(document.value, path)


def test_a_member_begins_at_its_key():
    node = read(b'{"a": 1, /* x */ "b" : 2}').node(("b",))
    assert (node.begin, node.start, node.end) == (17, 23, 24)


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        (b"", 1, "truncated"),
        (b"// only a note", 1, "truncated"),
        (b'{\n"a" 1}', 2, "expected ':'"),
        (b'{"a": 1\n "b": 2}', 2, "expected ',' or '}'"),
        (b"{a: 1}", 1, "keys must be strings"),
        (b"{'a': 1}", 1, "keys must be strings"),
        (b'{"a": 1,,}', 1, "keys must be strings"),
        (b"[ /* none */ ,]", 1, "invalid character"),
        (b'{"a": , }', 1, "invalid character"),
        (b"[1,,]", 1, "invalid character"),
        (b"[1 2]", 1, "expected ',' or ']'"),
        (b"[\n1\n", 3, "truncated"),
        (b"[1]\n\n x", 3, "trailing characters"),
        (b"[1 /* open", 1, "expected ',' or ']'"),
        (b'{"a": 1}\n/*', 2, "trailing characters"),
        (b'{\n  "a": "x\n"}', 2, "invalid character"),
        (b'"a\tb"', 1, "invalid character"),
        (b'"\\x41"', 1, "invalid escape"),
        (b'"\\ud800"', 1, "truncated"),
        (b'\n"\xff"', 2, "not UTF-8"),
        ('{"é": tru}'.encode(), 1, "invalid character"),
        (b"[NaN]", 1, "invalid character"),
        (b"[Infinity]", 1, "invalid character"),
        (b"[+1]", 1, "invalid character"),
        (b"[01]", 1, "invalid number"),
        (b"[1_000]", 1, "expected ',' or ']'"),
        (b"[" + b"9" * 5000 + b"]", 1, "out of range"),
        (b"1e99999999999999999999", 1, "a number is too large"),
        (b"[" * (MAX_DEPTH + 2) + b"]" * (MAX_DEPTH + 2), 1, "nested too deep"),
        (b"[" * 1_000_000, 1, "nested too deep"),
    ],
    ids=lambda value: value[:20].decode("latin-1") if isinstance(value, bytes) else None,
)
def test_what_is_wrong_and_where(text, line, what):
    with pytest.raises(ParseError) as caught:
        read(text, "opencode.json")
    assert caught.value.line == line
    assert what in caught.value.message
    assert caught.value.message.startswith(f"opencode.json:{line}: ")
    assert caught.value.code == "invalid_config"


def test_levels_up_to_the_limit_are_read():
    assert read(b"[" * MAX_DEPTH + b"]" * MAX_DEPTH).value is not None


@given(st.binary(max_size=40) | st.text(alphabet='{}[]",:/*\\ntrue0-1.e \n', max_size=40).map(str.encode))
def test_any_bytes_are_read_or_refused(data):
    try:
        read(data)
    except SetupError as error:
        assert isinstance(error, ParseError)  # noqa: PT017  (either outcome is right)
