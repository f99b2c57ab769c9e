"""Edits of the config: comments stay, values stay, and a file is replaced whole or not at all."""

import stat
import tomllib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gaugeway.errors import SetupError
from gaugeway.sources.edit import literal_keys, read_text, save, store_key, with_gateway
from gaugeway.sources.environment import Environment
from gaugeway.sources.openai_compatible import discover
from gaugeway.transport import Secret

SETTINGS: dict[str, str | bool] = {
    "base_url": "https://new.example.org",
    "preset": "litellm",
    "allow_http": True,
}
DOCUMENTS = {
    "empty": "",
    "only a comment": "# mine\n",
    "no newline at the end": '[gateways.a]\nbase_url = "https://a.example.org"',
    "comments everywhere": (
        '# top\n\n[gateways.a]  # first\nbase_url = "https://a.example.org"  # where\n# key:\n'
        'api_key = "{env:A}"\n\n# the end\n'
    ),
    "meters": (
        '[gateways.a]\nbase_url = "x"\n[[gateways.a.meters]]\nname = "T" # t\n\n# end\n[other]\nx = 1.50\n'
    ),
    "dotted keys": 'gateways.a.base_url = "x" # dotted\ngateways.a.label = "y"\n',
    "inline tables": 'gateways = { a = { base_url = "x" } } # inline\n',
    "tables out of order": '[gateways.a]\nlabel = "x"\n[z]\nq = 1\n[gateways.c]\nlabel = "y"\n# end\n',
    "an explicit parent": "[gateways]\n# explicit\n[gateways.a]\n",
    "line ends of Windows": '# top\r\n[gateways.a]\r\nlabel = "x"\r\n',
}


def comments(text: str) -> list[str]:
    return [line[line.index("#") :].strip() for line in text.splitlines() if "#" in line]


def parsed(text: str) -> dict[str, Any]:
    return tomllib.loads(text)


@pytest.mark.parametrize("text", DOCUMENTS.values(), ids=DOCUMENTS)
@pytest.mark.parametrize("gateway_id", ["a", "new", "with.dot"])
def test_only_the_named_settings_change(text, gateway_id):
    edited = with_gateway(text, gateway_id, SETTINGS)
    expected = parsed(text)
    expected.setdefault("gateways", {}).setdefault(gateway_id, {}).update(SETTINGS)
    assert parsed(edited) == expected
    assert comments(edited) == comments(text)


@pytest.mark.parametrize("name", sorted(set(DOCUMENTS) - {"inline tables"}))
def test_what_stood_before_a_new_gateway_stays_byte_for_byte(name):
    text = DOCUMENTS[name]
    edited = with_gateway(text, "new", SETTINGS)
    assert edited.startswith(text)
    assert "\n[gateways.new]\n" in "\n" + edited


@given(st.text(), st.text())
def test_any_text_survives_as_a_value(label, url):
    edited = with_gateway(DOCUMENTS["comments everywhere"], "new", {"label": label, "base_url": url})
    assert parsed(edited)["gateways"]["new"] == {"label": label, "base_url": url}


@pytest.mark.parametrize(
    "text", ["[gateways", "gateways = 5", "gateways.a = 1", "[[gateways]]\nx = 1", "a = " + "[" * 2000]
)
def test_what_can_not_be_edited_is_left_alone(text):
    with pytest.raises(SetupError) as caught:
        with_gateway(text, "a", SETTINGS)
    assert caught.value.code == "invalid_config"


@pytest.mark.parametrize("text", ["[gateways.a]\nlow = nan\n", "x = nan"])
def test_an_edit_that_would_touch_more_is_refused_with_the_lines_to_add(text):
    # nan equals nothing, not even itself, so no edit of this file can be shown to keep its values
    with pytest.raises(SetupError) as caught:
        with_gateway(text, "b", {"label": "B"})
    assert caught.value.hint.endswith('[gateways.b]\nlabel = "B"\n')


