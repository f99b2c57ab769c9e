"""Processes of gaugeway's own that nobody waits for.

Nothing but os and sys is imported before one is started: a status line calls this.
"""

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence


def spawn(arguments: "Sequence[str]") -> None:
    """Start ``gaugeway ARGUMENTS`` in a session of its own, with this process's environment and folder, its
    streams leading nowhere. Returns at once; the process outlives this one and leaves no zombie behind.

    Raises OSError where no process can be started.
    """
    if not sys.executable:
        raise OSError("the interpreter's path is not known")
    # -P: a folder that happens to be the current one has no say in what is imported.
    command = [sys.executable, "-P", "-m", "gaugeway", *arguments]
    if sys.platform == "win32":
        _spawn_on_windows(command)
    else:
        _spawn(command)


# Through a shell in between, which ends as soon as it has started the process: its parent is init from then
# on. What a long-lived caller would have to collect is the shell alone, and that takes a millisecond. Forking
# twice ourselves would copy a server with all its threads.
_DETACH = '"$@" </dev/null >/dev/null 2>&1 &'


def _spawn(command: "Sequence[str]") -> None:
    words = ["/bin/sh", "-c", _DETACH, "sh", *command]
    try:
        # A session of its own: what ends the terminal or the bar does not end it.
        child = os.posix_spawn(words[0], words, os.environ, setsid=True)
    except (AttributeError, NotImplementedError):  # a C library without either
        import subprocess

        subprocess.run(words, start_new_session=True, check=False)  # noqa: S603  (our own interpreter)
        return
    os.waitpid(child, 0)


def _spawn_on_windows(command: "Sequence[str]") -> None:
    import subprocess

    detached = getattr(subprocess, "DETACHED_PROCESS", 0) | getattr(subprocess, "CREATE_NO_WINDOW", 0)
    null = subprocess.DEVNULL
    subprocess.Popen(  # noqa: S603  (our own interpreter)
        list(command), stdin=null, stdout=null, stderr=null, creationflags=detached, close_fds=True
    )
