"""Edits of JSONC: one item comes or goes, and every other byte stays where it is."""

from typing import Any

import json5
import pyjson5
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.sources.test_jsonc import SCALARS, _at, _floats, documents, spans

from gaugeway.errors import SetupError
from gaugeway.sources.jsonc import Document, KeyPath, read
from gaugeway.sources.jsonc_edit import with_item, with_member, without

NEW = "./gaugeway/tui.js"


def containers(document: Document, kind: type) -> list[KeyPath]:
    return [path for path in spans(document) if isinstance(_at(document.value, path), kind)]


def set_at(value: Any, path: KeyPath, new: Any) -> Any:
    if not path:
        return new
    copy: Any = list(value) if isinstance(value, list) else dict(value)
    copy[path[0]] = set_at(value[path[0]], path[1:], new)
    return copy


def is_subsequence(short: bytes, long: bytes) -> bool:
    rest = iter(long)
    return all(byte in rest for byte in short)


def added(data: st.DataObject, document: Document) -> tuple[bytes, KeyPath, Any] | None:
    """The document with one thing more, the path of that, and what the document should say then."""
    kind = data.draw(st.sampled_from([list, dict]))
    if not (paths := containers(document, kind)):
        return None
    path = data.draw(st.sampled_from(paths))
    here = _at(document.value, path)
    item = data.draw(st.one_of(SCALARS, st.just([NEW]), st.just({NEW: 1})))
    if kind is list:
        text = with_item(document, path, item, "f")
        return text, (*path, len(here)), set_at(document.value, path, [*here, item])
    key = data.draw(st.text(max_size=4).filter(lambda key: key not in here))
    text = with_member(document, path, key, item, "f")
    return text, (*path, key), set_at(document.value, path, {**here, key: item})


@given(documents(), st.data())
def test_what_is_added_is_there_and_nothing_else_changed(text: str, data: st.DataObject) -> None:
    document = read(text.encode())
    if (done := added(data, document)) is None:
        return
    edited, _, wanted = done
    assert _floats(pyjson5.decode(edited.decode())) == _floats(wanted)
    assert is_subsequence(document.data, edited)


@given(documents(), st.data())
def test_taking_it_out_gives_back_the_same_bytes(text: str, data: st.DataObject) -> None:
    document = read(text.encode())
    if (done := added(data, document)) is not None:
        edited, path, _ = done
        assert without(read(edited), path, "f") == document.data


@given(documents(), st.data())
def test_anything_can_be_taken_out(text: str, data: st.DataObject) -> None:
    document = read(text.encode())
    paths = [path for path in spans(document) if path]
    if not paths:
        return
    path = data.draw(st.sampled_from(paths))
    edited = without(document, path, "f")
    here = _at(document.value, path[:-1])
    rest: Any = (
        [item for index, item in enumerate(here) if index != path[-1]]
        if isinstance(here, list)
        else {key: item for key, item in here.items() if key != path[-1]}
    )
    wanted = set_at(document.value, path[:-1], rest)
    assert _floats(pyjson5.decode(edited.decode())) == _floats(wanted)
    assert is_subsequence(edited, document.data)


STYLES = {
    '{"plugin": []}': '{"plugin": ["N"]}',
    '{"plugin": [ ]}': '{"plugin": ["N" ]}',
    '{"plugin": ["a"]}': '{"plugin": ["a", "N"]}',
    '{"plugin": ["a",]}': '{"plugin": ["a", "N",]}',
    '{"plugin": ["a" /* why */]}': '{"plugin": ["a", "N" /* why */]}',
    '{\n  "plugin": [\n    "a"\n  ]\n}\n': '{\n  "plugin": [\n    "a",\n    "N"\n  ]\n}\n',
    '{\n  "plugin": [\n    "a", // why\n  ]\n}\n': '{\n  "plugin": [\n    "a", // why\n    "N",\n  ]\n}\n',
    '{\n  "plugin": [\n    "a" // why\n  ]\n}\n': '{\n  "plugin": [\n    "a", // why\n    "N"\n  ]\n}\n',
    '{\r\n\t"plugin": [\r\n\t\t"a"\r\n\t]\r\n}': '{\r\n\t"plugin": [\r\n\t\t"a",\r\n\t\t"N"\r\n\t]\r\n}',
    '{\n    "plugin": [\n    ]\n}': '{\n    "plugin": [\n        "N"\n    ]\n}',
    '{\n  "plugin": [\n    // none yet\n  ]\n}': '{\n  "plugin": [\n    "N"\n    // none yet\n  ]\n}',
    '{"plugin": [["a", {\n  "b": 1\n}]]}': '{"plugin": [["a", {\n  "b": 1\n}], "N"]}',
    '{"plugin": [\n  "a", "b"\n]}': '{"plugin": [\n  "a", "b",\n  "N"\n]}',
    '{"plugin": ["a"\n]}': '{"plugin": ["a",\n"N"\n]}',
}


