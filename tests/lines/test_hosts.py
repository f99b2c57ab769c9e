"""Each host's protocol; and whatever a gateway calls itself, it is text there."""

import json
import re
import xml.etree.ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.lines.conftest import Bar

from gaugeway.lines.gauge import Gauge
from gaugeway.lines.hosts import clean, inert, render
from gaugeway.lines.wording import Piece
from gaugeway.view import phrases, words

STYLES = ("ok", "low", "critical", "exhausted", "unlimited", "unknown", "error")
NASTY = st.text(
    st.characters(exclude_categories=["Cs"])
    | st.sampled_from("#[](){}%$`\\!|<>&'\"-\n\x1b\x07~F\u202e\u2028"),
    min_size=1,
    max_size=40,
)


def line(host: str, text: str, style: str = "ok", *, stale: bool = False) -> str:
    gauge = Gauge("id", text, 0.0, text)
    return render(host, [Piece(text, style, stale=stale), Piece(text, "ok")], [gauge])


def one_of(text: str) -> str:
    """The text as it should arrive: printable, on one line."""
    return clean(text)


@given(NASTY)
def test_plain(text: str) -> None:
    said = line("plain", text)
    assert said.isprintable()
    if text.isprintable():
        assert said == f"{text} · {text}"


@given(NASTY, st.sampled_from(STYLES))
def test_tmux(text: str, style: str) -> None:
    said = line("tmux", text, style)
    ours = re.sub(r"^#\[fg=[a-z,]+\]|#\[default\](?= · )", "", said)
    assert ours.replace("##", "\0").count("#") == 0
    assert ours.replace("##", "#") == f"{one_of(text)} · {one_of(text)}"


@given(NASTY, st.sampled_from(STYLES))
def test_zsh(text: str, style: str) -> None:
    said = line("zsh", text, style)
    ours = re.sub(r"^%F\{\w+\}|%f(?= · )", "", said)
    assert not set("$`\\!") & set(ours)
    assert "%" not in ours.replace("%%", "")
    assert ours.replace("%%", "%") == inert(f"{one_of(text)} · {one_of(text)}")


@given(NASTY)
def test_starship(text: str) -> None:
    said = line("starship", text)
    assert not set("$`\\\x1b") & set(said)
    assert said == inert(f"{one_of(text)} · {one_of(text)}")


@given(NASTY, st.sampled_from(STYLES))
def test_claude_code(text: str, style: str) -> None:
    said = line("claude-code", text, style)
    assert "\n" not in said
    ours = re.sub(r"^\x1b\[[0-9;]+m|\x1b\[0m(?= · )", "", said)
    assert ours == f"{one_of(text)} · {one_of(text)}"


@given(NASTY, st.sampled_from(STYLES), st.booleans())
def test_waybar(text: str, style: str, stale: bool) -> None:
    said = line("waybar", text, style, stale=stale)
    assert "\n" not in said
    document = json.loads(said)
    assert document["class"] == [style, "stale"] if stale else [style]
    for member in ("text", "tooltip"):
        seen = "".join(ET.fromstring(f"<markup>{document[member]}</markup>").itertext())
        assert one_of(text) in one_of(seen)


@given(NASTY, st.sampled_from(STYLES))
def test_i3blocks(text: str, style: str) -> None:
    said = line("i3blocks", text, style)
    assert "\\" not in said
    document = json.loads(said)
    assert document["markup"] == "none"
    assert document.get("urgent") == ("true" if style == "exhausted" else None)
    assert len(document["short_text"]) == len(one_of(text))


