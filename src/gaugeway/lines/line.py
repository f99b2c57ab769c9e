"""`gaugeway line`: looks into the store, starts what is due, prints. Nothing that goes wrong is silent."""

import os
import sys
import time

from gaugeway.lines import arguments
from gaugeway.lines.hosts import render
from gaugeway.lines.known import Known, look
from gaugeway.lines.renewal import renew
from gaugeway.lines.wording import FORMAT, Piece, fitting, piece
from gaugeway.sources.looks import Surroundings, cwd_of_process, home_of_process, state_dir

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence


def run(words: "Sequence[str]", config: str = "", *, now: float | None = None) -> int:
    """Print the line; ``config``: the file after ``--config``, ``now``: another moment than this one, in unix
    seconds. Returns the exit code: that of a line is 0.
    """
    wanted = arguments.parse(words)
    if wanted.help:
        _print(arguments.HELP.rstrip("\n"))
        return 0
    if wanted.install is not None and not wanted.wrong:
        from gaugeway.lines.install import install

        return install(wanted, config)
    try:
        _print(_line(wanted, config, time.time() if now is None else now))
    except Exception as error:  # noqa: BLE001  (a bar shows what is printed, and hides what fails)
        _print(f"gaugeway: {type(error).__name__}, `gaugeway status` may say more")
    return 0


def _line(wanted: arguments.Arguments, config: str, now: float) -> str:
    if wanted.wrong:
        known = Known(wanted.wrong[0])
    else:
        home = home_of_process()
        cwd = cwd_of_process(home)
        folder = state_dir(os.environ, home, cwd, sys.platform)
        known = look(folder, Surroundings(os.environ, home, cwd, config), now, wanted.gateways)
        if known.due:
            refresh = ["--config", config, "refresh"] if config else ["refresh"]
            if not renew(folder, refresh, now) and known.message:
                known.message = f"nothing can be kept in {folder}"
    try:
        pieces = [piece(gauge, wanted.format or FORMAT) for gauge in known.gauges]
    except KeyError as error:
        known = Known(f"no field {{{error.args[0]}}}")
    except ValueError as error:
        known = Known(f"--format: {error}")
    if known.message:
        return render(wanted.host, [Piece(f"gaugeway: {known.message}")], ())
    width = arguments.HOSTS[wanted.host] if wanted.width is None else wanted.width
    return render(wanted.host, fitting(pieces, width), known.gauges)


def _print(text: str) -> None:
    """Past the stream: it would complain, with an exit code, about a reader that has gone."""
    if sys.stdout is None:
        return
    data = f"{text}\n".encode(sys.stdout.encoding or "utf-8", "replace")
    try:
        while data:
            data = data[os.write(1, data) :]
    except OSError:
        return
