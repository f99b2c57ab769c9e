"""Through a program: a command of the user's own, or what the desktop has for notifications."""

import os
import signal
import subprocess
from collections.abc import Sequence
from contextlib import suppress
from html import escape
from pathlib import Path

import msgspec

from gaugeway.alerts.facts import Facts
from gaugeway.errors import DeliveryError
from gaugeway.sources.alerting import Channel
from gaugeway.sources.environment import Environment
from gaugeway.sources.trust import find_program

SECONDS = 10.0

# What is shown comes as arguments and is never a part of the script. They are counted from the end: whether
# the `--` before them is one of them is not documented.
_MACOS = ("on run argv", "display notification (item -1 of argv) with title (item -2 of argv)", "end run")
_LIBNOTIFY = "install it (Debian, Ubuntu: apt install libnotify-bin)"


def send_to_command(channel: Channel, facts: Facts, env: Environment) -> None:
    """The facts as JSON on its standard input, in the folder of the config file. Raises DeliveryError."""
    _run(channel.command, msgspec.json.encode(facts) + b"\n", env, channel.place.layer.folder)


def send_to_desktop(facts: Facts, env: Environment) -> None:
    """Raises DeliveryError, also where there is no desktop."""
    if env.platform == "darwin":
        script = [word for line in _MACOS for word in ("-e", line)]
        _run(["osascript", *script, "--", facts.title, facts.text], b"", env)
        return
    # The summary is plain text; the body is read as markup.
    options = ["--app-name=gaugeway", f"--urgency={facts.urgency}"]
    _run(["notify-send", *options, "--", facts.title, escape(facts.text, quote=False)], b"", env)


def _run(command: Sequence[str], said: bytes, env: Environment, folder: Path | None = None) -> None:
    """Raises DeliveryError unless it ends with 0 in time. What it prints is not looked at: it may hold
    secrets.
    """
    program = find_program(command[0], env)
    if program is None:
        hint = _LIBNOTIFY if command[0] == "notify-send" else "name it by its whole path"
        raise DeliveryError(f"{Path(command[0]).name} is not found", hint)
    try:
        process = subprocess.Popen(  # noqa: S603  (the user's own command, without a shell)
            [program, *command[1:]],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=dict(env.environ),
            cwd=folder,
            start_new_session=True,  # so that its children can be ended with it
        )
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or type(error).__name__  # without what is in the arguments
        raise DeliveryError(f"can't be run: {why}") from None
    try:
        process.communicate(said, timeout=SECONDS)
    except subprocess.TimeoutExpired:
        raise DeliveryError(f"took longer than {SECONDS:g} seconds") from None
    finally:
        if process.poll() is None:
            with suppress(ProcessLookupError):
                if hasattr(os, "killpg"):
                    os.killpg(process.pid, signal.SIGKILL)
                else:
                    process.kill()
            process.wait()
    if process.returncode != 0:
        raise DeliveryError(f"ended with status {process.returncode}")
