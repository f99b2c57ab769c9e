"""What the readers of configuration files hand on: settings that know where they stand."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from gaugeway.amounts import clean
from gaugeway.errors import SetupError
from gaugeway.sources.gateway import Definition, Trust
from gaugeway.sources.jsonc import KeyPath

T = TypeVar("T", bound=msgspec.Struct)


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """Something that ``status`` tells about a configured place. ``fatal``: a config file that does not parse
    (exit code 2); everything else is still read.
    """

    file: str
    line: int | None = None
    field: str = ""
    message: str
    fatal: bool = False


class Layer(msgspec.Struct, frozen=True, kw_only=True):
    """One text that was read. ``file``: its path, or the name of the variable that held it. ``folder``: what
    relative paths start from. ``own``: it is gaugeway's own config, where more kinds of templates are known.
    """

    file: str
    folder: Path
    value: dict[str, Any] = {}
    line_of: Callable[[KeyPath], int | None] = lambda _: None
    trust: Trust = "trusted"
    own: bool = False


class Setting(msgspec.Struct, frozen=True):
    """One configured value, and the place it stands in. Where layers were merged, an object's values are
    Settings themselves.
    """

    value: Any
    layer: Layer
    path: KeyPath

    @property
    def line(self) -> int | None:
        return self.layer.line_of(self.path)

    @property
    def field(self) -> str:
        """``a.b[0]`` for the path ``("a", "b", 0)``."""
        names = (f"[{part}]" if isinstance(part, int) else f".{part}" for part in self.path)
        return clean("".join(names)[1:], 1000)

    def __str__(self) -> str:
        """``FILE:LINE: field``, the beginning of every message about this setting; never its value."""
        line = "" if self.line is None else f":{self.line}"
        return f"{self.layer.file}{line}: {self.field}"

    __repr__ = __str__

    def text(self) -> str:
        """The value; raises SetupError ``invalid_config`` where it is not text."""
        if not isinstance(self.value, str):
            raise SetupError("invalid_config", f"{self} is not text")
        return self.value

    def at(self, *names: str) -> "Setting | None":
        """What stands below; None where nothing (or null) does. A value on the way that is no object is
        returned itself: it stands where an object is needed.
        """
        found = self
        for name in names:
            if not isinstance(found.value, dict):
                break
            value = found.value.get(name)
            found = value if isinstance(value, Setting) else Setting(value, found.layer, (*found.path, name))
            if found.value is None:
                return None
        return found

    def items(self) -> "Iterator[Setting]":
        """The items of a list."""
        for index, value in enumerate(self.value):
            yield Setting(value, self.layer, (*self.path, index))

    def definition(self) -> Definition:
        return Definition(file=self.layer.file, line=self.line, trust=self.layer.trust)

    def problem(self, message: str, below: str = "") -> Problem:
        return Problem(file=self.layer.file, line=self.line, field=self.field + below, message=message)


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """What one place says of one gateway: settings by the names of ``GatewayTable``, or what is wrong."""

    id: str
    definition: Definition
    fields: dict[str, Setting]
    error: SetupError | None = None


class Invalid(Exception):  # noqa: N818  (it never leaves the readers of configuration)
    """A table that is not of its type. ``below``: where in it (``.refresh``); ``what`` is wrong there, never
    quoting the value.
    """

    def __init__(self, below: str, what: str, hint: str | None = None) -> None:
        super().__init__(what)
        self.below = below
        self.what = what
        self.hint = hint


def converted(value: Any, kind: type[T]) -> T:
    """A table as its type. Raises Invalid, which for an unknown key names the nearest known."""
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        if not isinstance(value, dict):
            raise Invalid("", "is not a table") from None
        known = kind.__struct_fields__
        for key, inner in value.items():
            if key not in known:
                hint = "an id with a dot needs quotes" if isinstance(inner, dict) else None
                near = nearest(key, known, cutoff=0)
                raise Invalid(
                    f".{clean(key)}", f"is not known; the nearest known key is {near}", hint
                ) from None
        # "Expected `int`, got `str` - at `$.refresh`": names types and bounds, never the value
        what, _, at = str(error).partition(" - at `$")
        raise Invalid(at.rstrip("`"), what) from None


def nearest(word: str, known: Iterable[str], *, cutoff: float = 0.6) -> str | None:
    """The known word that is most like it; None where none is like it."""
    from difflib import get_close_matches

    return next(iter(get_close_matches(word, known, n=1, cutoff=cutoff)), None)