@pytest.mark.parametrize("before", STYLES)
def test_a_new_item_looks_like_its_neighbours(before: str) -> None:
    after = STYLES[before]
    assert with_item(read(before.encode()), ("plugin",), "N", "f").decode() == after
    assert (
        without(read(after.encode()), ("plugin", len(json5.loads(before)["plugin"])), "f") == before.encode()
    )


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('{"a": 1}', '{"a": 1, "n": {"x":1,"y":"{\\n}"}}'),
        ("{\n}\n", '{\n  "n": {\n    "x": 1,\n    "y": "{\\n}"\n  }\n}\n'),
        (
            '{\r\n\t"a": 1,\r\n}',
            '{\r\n\t"a": 1,\r\n\t"n": {\r\n\t\t"x": 1,\r\n\t\t"y": "{\\n}"\r\n\t},\r\n}',
        ),
    ],
)
def test_an_object_is_laid_out_where_members_have_lines(before: str, after: str) -> None:
    assert with_member(read(before.encode()), (), "n", {"x": 1, "y": "{\n}"}, "f").decode() == after
    assert without(read(after.encode()), ("n",), "f") == before.encode()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("{}", '{"plugin": ["N"]}'),
        ("{\n}\n", '{\n  "plugin": ["N"]\n}\n'),
        ('{"a": 1}', '{"a": 1, "plugin": ["N"]}'),
        ('{\n  "a": 1\n}', '{\n  "a": 1,\n  "plugin": ["N"]\n}'),
        (
            '// mine\n{\n  "a": {\n    "b": 1\n  }, // x\n}',
            '// mine\n{\n  "a": {\n    "b": 1\n  }, // x\n  "plugin": ["N"],\n}',
        ),
        ('\ufeff{"a": 1}', '\ufeff{"a": 1, "plugin": ["N"]}'),
    ],
)  # fmt: skip
def test_a_new_member_too(before: str, after: str) -> None:
    assert with_member(read(before.encode()), (), "plugin", ["N"], "f").decode() == after
    assert without(read(after.encode()), ("plugin",), "f") == before.encode()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('["N", "a"]', '[ "a"]'),
        ('[\n  "a",\n  "N",\n  "b"\n]', '[\n  "a",\n  "b"\n]'),
        ('[\n  "a", // one\n  "N", // two\n  "b"\n]', '[\n  "a", // one // two\n  "b"\n]'),
        ('["a", // one\n "N"]', '["a" // one\n ]'),
        ('["a", /* x */ "N" /* y */]', '["a" /* x */ /* y */]'),
    ],
)
def test_what_the_user_wrote_around_it_stays(before: str, after: str) -> None:
    index = json5.loads(before).index("N")
    assert without(read(before.encode()), (index,), "f").decode() == after


def test_a_comment_never_swallows_what_follows() -> None:
    text = '[ // one\n"N", "a"]'
    assert read(without(read(text.encode()), (0,), "f")).value == ["a"]


def test_numbers_stay_as_they_are_written() -> None:
    text = b'{"a": 1.50e2, "b": [1.0]}'
    assert with_item(read(text), ("b",), 2, "f") == b'{"a": 1.50e2, "b": [1.0, 2]}'


@pytest.mark.parametrize(
    ("text", "path"), [("{}", ()), ('{"plugin": {}}', ("plugin",)), ('{"plugin": null}', ("plugin",))]
)
def test_no_list_no_edit(text: str, path: KeyPath) -> None:
    with pytest.raises(SetupError, match="is not a list"):
        with_item(read(text.encode()), path, "N", "tui.json")


def test_no_object_no_edit() -> None:
    with pytest.raises(SetupError, match="no object takes plugin"):
        with_member(read(b"[]"), (), "plugin", [], "tui.json")


def test_a_key_comes_once() -> None:
    with pytest.raises(SetupError, match="is there already"):
        with_member(read(b'{"plugin": 1}'), (), "plugin", [], "tui.json")


def test_a_key_that_is_there_twice_is_left_alone() -> None:
    document = read(b'{"plugin": ["a"], "plugin": ["N"], "b": {}}')
    with pytest.raises(SetupError, match="can't be edited"):
        without(document, ("plugin",), "tui.json")
    assert without(document, ("plugin", 0), "f") == b'{"plugin": ["a"], "plugin": [], "b": {}}'
    assert with_member(document, ("b",), "c", 1, "f") == b'{"plugin": ["a"], "plugin": ["N"], "b": {"c": 1}}'
