"""Where this process may look: environment variables, home, current folder, and the folders they give."""

import os
import sys
from collections.abc import Iterator, Mapping
from errno import EFBIG
from pathlib import Path
from typing import Self

import msgspec

from gaugeway.sources import looks as around
from gaugeway.sources.looks import Surroundings

APP = "gaugeway"
MAX_FILE = 1024 * 1024  # bytes; what is larger is no configuration, and would take long to find out


class Place(msgspec.Struct, frozen=True):
    """A file or folder to read. ``variable``: the environment variable that named it, if one did; such a
    place is trusted only outside the current work tree (see `trust`). ``looks``: where reading it is noted.
    """

    path: Path
    variable: str | None = None
    looks: Surroundings | None = None

    def __truediv__(self, name: str) -> "Place":
        return Place(self.path / name, self.variable, self.looks)

    @property
    def name(self) -> str:
        """The path for messages: bytes that are not UTF-8 can't be printed."""
        return str(self.path).encode("utf-8", "replace").decode()

    def read(self) -> bytes | None:
        """The file's bytes; None where there is none. Raises OSError, also for more than 1 MiB."""
        if self.looks is not None:  # before it is read: a change meanwhile must not go unnoticed
            self.looks.note(f"f:{self.path}")
        try:
            with self.path.open("rb") as file:
                data = file.read(MAX_FILE + 1)
        except (FileNotFoundError, NotADirectoryError):
            return None
        if len(data) > MAX_FILE:
            raise OSError(EFBIG, "it is larger than 1 MiB")
        return data


class _Watched(Mapping[str, str]):
    """Variables that are noted when they are asked for; to list them is no look at any."""

    def __init__(self, environ: Mapping[str, str], looks: Surroundings) -> None:
        self._environ = environ
        self._looks = looks

    def __getitem__(self, name: str) -> str:
        self._looks.note(f"v:{name}")
        return self._environ[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._environ)

    def __len__(self) -> int:
        return len(self._environ)


class Environment(msgspec.Struct, frozen=True, kw_only=True):
    """What a process knows of its surroundings. ``platform`` as in ``sys.platform``. ``looks``: where every
    file and variable that is looked at is noted; None where nobody wants to know.
    """

    environ: Mapping[str, str]
    home: Path
    cwd: Path
    platform: str = "linux"
    looks: Surroundings | None = None

    @classmethod
    def of_process(cls) -> Self:
        home = around.home_of_process()
        cwd = Path(around.cwd_of_process(home))
        return cls(environ=os.environ, home=Path(home), cwd=cwd, platform=sys.platform)

    def watched(self, typed: Path | None) -> "Environment":
        """The same with ``looks``. ``typed``: the file after ``--config``."""
        looks = Surroundings(self.environ, str(self.home), str(self.cwd), str(typed or ""))
        return msgspec.structs.replace(self, environ=_Watched(self.environ, looks), looks=looks)

    def note(self, look: str) -> None:
        """Something is looked at beside variables and places (see `looks`)."""
        if self.looks is not None:
            self.looks.note(look)

    def place(self, path: Path, variable: str | None = None) -> Place:
        return Place(path, variable, self.looks)

    def path(self, text: str, folder: Path | None = None) -> Path:
        """``text`` as an absolute path: ``~`` is home, the rest is relative to ``folder`` (default: cwd)."""
        path = around.under(text, str(self.home), str(folder or self.cwd))
        if folder is None and path != around.under(text, str(self.home), ""):
            self.note("cwd")
        return Path(path)

    def named(self, variable: str) -> Place | None:
        """The place an environment variable names; None where it is unset or empty."""
        text = self.environ.get(variable)
        return self.place(self.path(text), variable) if text else None

    def config_files(self) -> Iterator[Place]:
        """Where the user's own config.toml may be, the strongest first, whether it exists or not. The last
        one is no variable's word.
        """
        if named := self.named("GAUGEWAY_CONFIG"):
            yield named
        yield self._own_folder() / "config.toml"
        yield self.place(self.home / ".config" / APP / "config.toml")

    def state_dir(self) -> Path:
        """Where readings are kept. No key, URL, path or command is ever taken from there."""
        return Path(around.state_dir(self.environ, str(self.home), str(self.cwd), self.platform))

    def opencode_config_dirs(self) -> Iterator[Place]:
        """OpenCode's user-level config folders, the weakest first."""
        # OpenCode itself reads the Linux-style folder on every platform, so that one has the last word.
        yield from self._opencode_native()
        yield self.xdg("XDG_CONFIG_HOME", ".config") / "opencode"

    def opencode_auth_files(self) -> Iterator[Place]:
        """Where OpenCode keeps credentials; the first that has an entry counts."""
        yield self.xdg("XDG_DATA_HOME", ".local/share") / "opencode" / "auth.json"
        for folder in self._opencode_native():
            yield folder / "auth.json"

    def _opencode_native(self) -> Iterator[Place]:
        if self.platform == "darwin":
            yield self.place(self.home / "Library" / "Application Support" / "opencode")
        elif self.platform == "win32":
            for variable in ("LOCALAPPDATA", "APPDATA"):
                if folder := self.named(variable):
                    yield folder / "opencode"

    def _own_folder(self) -> Place:
        if self.platform not in {"darwin", "win32"}:
            return self.xdg("XDG_CONFIG_HOME", ".config") / APP
        path = around.system_folders(self.platform).user_config_path
        return self.place(path, "XDG_CONFIG_HOME" if self.environ.get("XDG_CONFIG_HOME") else None)

    def xdg(self, variable: str, default: str) -> Place:
        """The folder that an XDG variable names, else ``default`` in the home folder."""
        path, usual = Path(self.environ.get(variable, "")), self.home / default
        if not path.is_absolute() or path == usual:  # the specification has relative ones ignored
            return self.place(usual)
        return self.place(path, variable)
