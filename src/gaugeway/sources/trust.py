"""How far a configured place is trusted.

Keys, URLs, paths and commands come from the user alone. A file that an environment variable names may as
well be named by a repository (through its .envrc, say), so inside the current git work tree such a file gives
display settings only. A tree whose root is the home folder or above it is the user's own.
"""

import os
from contextlib import suppress
from pathlib import Path

from gaugeway.errors import SetupError
from gaugeway.sources.environment import Environment, Place
from gaugeway.sources.gateway import Trust
from gaugeway.sources.looks import work_trees

_MOST_LINKS = 40


class WorkTrees:
    """The git work trees around the current folder: nested ones count too, a submodule's parent for one."""

    def __init__(self, env: Environment) -> None:
        self._env = env
        self._cwd = Path(os.path.realpath(env.cwd))
        self._roots = [Path(root) for root in work_trees(str(env.cwd), str(env.home))]

    def folders(self) -> list[Path]:
        """The folders of the project, from the outermost work tree's root down to the current one."""
        inside = [self._cwd, *self._cwd.parents]
        outermost = inside.index(self._roots[-1]) if self._roots else 0
        return inside[outermost::-1]

    def trust(self, place: Place) -> Trust:
        """``display-only`` for a place that a variable names inside a work tree, else ``trusted``."""
        if place.variable is None:
            return "trusted"
        self._env.note("trees")
        if not self._roots:
            return "trusted"
        inside = any(
            _same(parent, root)
            for path in _stations(place.path)
            for parent in (path, *path.parents)
            for root in self._roots
        )
        return "display-only" if inside else "trusted"

    def check(self, place: Place) -> None:
        """Raises SetupError ``invalid_config`` for a place that is not trusted with what would be written."""
        if self.trust(place) != "trusted":
            raise SetupError(
                "invalid_config",
                f"{place.name} is inside the current git work tree, and {place.variable} names it",
                f"unset {place.variable}, or run this from another folder",
            )


def find_program(name: str, env: Environment) -> str | None:
    """The path of a program that is to be run; None where there is none. Entries of PATH that are relative or
    inside the current git work tree are left out: what runs would be a repository's choice.
    """
    import shutil

    if os.path.dirname(name):  # noqa: PTH120  (Path drops a leading "./")
        return name
    trees = WorkTrees(env)
    folders = [
        entry
        for entry in env.environ.get("PATH", os.defpath).split(os.pathsep)
        if Path(entry).is_absolute() and trees.trust(Place(Path(entry), "PATH")) == "trusted"
    ]
    return shutil.which(name, path=os.pathsep.join(folders))


def _stations(path: Path) -> list[Path]:
    """The path as written, and every place its links lead through: a link in the tree is the tree's word."""
    stations = [Path(os.path.abspath(path))]  # noqa: PTH100  (resolves `..` without following links)
    for _ in range(_MOST_LINKS):
        path = Path(os.path.realpath(path.parent)) / path.name
        stations.append(path)
        try:
            path = path.parent / path.readlink()
        except OSError:  # no link
            break
    return stations


def _same(path: Path, root: Path) -> bool:
    """Also where the file system ignores case, and through bind mounts."""
    with suppress(OSError):
        return path == root or path.samefile(root)
    return False
