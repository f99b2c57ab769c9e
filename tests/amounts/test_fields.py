"""Absent is not zero; a wrong type is named by its path."""

from decimal import Decimal

import pytest

from gaugeway.amounts import Fields
from gaugeway.errors import ReadError

ANSWER = Fields(
    {
        "n": "1.5",
        "t": " a\x1b[1mb ",
        "f": False,
        "o": {"in": 3},
        "l": [{"x": 1}, {"x": None}],
        "z": None,
        "e": "",
    }
)


def test_amounts_are_those_that_are_there():
    fields = Fields({"limit": 5, "used": None, "left": "2"})
    assert fields.amounts() == {"limit": 5}
    assert fields.amounts(limit="limit", remaining="left", used="gone") == {"limit": 5, "remaining": 2}
    with pytest.raises(ReadError, match="used is not a number"):
        Fields({"used": True}).amounts()


def test_what_is_there():
    assert ANSWER.number("n") == Decimal("1.5")
    assert ANSWER.text("t") == "a[1mb"
    assert ANSWER.word("t") == " a\x1b[1mb "
    assert ANSWER.flag("f") is False
    assert ANSWER.need("o").number("in") == 3
    assert [item.number("x") for item in ANSWER.objects("l")] == [1, None]
    assert ANSWER.names() == ("n", "t", "f", "o", "l", "z", "e")
    assert "n" in ANSWER
    assert ANSWER.raw("n") == "1.5"


@pytest.mark.parametrize("name", ["z", "missing"])
def test_what_is_not_there_is_unknown(name):
    assert ANSWER.number(name) is None
    assert ANSWER.text(name) is None
    assert ANSWER.flag(name) is None
    assert ANSWER.object(name) is None
    assert ANSWER.instant(name) is None
    assert list(ANSWER.objects(name)) == []
    assert name not in ANSWER


def test_empty_text_is_no_text():
    assert ANSWER.text("e") is None


@pytest.mark.parametrize(
    ("read", "path"),
    [
        (lambda: ANSWER.number("o"), "o"),
        (lambda: ANSWER.text("n") and ANSWER.text("l"), "l"),
        (lambda: ANSWER.flag("n"), "n"),
        (lambda: ANSWER.object("n"), "n"),
        (lambda: list(ANSWER.objects("o")), "o"),
        (lambda: ANSWER.need("z"), "z"),
        (lambda: ANSWER.need("o").flag("in"), "o.in"),
        (lambda: ANSWER.need("o").object("in"), "o.in"),
        (lambda: list(ANSWER.objects("l"))[1].need("x"), r"l\[1\].x"),
        (lambda: ANSWER.instant("n"), "n"),
        (lambda: Fields([]), "the answer"),
    ],
)
def test_a_wrong_type_is_named(read, path):
    with pytest.raises(ReadError, match=path) as caught:
        read()
    assert caught.value.code == "unexpected_shape"


def test_notes_are_shared_by_all_of_one_answer():
    root = Fields({"a": {"at": "2026-11-22T10:00:00"}})
    root.need("a").instant("at")
    assert root.notes == ["a.at has no time zone; taken as UTC"]
