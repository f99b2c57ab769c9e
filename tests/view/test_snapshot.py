"""The published schemas: what is printed is what they say, and nothing looser than the contract."""

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest
from jsonschema import Draft202012Validator
from tests.presets.replay import Case, cases, replay

from gaugeway.view.report import Report
from gaugeway.view.snapshot import Snapshot

DOCS = Path(__file__).resolve().parents[2] / "docs"
READINGS, STATUS = (
    Draft202012Validator(json.loads((DOCS / "schema" / f"gaugeway.{name}-1.json").read_text()))
    for name in ("readings", "status")
)
EXAMPLE = re.search(r"```json\n(.*?)```", (DOCS / "json.md").read_text(), re.DOTALL)
assert EXAMPLE is not None
AROUND = json.loads(EXAMPLE[1])


def changed(path: Sequence[str | int], value: Any) -> Any:
    """The contract's example with another value at ``path``."""
    document = json.loads(json.dumps(AROUND))
    place = document
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    return document


def test_the_schemas_are_schemas() -> None:
    for validator, kind in ((READINGS, Snapshot), (STATUS, Report)):
        Draft202012Validator.check_schema(validator.schema)
        names = validator.schema["$defs"][kind.__name__]["required"]
        assert names == list(kind.__struct_fields__), "every key is always there"


def test_the_example_is_valid() -> None:
    READINGS.validate(AROUND)
    assert list(AROUND) == list(Snapshot.__struct_fields__)


def test_the_fields_of_status_are_the_contracts_in_its_order() -> None:
    assert STATUS.schema["$defs"]["GatewayReport"]["required"] == [
        *("provider_id", "label", "preset", "defined_in", "origin", "quota_path", "auth", "proxy"),
        *("api_key_configured", "api_key_source", "api_key_checked_paths", "last_attempt", "next_read_at"),
        "hint",
    ]
    for name, fields in {
        "Report": ["schema", "gateways", "problems", "channels"],
        "Failure": ["channel", "kind", "since", "attempts", "error", "next_try_at"],
        "Definition": ["file"],  # line and trust have defaults, and are printed all the same
        "AttemptView": ["at", "outcome"],
        "ProblemView": ["file", "field", "message"],
    }.items():
        assert STATUS.schema["$defs"][name]["required"] == fields


@pytest.mark.parametrize("case", cases(), ids=str)
def test_every_case_is_valid(case: Case) -> None:
    (gateway,) = AROUND["gateways"]
    READINGS.validate(changed(["gateways"], [gateway | replay(case.preset, case.exchange)]))


METER = ("gateways", 0, "meters", 0)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("schema",), "gaugeway.readings/2"),
        (("generated_at",), "2026-11-22T10:00:00+00:00"),
        (("gateways", 0, "status"), "fine"),
        (("gateways", 0, "observed_at"), 1795341598),
        (("gateways", 0, "error"), "no"),
        (("gateways", 0, "notes"), None),
        (("gateways", 0, "key"), None),
        ((*METER, "limit"), 50),
        ((*METER, "used"), "1.50"),
        ((*METER, "remaining"), "1E+2"),
        ((*METER, "percent_remaining"), "75.3"),
        ((*METER, "resets_at"), "tomorrow"),
        ((*METER, "unlimited"), None),
    ],
    ids=lambda value: str(value) if not isinstance(value, tuple) else str(value[-1]),
)
def test_what_the_contract_does_not_allow_is_not_valid(path: Sequence[str | int], value: Any) -> None:
    document = changed(path, value)
    assert not READINGS.is_valid(document)
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(json.dumps(document), type=Snapshot)


@pytest.mark.parametrize("name", ["status", "meters", "coverage", "next_read_at"])
def test_no_key_may_be_missing(name: str) -> None:
    document = changed(("gateways", 0, name), None)
    del document["gateways"][0][name]
    assert not READINGS.is_valid(document)


def test_new_fields_may_be_added() -> None:
    assert READINGS.is_valid(changed((*METER, "later"), {}))
