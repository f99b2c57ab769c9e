"""The beginning of a custom mapping: what the names of the fields suggest."""

import tomllib
from decimal import Decimal

import pytest

from gaugeway.amounts.paths import paths
from gaugeway.cli.mapping import listing, template
from gaugeway.errors import ReadError

DOCUMENT = {
    "data": {
        "plan": {"tokens": "1000", "limit_tokens": "1000"},
        "usage": {"used_tokens": 250},
        "left": Decimal("750.5"),
        "period_end": 1796083200,
        "next_reset_at": "2026-12-01T00:00:00Z",
    },
    "ok": True,
    "none": None,
    "huge": 10**60,
    "evil": "a\x1b[31m\u202eb",
    "\u202elimit\x9b": 5,
}


def meter(document: object) -> dict[str, object]:
    tables = tomllib.loads(template("lab", {"base_url": "https://gw.example.org"}, paths(document)))
    assert tables["gateways"]["lab"]["base_url"] == "https://gw.example.org"
    (found,) = tables["gateways"]["lab"]["meters"]
    return {name: value for name, value in found.items() if name not in {"name", "unit"}}


def test_a_time_is_one_line_as_the_documentation_has_it():
    text = template("lab", {}, paths({"left": 1, "reset_at": 1796083200}))
    assert 'resets_at = {path = "reset_at", format = "unix"}' in text


def test_every_path_with_its_value_and_nothing_that_a_terminal_obeys():
    lines = listing(paths(DOCUMENT)).splitlines()
    assert all(line.startswith("#   ") and line.isprintable() for line in lines)
    assert lines[-1].split()[1:] == ["evil", '"a\\u001b[31mb"']
    assert all(line.isprintable() for line in template("lab", {}, paths(DOCUMENT)).splitlines())
    assert [line.split()[1:] for line in lines[:3]] == [
        ["data.plan.tokens", '"1000"'],
        ["data.plan.limit_tokens", '"1000"'],
        ["data.usage.used_tokens", "250"]
    ]  # fmt: skip
    assert [line.split()[-1][:10] for line in lines[-4:-1]] == ["true", "null", "1000000000"]


def test_the_template_takes_what_the_names_suggest():
    assert meter(DOCUMENT) == {
        "limit": "data.plan.limit_tokens",
        "used": "data.usage.used_tokens",
        "remaining": "data.left",
        "resets_at": {"path": "data.period_end", "format": "unix"},
    }


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ({"a": "x", "b": 5}, {"remaining": "b"}),
        ({"a": "x"}, {"remaining": "a"}),
        ({"left": 1, "reset_ms": 1796083200000}, {
            "remaining": "left", "resets_at": {"path": "reset_ms", "format": "unix_ms"}}),
        ({"balance": "1.5", "reset": None, "resets": "2026-12-01"},
         {"remaining": "balance", "resets_at": "resets"}),
        ({"data": {"usage": {"total": 25, "today": 1}, "plan": {"total": 100}}},
         {"used": "data.usage.total", "limit": "data.plan.total"}),
        ([{"used": True}, {"used": 2}], {"used": "[1].used"}),
    ],
)  # fmt: skip
def test_where_names_say_little(document, expected):
    assert meter(document) == expected


@pytest.mark.parametrize("document", [{}, [], 5, None])
def test_an_answer_without_paths_is_an_error(document):
    with pytest.raises(ReadError):
        listing(paths(document))