def test_literal_keys_are_found_so_that_no_diff_shows_them():
    text = (
        'gateways.a.api_key = "sk-test-1"\ngateways.b.api_key = "{env:B}"\ngateways.d = 5\n'
        'gateways.c.api_key = """\nsk-test-2\n"""\ngateways.e.label = "E"\n'
        'gateways.f.api_key = "sk-test-3-{env:F}"\ngateways.g.api_key = "{x}sk-test-4"\n'
    )
    assert list(literal_keys(text)) == [
        Secret("sk-test-1"), Secret("sk-test-2"), Secret("sk-test-3-{env:F}"), Secret("{x}sk-test-4"),
    ]  # fmt: skip
    assert list(literal_keys("gateways = 5")) == []


def test_saved_whole_private_and_through_a_link(tmp_path):
    real = tmp_path / "dotfiles" / "config.toml"
    real.parent.mkdir()
    real.write_text("# old\n")
    real.chmod(0o644)
    link = tmp_path / "config.toml"
    link.symlink_to(real)
    save(link, "# old\n", "# new ü\r\n")
    assert link.is_symlink()
    assert real.read_bytes() == "# new ü\r\n".encode()
    assert stat.S_IMODE(real.stat().st_mode) == 0o600
    assert [path.name for path in real.parent.iterdir()] == ["config.toml"]


def test_saved_into_a_folder_that_does_not_exist_yet(tmp_path):
    path = tmp_path / "config" / "gaugeway" / "config.toml"
    save(path, "", "# new\n")
    assert read_text(path) == "# new\n"
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_a_file_that_was_changed_meanwhile_is_not_overwritten(tmp_path):
    path = tmp_path / "config.toml"
    path.write_bytes(b"\xef\xbb\xbf# someone else's\n")
    with pytest.raises(SetupError, match="changed meanwhile"):
        save(path, "# mine\n", "# new\n")
    assert read_text(path) == "# someone else's\n"


def test_what_can_not_be_written_or_read_is_named(tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("")
    with pytest.raises(SetupError, match=r"file.*can't be"):
        save(blocked / "gaugeway" / "config.toml", "", "x")
    with pytest.raises(SetupError, match="can't be read"):
        read_text(tmp_path)
    blocked.write_bytes(b"\xff")
    with pytest.raises(SetupError, match="not UTF-8"):
        read_text(blocked)


def test_nothing_is_left_behind_where_the_last_step_fails(tmp_path):
    target = tmp_path / "keys" / "a"
    target.mkdir(parents=True)
    with pytest.raises(SetupError, match="can't be written"):
        store_key(tmp_path / "config.toml", "a", Secret("sk-test-123"))
    assert [path.name for path in target.parent.iterdir()] == ["a"]


def test_a_key_is_stored_where_its_template_is_looked_up_and_not_among_the_dotfiles(tmp_path):
    (tmp_path / "dotfiles").mkdir()
    real, link = tmp_path / "dotfiles" / "config.toml", tmp_path / ".config/gaugeway/config.toml"
    link.parent.mkdir(parents=True)
    link.symlink_to(real)
    template = store_key(link, "a", Secret("sk-test-123"))
    real.write_text(f"[gateways.a]\nbase_url = 'https://a.example'\napi_key = '{template}'")
    (gateway,) = discover(Environment(environ={}, home=tmp_path, cwd=tmp_path)).gateways
    assert gateway.key.resolve() == Secret("sk-test-123")
    assert [path.name for path in real.parent.iterdir()] == ["config.toml"]


def test_a_stored_key_is_private_and_its_template_names_it(tmp_path):
    config = tmp_path / "config.toml"
    assert store_key(config, "gw", Secret("sk-test-123")) == "{file:keys/gw}"
    path = tmp_path / "keys" / "gw"
    assert path.read_text() == "sk-test-123\n"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
