"""``gaugeway check`` as a monitoring system runs it."""

import subprocess
import sys
from pathlib import Path

import pytest
from tests.cli.world import World
from tests.gates.perfdata import parse


def test_a_plugin_says_what_is_left(world: World) -> None:
    world.gateways(campus="")
    code, out, err = world.run("check", "--warn", "80", "--crit", "5")
    assert (code, err) == (1, "")
    assert out == "QUOTA WARNING - campus Cost 75% left (below 80%) | 'campus/key/cost/-'=24.7%;20;95;0;100\n"


def test_named_gateways_and_amounts(world: World) -> None:
    world.gateways(campus="", other="/other")
    code, out, _ = world.run("check", "other", "-w", "10tokens", "-c", "5tokens")
    assert code == 1
    word, _, (datum,) = parse(out)
    assert (word, datum.label, datum.value, datum.warn, datum.crit) == (
        "WARNING",
        "other/key/tokens/-",
        "5",
        "10:",
        "5:",
    )


def test_a_gateway_that_can_not_be_read_is_unknown(world: World) -> None:
    world.gateways(broken="/no")
    code, out, _ = world.run("check")
    assert code == 3
    assert out.startswith("QUOTA UNKNOWN - broken: there is no reading: ")


def test_an_older_reading_is_good_for_as_long_as_was_said(world: World) -> None:
    world.gateways(campus="")
    assert world.run("check")[0] == 0
    world.clock.now = world.clock.now.replace(minute=5)
    world.config(
        (world.home / ".config/gaugeway/config.toml").read_text().replace(world.url, "http://127.0.0.1:9")
    )
    code, out, _ = world.run("check", "--max-age", "600")
    assert (code, out[:13]) == (3, "QUOTA UNKNOWN")  # another place: its reading is not shown


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["--bogus"], "No such option"),
        (["nobody"], "no gateway has the id 'nobody'"),
        (["--warn", "5 dollars and more"], "is not an amount"),
        (["--runout", "2"], "2.0 is not in the range"),
        (["--warn", "5", "--crit", "20"], "--crit is above --warn"),
    ],
)
def test_wrong_usage_is_no_verdict(world: World, args: list[str], said: str) -> None:
    world.gateways(campus="")
    code, out, err = world.run("check", *args)
    assert code == 3
    assert said in err
    assert out.startswith("QUOTA UNKNOWN - ")
    assert said in out


def test_an_option_before_the_command_is_the_commands(world: World) -> None:
    world.gateways(campus="")
    code, out, _ = world.run("--bogus", "check")
    assert (code, out) == (3, "QUOTA UNKNOWN - No such option '--bogus'.\n")
    assert world.run("--warn", "1", "check", "campus")[0] == 0
    assert world.run("--bogus", "--as", "claude-hook", "gate")[0] == 1
    assert world.run("--bogus", "gate")[0] == 3


def test_nothing_configured_is_no_verdict(world: World) -> None:
    assert world.run("check")[:2] == (
        3,
        "QUOTA UNKNOWN - no gateway is configured; `gaugeway add URL` sets one up\n",
    )


def test_a_config_that_does_not_parse_is_no_verdict(world: World) -> None:
    world.config("[gateways\n")
    code, out, _ = world.run("check")
    assert code == 3
    assert "config.toml:1: is not TOML" in out
    world.config("gateways = 3\n")
    _, out, err = world.run("check")
    for said in (out, err):
        assert "config.toml: gateways is not a table" in said


def test_a_store_of_a_newer_version_is_no_verdict(world: World) -> None:
    import sqlite3

    world.gateways(campus="")
    world.run("check")
    (database,) = world.home.rglob("gaugeway.db")
    with sqlite3.connect(database) as db:
        db.execute("PRAGMA user_version = 9000")
    db.close()
    code, _, err = world.run("check")
    assert code == 3
    assert "newer gaugeway" in err


def test_a_crash_is_no_verdict(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.gateways(campus="")

    def crash(*_: object, **__: object) -> None:
        raise RuntimeError("out of luck")

    monkeypatch.setattr("gaugeway.cli.check.finding", crash)
    code, out, err = world.run("check")
    assert (code, out[:16]) == (3, "QUOTA UNKNOWN - ")
    assert "please report it: RuntimeError: out of luck" in err


def test_the_real_negate_takes_the_verdict(world: World) -> None:
    """A program of the monitoring plugins runs a plugin and judges its exit code and its output."""
    negate = Path("/usr/lib/nagios/plugins/negate")
    if not negate.exists():
        pytest.skip("needs monitoring-plugins-basic")
    world.gateways(campus="")
    config = world.home / ".config" / "gaugeway" / "config.toml"
    plugin = [sys.executable, "-m", "gaugeway", "--config", str(config), "check", "--crit", "80"]
    done = subprocess.run(
        [negate, "--critical=OK", "--substitute", *plugin],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0
    assert done.stdout.startswith(
        "QUOTA OK - campus Cost 75% left (below 80%) | 'campus/key/cost/-'=24.7%;;20;0;100"
    )


def test_a_parser_of_monitoring_plugins_reads_the_performance_data(world: World) -> None:
    world.gateways(campus="", other="/other")
    read = """
    use Monitoring::Plugin::Performance;
    print join("|", map { $_ // "" } $_->label, $_->value, $_->uom, $_->warning, $_->critical), "\\n"
        for Monitoring::Plugin::Performance->parse_perfstring($ARGV[0]);
    """
    try:
        subprocess.run(["perl", "-MMonitoring::Plugin::Performance", "-e1"], capture_output=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("needs libmonitoring-plugin-perl")
    _, out, _ = world.run("check", "-w", "20%", "-c", "5%", "-w", "10tokens")
    data = out.splitlines()[0].partition(" | ")[2]
    done = subprocess.run(["perl", "-e", read, data], capture_output=True, text=True, timeout=30, check=True)
    assert done.stdout.splitlines() == ["other/key/tokens/-|5||10:|", "campus/key/cost/-|24.7|%|80|95"]


def test_the_exit_code_of_the_process() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "gaugeway", "check", "--bogus"], capture_output=True, timeout=30, check=False
    )
    assert done.returncode == 3
