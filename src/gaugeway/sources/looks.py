"""What a configuration was read from: the files and variables that were looked at, and how they were.

As long as each of them is as it was, reading the configuration again would find the same; a status line asks
just that on every prompt, so nothing but os is imported. A look is ``v:NAME`` (a variable), ``f:PATH`` (a
file, there or not), ``home``, ``cwd``, ``trees`` (the git work trees around the current folder) or ``typed``
(the file after ``--config``), and its fact a text that changes with it.
"""

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from platformdirs.api import PlatformDirsABC


class Surroundings:
    """What a process looks around in. ``typed``: the file after ``--config`` as it was typed, or nothing.
    ``facts``: of what was looked at, in that order.
    """

    def __init__(self, environ: "Mapping[str, str]", home: str, cwd: str, typed: str = "") -> None:
        self.environ = environ
        self.home = home
        self.cwd = cwd
        self.typed = typed and os.path.realpath(under(typed, home, cwd))
        self.facts = {"home": home, "typed": self.typed}

    def fact(self, look: str) -> str:
        """How it is now; a look of a newer gaugeway is never as it was."""
        kind, _, name = look.partition(":")
        if kind == "v":
            value = self.environ.get(name)
            return "-" if value is None else f"={value}"
        if kind == "f":
            return file_fact(name)
        if kind == "trees":
            return "\n".join(work_trees(self.cwd, self.home))
        return {"home": self.home, "cwd": self.cwd, "typed": self.typed}.get(kind, "?")

    def note(self, look: str) -> None:
        """Keep the fact as it is when it is first looked at."""
        if look not in self.facts:
            self.facts[look] = self.fact(look)


def file_fact(path: str) -> str:
    """Time, size and place of the file; ``-`` where there is none, or none to be seen."""
    try:
        seen = os.stat(path)
    except (OSError, ValueError):
        return "-"
    return f"{seen.st_mtime_ns}:{seen.st_ctime_ns}:{seen.st_size}:{seen.st_ino}"


def work_trees(cwd: str, home: str) -> list[str]:
    """The roots of the git work trees around ``cwd``, the innermost first; a tree whose root is the home
    folder or above it is the user's own and left out.
    """
    folder, own = os.path.realpath(cwd), os.path.join(os.path.realpath(home), "")
    roots = []
    while True:
        inside = own.startswith(os.path.join(folder, ""))
        if not inside and os.path.lexists(os.path.join(folder, ".git")):
            roots.append(folder)
        parent = os.path.dirname(folder)
        if parent == folder:
            return roots
        folder = parent


def under(text: str, home: str, folder: str) -> str:
    """``text`` as an absolute path: ``~`` is home, the rest is relative to ``folder``."""
    if text == "~" or text.startswith(("~/", "~\\")):
        return os.path.join(home, text[2:])
    return os.path.join(folder, text)


def home_of_process() -> str:
    """The user's home; ``/`` for a container's user without an entry and without HOME."""
    home = os.path.expanduser("~")
    return "/" if home.startswith("~") else home


def cwd_of_process(home: str) -> str:
    try:
        return os.getcwd()
    except OSError:  # the folder was deleted under the shell's feet
        return home


def state_dir(environ: "Mapping[str, str]", home: str, cwd: str, platform: str) -> str:
    """Where readings are kept."""
    if named := environ.get("GAUGEWAY_STATE_DIR"):
        return under(named, home, cwd)
    if platform in {"darwin", "win32"}:
        return str(system_folders(platform).user_state_path)
    base = environ.get("XDG_STATE_HOME", "")
    if not os.path.isabs(base):  # the specification has relative ones ignored
        base = os.path.join(home, ".local", "state")
    return os.path.join(base, "gaugeway")


def system_folders(platform: str) -> "PlatformDirsABC":
    """Where the system says that gaugeway's files go; it reads the process's own environment."""
    if platform == "darwin":
        from platformdirs.macos import MacOS

        return MacOS("gaugeway", appauthor=False)
    from platformdirs.windows import Windows

    return Windows("gaugeway", appauthor=False)
