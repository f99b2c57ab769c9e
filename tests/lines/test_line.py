"""A line from the store: what it shows, what it never shows, and what it starts."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from tests.lines.conftest import TEAM, Bar

from gaugeway.lines import known
from gaugeway.lines.arguments import HOSTS
from gaugeway.lines.renewal import MARKER, PAUSE
from gaugeway.store import rows

SECOND = timedelta(seconds=1)
REFRESHING, NEWER, NOTHING = (f"gaugeway: {text}" for text in (known.REFRESHING, known.NEWER, known.NOTHING))


def test_the_first_line_starts_a_refresh_and_the_next_one_shows_it(bar: Bar) -> None:
    bar.gateways("team")
    assert bar.line() == REFRESHING
    assert bar.started == [["refresh"]]
    bar.refresh()
    assert bar.line() == "team 75%"
    assert bar.started == [["refresh"]]
    assert len(bar.server.requests) == 1


def test_a_line_starts_one_refresh_when_a_reading_is_due(bar: Bar) -> None:
    bar.gateways("team")
    bar.refresh()
    bar.clock.now += 59 * SECOND
    bar.line()
    assert bar.started == []
    bar.clock.now += SECOND
    for _ in range(20):
        assert bar.line() == "team 75%"
    assert bar.started == [["refresh"]]
    bar.clock.now += PAUSE * SECOND  # it did not come back
    bar.line()
    assert bar.started == [["refresh"]] * 2


def test_a_clock_that_was_set_back_stops_nothing(bar: Bar) -> None:
    bar.gateways("team")
    bar.refresh()
    bar.line()
    bar.clock.now -= timedelta(days=1)
    assert bar.line() == "team 75%"
    assert bar.started == [["refresh"]]


def test_a_typed_config_is_refreshed_with_itself(bar: Bar) -> None:
    bar.gateways("team")
    other = bar.home / "other.toml"
    bar.file.rename(other)
    assert bar.line(config="other.toml") == REFRESHING
    assert bar.started == [["--config", "other.toml", "refresh"]]
    bar.refresh("--config", "other.toml")
    assert bar.line(config="./other.toml") == "team 75%"
    assert bar.line(config=str(other)) == "team 75%"
    assert bar.line() == REFRESHING


def moved(bar: Bar) -> None:
    bar.gateways("team", team='preset = "litellm"')


def other_key(bar: Bar) -> None:
    bar.file.write_text(bar.file.read_text().replace("sk-test-123", "sk-test-124"))


def opencode(bar: Bar) -> None:
    folder = bar.home / ".config" / "opencode"
    folder.mkdir()
    (folder / "opencode.json").write_text("{}")


@pytest.mark.parametrize("change", [moved, other_key, opencode, Path.unlink])
def test_nothing_is_shown_of_a_configuration_that_has_changed(bar: Bar, change: Callable[..., None]) -> None:
    bar.gateways("team")
    bar.refresh()
    assert bar.line() == "team 75%"
    change(bar.file if change is Path.unlink else bar)
    assert bar.line() == REFRESHING
    assert bar.started == [["refresh"]]
    bar.refresh()
    assert bar.line() != REFRESHING


def test_a_bar_that_lacks_the_shells_variables_shows_its_reading(
    bar: Bar, monkeypatch: pytest.MonkeyPatch
) -> None:
    bar.gateways("team")
    bar.file.write_text(bar.file.read_text().replace('"sk-test-123"', '"{env:TEAM_KEY}"'))
    monkeypatch.setenv("TEAM_KEY", "sk-test-123")
    bar.refresh()
    assert bar.line() == "team 75%"
    monkeypatch.delenv("TEAM_KEY")
    assert bar.line() == REFRESHING
    bar.refresh()
    assert bar.line() == "team 75% (unresolved template, just now)"
    monkeypatch.setenv("TEAM_KEY", "sk-test-123")  # both take turns
    assert bar.line() == "team 75%"
    monkeypatch.delenv("TEAM_KEY")
    bar.clock.now += timedelta(hours=1)
    assert bar.line() == "team 75% (unresolved template, 1 h ago)"
    assert bar.started == [["refresh"]]  # one that can't ask is not started again and again


def test_what_resets_is_not_shown_as_current(bar: Bar) -> None:
    bar.gateways("team")
    bar.refresh()
    bar.clock.now += timedelta(days=2, hours=23)
    assert bar.line("--format", "{percent} {reset} {age}") == "75% in 1 h 2 d ago"
    bar.clock.now += timedelta(hours=1)
    assert bar.line("--format", "{percent} {reset} {level}") == "window over unknown"
    assert bar.line() == "team window over (3 d ago)"


def test_thresholds_are_those_of_the_configuration_now(bar: Bar) -> None:
    bar.gateways("team")
    bar.refresh()
    assert bar.line("--format", "{level}") == "ok"
    bar.gateways("team", team="low = 75.31")
    bar.refresh()
    assert len(bar.server.requests) == 1
    assert bar.line("--format", "{level}") == "low"
    bar.gateways("team", team="low = 75.3")
    bar.refresh()
    assert bar.line("--format", "{level}") == "ok"


@pytest.fixture
def routes():
    def cost(used: float, **more: object) -> dict[str, object]:
        return {"cost": {"limit": 100, "used": used, **more}}

    return {
        "/team/quota": TEAM,
        "/low/quota": cost(85),
        "/critical/quota": cost(98),
        "/over/quota": cost(120),
        "/endless/quota": {"cost": {"unlimited": True}},
        "/wallet/quota": {"cost": {"remaining": 12.5, "currency": "EUR"}},
        "/spend/quota": {"tokens": {"used": 1234567}},
    }


def test_the_most_binding_gateway_stands_first(bar: Bar) -> None:
    bar.gateways("endless", "wallet", "team", "critical", "refused", "over", "low", "spend")
    bar.refresh()
    assert bar.line() == (
        "over over by 20% · critical 2% · low 15% · refused not found · team 75%"
        " · wallet 12.50 EUR left · spend 1.23M tokens used · endless unlimited"
    )
    assert bar.line("--gateway", "team", "--gateway=over") == "over over by 20% · team 75%"
    assert bar.line("--gateway", "nobody") == "gaugeway: no gateway nobody"


def test_as_many_as_fit(bar: Bar) -> None:
    bar.gateways("team", "low", "critical")
    bar.refresh()
    assert bar.line("--width", "33") == "critical 2% · low 15% · team 75%"
    assert bar.line("--width", "32") == "critical 2% · low 15% · team 75%"
    assert bar.line("--width", "31") == "critical 2% · low 15% · +1"
    assert bar.line("--width", "16") == "critical 2% · +2"
    assert bar.line("--width", "15") == "critical 2%"
    assert bar.line("--width=8") == "critica…"


def test_every_field(bar: Bar) -> None:
    bar.gateways("team", team='label = "The team"')
    bar.refresh()
    bar.clock.now += 30 * SECOND
    for template, said in {
        "{label}|{id}": "The team|team",
        "{value}|{percent}|{left}": "75%|75%|75% left",
        "{amount}|{short}": "12.35 of 50.00 USD|12.35 of 50.00 USD",
        "[{bar}]": "[██████░░]",
        "{name} {window}": "Cost",
        "{reset} {level}": "in 2 d 23 h ok",
        "{age}": "30 s ago",
        "{{{id}}} {{}}": "{team} {}",
        "a {status} b": "a b",
    }.items():
        assert bar.line("--format", template) == said


def test_a_template_that_is_wrong_is_told(bar: Bar) -> None:
    bar.gateways("team")
    bar.refresh()
    assert bar.line("--format", "{colour}") == "gaugeway: no field {colour}"
    assert bar.line("--format", "{label") == "gaugeway: --format: expected '}' before end of string"
    assert bar.line("--format", "a } b") == "gaugeway: --format: Single '}' encountered in format string"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--fro", "tmux"], "gaugeway: unknown option --fro"),
        (["x"], "gaugeway: unknown option x"),
        (["--for"], "gaugeway: --for needs a value"),
        (["--for", "dwm"], f"gaugeway: no host dwm, but {', '.join(HOSTS)}"),
        (["--width", "-1"], "gaugeway: --width -1 is no number of columns"),
    ],
)
def test_wrong_usage_is_told(bar: Bar, arguments: list[str], said: str) -> None:
    assert bar.line(*arguments) == said
    assert bar.started == []


def test_help(bar: Bar) -> None:
    assert bar.line("--help").startswith("Usage: gaugeway line")
    assert bar.line("-h", "--for", "tmux") == bar.line("--help")


def test_nothing_configured(bar: Bar) -> None:
    assert bar.line() == REFRESHING
    bar.refresh()
    assert bar.line() == NOTHING
    assert len(bar.started) == 1


def test_a_config_that_does_not_parse(bar: Bar) -> None:
    bar.file.parent.mkdir(parents=True)
    bar.file.write_text("[gateways.lab]\nbase_url =\n")
    bar.refresh()
    assert bar.line().startswith("gaugeway: config.toml:2 is not TOML")


def test_before_the_first_reading(bar: Bar) -> None:
    bar.gateways("team", team="unattended = false")
    bar.file.write_text(bar.file.read_text().replace('"sk-test-123"', '"{command:pass}"'))
    bar.refresh()
    assert bar.line() == "team not read yet"
    assert bar.started == []  # a process in the background could not ask for that key


def test_a_gateway_that_is_being_asked_is_left_to_who_does(bar: Bar) -> None:
    bar.gateways("team")
    bar.refresh()
    bar.clock.now += 60 * SECOND
    with closing(sqlite3.connect(bar.state / "gaugeway.db")) as db, db:
        db.execute("UPDATE readings SET lease_until = ?", (bar.clock.now.timestamp() + 5,))
    bar.line()
    assert bar.started == []


def corrupt(bar: Bar) -> None:
    for file in bar.state.glob("gaugeway.db*"):
        file.write_bytes(b"no database" * 1000)


def emptied(bar: Bar) -> None:
    for file in bar.state.iterdir():
        file.unlink()


def older(bar: Bar) -> None:
    with closing(sqlite3.connect(bar.state / "gaugeway.db")) as db, db:
        db.execute("DROP TABLE stamps")


@pytest.mark.parametrize("harm", [corrupt, emptied, older])
def test_a_store_that_can_not_be_used(bar: Bar, harm: Callable[[Bar], None]) -> None:
    bar.gateways("team")
    bar.refresh()
    harm(bar)
    assert bar.line() == REFRESHING
    assert bar.started == [["refresh"]]


def test_a_store_of_a_newer_gaugeway(bar: Bar) -> None:
    bar.gateways("team")
    bar.refresh()
    with closing(sqlite3.connect(bar.state / "gaugeway.db")) as db:
        db.execute(f"PRAGMA user_version = {(rows.MAJOR + 1) * 1000}")
    assert bar.line() == NEWER
    assert bar.started == []


def test_where_nothing_can_be_kept(bar: Bar) -> None:
    bar.state.parent.mkdir(parents=True)
    bar.state.write_text("a file where the folder belongs")
    assert bar.line() == f"gaugeway: nothing can be kept in {bar.state}"
    assert bar.started == []


def test_a_process_that_can_not_be_started_is_no_failure(bar: Bar, monkeypatch: pytest.MonkeyPatch) -> None:
    def unable(_: object) -> None:
        raise BlockingIOError

    monkeypatch.setattr("gaugeway.background.spawn", unable)
    assert bar.line() == REFRESHING


def test_a_fault_of_our_own_is_told(bar: Bar, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gaugeway.lines.line.look", lambda *_: 1 / 0)
    assert bar.line() == "gaugeway: ZeroDivisionError, `gaugeway status` may say more"


def test_what_is_made_is_private(bar: Bar) -> None:
    bar.line()
    assert (bar.state / MARKER).stat().st_mode & 0o777 == 0o600
    assert bar.state.stat().st_mode & 0o777 == 0o700
