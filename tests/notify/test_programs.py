"""Commands and desktop notifications, with real programs."""

import json
import os
import sys
import time
from pathlib import Path

import msgspec
import pytest
from tests.notify.values import FACTS, channel, environment

from gaugeway.errors import DeliveryError
from gaugeway.notify.programs import send_to_command
from gaugeway.notify.send import sender


def script(folder: Path, name: str, body: str) -> Path:
    """A Python program on PATH that says what it was given."""
    file = folder / name
    file.write_text(f"#!{sys.executable}\nimport json, os, sys\n{body}")
    file.chmod(0o755)
    return file


def test_a_command_gets_the_facts_and_its_arguments_as_they_are(tmp_path: Path) -> None:
    config, out = tmp_path / "config", tmp_path / "out.json"
    config.mkdir()
    program = script(
        tmp_path,
        "notify",
        "told = [sys.argv[1:], json.load(sys.stdin), os.getcwd(), os.environ['WHERE']]\n"
        f"json.dump(told, open({str(out)!r}, 'w'))",
    )
    one = channel(config, "command", [str(program), "--to", "a b; rm -rf $HOME", "{env:WHERE}"])
    sender(one, environment(tmp_path, WHERE="here"))(FACTS)
    arguments, facts, folder, where = json.loads(out.read_text())
    assert arguments == ["--to", "a b; rm -rf $HOME", "{env:WHERE}"]
    assert facts == json.loads(msgspec.json.encode(FACTS))
    assert (facts["schema"], facts["title"]) == ("gaugeway.alert/1", FACTS.title)
    assert (folder, where) == (str(config), "here")


@pytest.mark.parametrize(
    ("words", "what"),
    [
        (["/bin/sh", "-c", "echo s3cret >&2; exit 3"], "ended with status 3"),
        (["no-such-program-here"], "no-such-program-here is not found"),
        (["/no/such/program"], "can't be run: No such file or directory"),
        (["./no-such-program"], "can't be run: No such file or directory"),
        (["a\0b"], "a\0b is not found"),
    ],
)
def test_a_command_that_fails_says_how_and_nothing_that_it_printed(tmp_path, words, what) -> None:
    with pytest.raises(DeliveryError) as caught:
        sender(channel(tmp_path, "command", words), environment(tmp_path))(FACTS)
    assert caught.value.message == what


def test_a_command_that_reads_nothing_is_no_failure(tmp_path: Path) -> None:
    sender(channel(tmp_path, "command", ["true"]), environment(tmp_path))(FACTS)


def test_a_command_that_hangs_is_ended_with_all_its_children(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gaugeway.notify.programs.SECONDS", 0.5)
    pid = tmp_path / "pid"
    words = ["/bin/sh", "-c", f"sleep 60 & echo $! > {pid}; wait"]
    started = time.monotonic()
    with pytest.raises(DeliveryError, match=r"took longer than 0\.5 seconds"):
        send_to_command(channel(tmp_path, "command", words), FACTS, environment(tmp_path))
    assert time.monotonic() - started < 5
    child = int(pid.read_text())
    for _ in range(50):
        try:
            os.kill(child, 0)
        except ProcessLookupError:
            break
        if Path(f"/proc/{child}/stat").exists() and " Z " in Path(f"/proc/{child}/stat").read_text():
            break
        time.sleep(0.1)
    else:
        pytest.fail("it goes on")


def test_a_program_of_the_work_tree_is_not_run(tmp_path: Path) -> None:
    """A repository that puts its bin folder on PATH does not choose what runs."""
    repo = tmp_path / "repo"
    (repo / ".git").mkdir(parents=True)
    script(repo, "notify", "")
    env = msgspec.structs.replace(environment(tmp_path, PATH=str(repo)), cwd=repo, home=tmp_path / "home")
    with pytest.raises(DeliveryError, match="notify is not found"):
        sender(channel(tmp_path, "command", ["notify"]), env)(FACTS)


# notify-send [OPTION...] <SUMMARY> [BODY], with GLib's options: `--name=value`, `-n value`, `--` ends them.
NOTIFY_SEND = """
import argparse
parser = argparse.ArgumentParser()
parser.add_argument("-u", "--urgency", choices=["low", "normal", "critical"])
parser.add_argument("-t", "--expire-time", type=int)
parser.add_argument("-a", "--app-name")
parser.add_argument("-i", "--icon")
parser.add_argument("-c", "--category")
parser.add_argument("summary")
parser.add_argument("body", nargs="?")
json.dump(vars(parser.parse_args()), open(os.environ["OUT"], "w"))
"""


def test_the_desktop_through_notify_send(tmp_path: Path) -> None:
    script(tmp_path, "notify-send", NOTIFY_SEND)
    env = environment(tmp_path, PATH=str(tmp_path), OUT=str(tmp_path / "out.json"))
    facts = msgspec.structs.replace(FACTS, title="--icon=x <b>", text='5 < 6 & <b>bold</b> "q"')
    sender(channel(tmp_path, "desktop", True), env)(facts)
    told = json.loads((tmp_path / "out.json").read_text())
    assert told["summary"] == "--icon=x <b>"
    assert told["body"] == '5 &lt; 6 &amp; &lt;b&gt;bold&lt;/b&gt; "q"'
    assert (told["urgency"], told["app_name"], told["icon"]) == ("critical", "gaugeway", None)


@pytest.mark.parametrize(
    ("changed", "urgency"),
    [
        ({"level": "low"}, "normal"),
        ({"condition": "runout"}, "normal"),
        ({"event": "recovered"}, "low"),
        ({"level": "exhausted"}, "critical"),
    ],
)
def test_how_loud_it_is(changed, urgency) -> None:
    assert msgspec.structs.replace(FACTS, **changed).urgency == urgency


# osascript [-l language] [-i] [-s flags] [-e statement | programfile] [argument ...], with BSD's getopt.
OSASCRIPT = """
import getopt
json.dump(getopt.getopt(sys.argv[1:], "l:is:e:"), open(os.environ["OUT"], "w"))
"""


def test_the_desktop_of_macos(tmp_path: Path) -> None:
    script(tmp_path, "osascript", OSASCRIPT)
    env = environment(tmp_path, PATH=str(tmp_path), OUT=str(tmp_path / "out.json"))
    facts = msgspec.structs.replace(FACTS, title="-edo shell script", text="-e x")
    sender(channel(tmp_path, "desktop", True), msgspec.structs.replace(env, platform="darwin"))(facts)
    options, told = json.loads((tmp_path / "out.json").read_text())
    assert [name for name, _ in options] == ["-e", "-e", "-e"]
    assert told[-2:] == [facts.title, facts.text]
    shown = next(line for _, line in options if "display" in line)
    assert "(item -1 of argv) with title (item -2 of argv)" in shown


def test_where_there_is_no_desktop(tmp_path: Path) -> None:
    with pytest.raises(DeliveryError, match="notify-send is not found") as caught:
        sender(channel(tmp_path, "desktop", True), environment(tmp_path, PATH=str(tmp_path)))(FACTS)
    assert "libnotify" in caught.value.hint
