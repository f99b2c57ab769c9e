"""Dotted paths into a document, and the list of a document's paths."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gaugeway.amounts.paths import MAX_LISTED, MAX_PATH, Path, paths
from gaugeway.errors import ReadError

DOCUMENT: dict[str, Any] = {
    "data": {"plan": {"tokens": 1000}, "none": None, "text": "x"},
    "windows": [{"name": "hourly", "n": 1}, "noise", {"name": "daily", "n": 2, "on": True, "id": 7}],
    "a.b": {"c-d": [[0, 5]]},
    "with space": 3,
    "0": "zero",
}


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("data.plan.tokens", 1000),
        ("data.none", None),
        ("data.none.deeper[0]", None),
        ("data.missing.deeper", None),
        ("windows[0].n", 1),
        ("windows[9].n", None),
        ("windows[name=daily].n", 2),
        ("windows[name=yearly].n", None),
        ("windows[on=true].n", 2),
        ("windows[on=True].n", None),
        ("windows[id=7].n", 2),
        ("windows[missing=].n", None),
        ('"a.b".c-d[0][1]', 5),
        ("with space", 3),
        ("0", "zero"),
    ],
)
def test_find(path: str, value: Any) -> None:
    assert Path(path).find(DOCUMENT) == value
    assert str(Path(path)) == path


def test_a_number_is_selected_as_it_is_written_out() -> None:
    assert Path("[id=0.5].n").find([{"id": Decimal("0.50"), "n": 1}]) == 1
    assert Path("[id=x].n").find([{"id": ["x"], "n": 1}, {"id": {}, "n": 2}]) is None


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("data[0]", "data is not a list"),
        ("data[name=x]", "data is not a list"),
        ("windows.name", "windows is not an object"),
        ("windows[0].n.deeper", "windows[0].n is not an object"),
        ("data.text.length", "data.text is not an object"),
        ("[0]", "the answer is not a list"),
    ],
)
def test_another_type_on_the_way_is_named(path: str, message: str) -> None:
    with pytest.raises(ReadError) as raised:
        Path(path).find(DOCUMENT)
    assert (raised.value.code, raised.value.message) == ("unexpected_shape", message)


@pytest.mark.parametrize(
    "text",
    [
        "", ".", "a.", ".a", "a..b", "a[", "a[]", "a[x]", "a[-1]", "a[1", "a]", "a[0]b", 'a"b"', '"a', '""',
        "a[x=y=z]", "a[=y]", "a[1234567]", "a" * (MAX_PATH + 1), "$.a = b",
    ],
)  # fmt: skip
def test_what_is_no_path(text: str) -> None:
    with pytest.raises(ValueError, match="is not a path"):
        Path(text)


def test_paths_lists_every_single_value() -> None:
    assert paths(DOCUMENT) == [
        ("data.plan.tokens", 1000),
        ("data.none", None),
        ("data.text", "x"),
        ("windows[0].name", "hourly"),
        ("windows[0].n", 1),
        ("windows[1]", "noise"),
        ("windows[2].name", "daily"),
        ("windows[2].n", 2),
        ("windows[2].on", True),
        ("windows[2].id", 7),
        ('"a.b".c-d[0][0]', 0),
        ('"a.b".c-d[0][1]', 5),
        ("with space", 3),
        ("0", "zero"),
    ]


def test_paths_is_bounded() -> None:
    assert len(paths(list(range(5000)))) == MAX_LISTED
    assert paths({"a" * (MAX_PATH + 1): 1, "": 2, 'say "x"': 3}) == []
    assert paths(7) == []


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@given(JSON)
@example({"\n": {"a": None}})
def test_every_listed_path_leads_to_its_value(document: Any) -> None:
    for path, value in paths(document):
        assert Path(path).find(document) is value