@given(NASTY, st.sampled_from(STYLES), st.sampled_from(["", "ARGOS_VERSION", "SWIFTBAR"]))
def test_xbar(text: str, style: str, program: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        if program:
            patch.setenv(program, "1")
        lines = line("xbar", text, style).split("\n")
    assert lines[1] == "---"
    assert lines[-1] == "Refresh | refresh=true"
    for each in (lines[0], *lines[2:-1]):
        shown, bar, parameters = each.partition(" | ")
        assert bar
        assert "|" not in parameters
        assert "|" not in shown
        assert not shown.lstrip().startswith("-")
        assert re.fullmatch(r"(\w+=(false|true|orange|red|gray) ?)+", parameters)
    assert ("useMarkup=false" in lines[0]) is (program == "ARGOS_VERSION")
    assert ("symbolize=false" in lines[0]) is (program == "SWIFTBAR")


@pytest.fixture
def routes():
    return {
        "/team/quota": {"cost": {"limit": 50, "used": 12.35}, "tokens": {"limit": 1000, "used": 100}},
        "/low/quota": {"cost": {"limit": 100, "used": 85}},
        "/over/quota": {"cost": {"limit": 100, "used": 120}},
    }


SHOWN = {
    "plain": "over over by 20% · low 15% · team 75%",
    "tmux": "#[fg=red,bold]over over by 20%#[default] · #[fg=yellow]low 15%#[default] · team 75%",
    "zsh": "%F{red}over over by 20%%%f · %F{yellow}low 15%%%f · team 75%%",
    "starship": "over over by 20% · low 15% · team 75%",
    "claude-code": "\x1b[1;31mover over by 20%\x1b[0m · \x1b[33mlow 15%\x1b[0m · team 75%",
    "waybar": (
        '{"text": "over over by 20% · low 15% · team 75%", "alt": "exhausted", "tooltip": '
        '"over exhausted, just now\\n  Cost: over by 20%, 120.00 of 100.00 USD\\n'
        "low low, just now\\n  Cost: 15% left, 85.00 of 100.00 USD\\nteam ok, just now\\n"
        '  Cost: 75% left, 12.35 of 50.00 USD\\n  Tokens: 90% left, 100 of 1,000 tokens", '
        '"class": ["exhausted"], "percentage": 0}'
    ),
    "i3blocks": (
        '{"full_text": "over over by 20% · low 15% · team 75%", "short_text": "over over by 20%", '
        '"markup": "none", "color": "#ff5555", "urgent": "true"}'
    ),
    "xbar": (
        "over over by 20% · low 15% · team 75% | ansi=false emojize=false color=red\n---\n"
        "over: exhausted, just now | ansi=false emojize=false color=red\n"
        "  Cost: over by 20%, 120.00 of 100.00 USD | ansi=false emojize=false trim=false\n"
        "low: low, just now | ansi=false emojize=false color=orange\n"
        "  Cost: 15% left, 85.00 of 100.00 USD | ansi=false emojize=false trim=false\n"
        "team: ok, just now | ansi=false emojize=false\n"
        "  Cost: 75% left, 12.35 of 50.00 USD | ansi=false emojize=false trim=false\n"
        "  Tokens: 90% left, 100 of 1,000 tokens | ansi=false emojize=false trim=false\n"
        "Refresh | refresh=true"
    ),
}


@pytest.mark.parametrize("host", SHOWN)
def test_what_each_is_told(bar: Bar, host: str) -> None:
    bar.gateways("team", "low", "over")
    bar.refresh()
    bar.foresee(None, None, None, None)
    assert bar.line("--for", host) == SHOWN[host]


def test_a_bad_outlook_is_told(bar: Bar) -> None:
    bar.gateways("team")
    bar.refresh()
    day = 86400.0
    bar.foresee(0.9, day, 2 * day, 3 * day)
    assert bar.line() == "team 75% runs out Tue 10:00"
    full = "runs out Tue 10:00 (Mon 10:00 to Wed 10:00)"
    assert bar.line("--format", "{forecast}") == full
    for host in ("waybar", "xbar"):
        assert f"75% left, 12.35 of 50.00 USD, {full}" in bar.line("--for", host)
    bar.foresee(0.1, day, 2 * day, float("inf"))
    assert bar.line() == "team 75%"
    assert bar.line("--format", "{forecast}{outlook}") == "lasts until reset (90%)"


def test_an_outlook_that_foresees_too_little_is_none() -> None:
    assert phrases.brief("runs out before reset (70%)") == "runs out before reset"
    assert not phrases.brief(f"{words.NO_TELLING} (20% to last)")


@pytest.mark.parametrize("host", SHOWN)
def test_old_numbers_are_marked(bar: Bar, host: str) -> None:
    bar.gateways("low")
    bar.refresh()
    fresh = bar.line("--for", host)
    bar.clock.now = bar.clock.now.replace(hour=16)
    old = bar.line("--for", host)
    assert "6 h ago" in old
    assert fresh.split("15%")[0] != old.split("15%")[0] or host in {
        "plain",
        "starship",
        "i3blocks",
        "waybar",
        "xbar",
    }
    assert ("stale" in old) is (host == "waybar")
