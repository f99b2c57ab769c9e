"""The entry in tui.json that loads the plugin: added once, found however it is spelled, taken out again."""

from pathlib import Path

import pytest
from hypothesis import given
from tests.sources.test_jsonc import documents

from gaugeway.errors import SetupError
from gaugeway.opencode.tui_config import line_of, with_entry, without_entry
from gaugeway.sources.jsonc import read

FOLDER = Path("/home/u/.config/opencode")
FILE = str(FOLDER / "tui.json")
NEW = b'{\n  "$schema": "https://opencode.ai/tui.json",\n  "plugin": ["./gaugeway/tui.js"]\n}\n'


@pytest.mark.parametrize("before", [None, b"", b" \n"])
def test_a_file_that_says_nothing_becomes_a_new_one(before: bytes | None) -> None:
    assert with_entry(before, FOLDER, FILE) == NEW
    assert without_entry(NEW, before, FOLDER, FILE) == before


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("{}", '{"plugin": ["./gaugeway/tui.js"]}'),
        ('{"plugin": []}', '{"plugin": ["./gaugeway/tui.js"]}'),
        ('{"plugin": ["a"]} // x', '{"plugin": ["a", "./gaugeway/tui.js"]} // x'),
        (
            '{\n  "theme": "x", // mine\n}',
            '{\n  "theme": "x", // mine\n  "plugin": ["./gaugeway/tui.js"],\n}',
        ),
    ],
)
def test_an_edit(before: str, after: str) -> None:
    assert with_entry(before.encode(), FOLDER, FILE).decode() == after
    assert with_entry(after.encode(), FOLDER, FILE).decode() == after
    assert without_entry(after.encode(), before.encode(), FOLDER, FILE) == before.encode()


@given(documents())
def test_out_again_gives_back_the_same_bytes(text: str) -> None:
    before = f'{{"a": {text}\n}}'.encode()
    after = with_entry(before, FOLDER, FILE)
    assert read(after).value == {**read(before).value, "plugin": ["./gaugeway/tui.js"]}
    assert without_entry(after, before, FOLDER, FILE) == before


@pytest.mark.parametrize(
    "entry",
    [
        '"./gaugeway/tui.js"',
        '"gaugeway/tui.js"',
        '["./gaugeway/tui.js", {"a": 1}]',
        '"/home/u/.config/opencode/gaugeway/tui.js"',
        '"file:///home/u/.config/opencode/gaugeway/tui.js"',
        '"./gaugeway\\u002ftui.js"',
    ],
)
def test_the_entry_is_found_however_it_is_written(entry: str) -> None:
    text = f'{{\n "plugin": ["./other.js",\n {entry}]}}'.encode()
    assert line_of(text, FOLDER, FILE) == 3
    assert with_entry(text, FOLDER, FILE) == text
    rest = without_entry(text, None, FOLDER, FILE)
    assert rest is not None
    assert read(rest).value == {"plugin": ["./other.js"]}


@pytest.mark.parametrize(
    "text",
    [
        "{}",
        '{"plugin": ["./tui.js", "gaugeway", ["x"], [], 1, null, {"a": 1}, "file:///gaugeway/tui.js"]}',
        '{"plugin": "./gaugeway/tui.js"}',
        '{"other": ["./gaugeway/tui.js"]}',
    ],
)
def test_what_is_not_ours_stays(text: str) -> None:
    data = text.encode()
    assert line_of(data, FOLDER, FILE) is None
    assert without_entry(data, None, FOLDER, FILE) == data


def test_what_the_user_changed_meanwhile_stays() -> None:
    before = b'{\n  "theme": "x"\n}'
    mine = with_entry(before, FOLDER, FILE)
    edited = mine.replace(b'"x"', b'"y" /* better */')
    assert without_entry(edited, before, FOLDER, FILE) == b'{\n  "theme": "y" /* better */\n}'
    more = mine.replace(b'["./gaugeway/tui.js"]', b'["./gaugeway/tui.js", "./new.js"]')
    assert without_entry(more, before, FOLDER, FILE) == b'{\n  "theme": "x",\n  "plugin": [ "./new.js"]\n}'


def test_a_list_that_was_there_stays_empty() -> None:
    before = b'{"plugin": [], "theme": "x"}'
    edited = with_entry(before, FOLDER, FILE).replace(b'"x"', b'"y"')
    assert without_entry(edited, before, FOLDER, FILE) == b'{"plugin": [], "theme": "y"}'


def test_entries_that_came_twice_both_go() -> None:
    text = b'{"plugin": ["./gaugeway/tui.js", "a", "gaugeway/tui.js"]}'
    rest = without_entry(text, None, FOLDER, FILE)
    assert rest is not None
    assert read(rest).value == {"plugin": ["a"]}


def test_a_folder_whose_entries_are_relative_to_its_parent() -> None:
    folder = Path("/srv/team/.opencode")
    text = with_entry(None, folder, FILE)
    assert read(text).value["plugin"] == ["/srv/team/.opencode/gaugeway/tui.js"]
    assert line_of(text, folder, FILE) == 3


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{\n"plugin": [}', "tui.json:2: is not JSON"),
        ("[]", "tui.json:1: is not an object"),
        ('{"plugin": "x"}', "tui.json: plugin is not a list"),
        ('{"plugin": null}', "tui.json: plugin is not a list"),
    ],
)
def test_what_cannot_be_edited_is_named(text: str, said: str) -> None:
    with pytest.raises(SetupError) as caught:
        with_entry(text.encode(), FOLDER, FILE)
    assert said in caught.value.message
