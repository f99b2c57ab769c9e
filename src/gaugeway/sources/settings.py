"""What the readers of configuration files hand on: settings that know where they stand."""

import typing
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any, Self, TypeVar

import msgspec

from gaugeway.amounts import clean
from gaugeway.amounts.numbers import MAX_EXPONENT
from gaugeway.errors import SetupError
from gaugeway.sources.gateway import Definition, Trust, shown_id
from gaugeway.sources.jsonc import KeyPath

T = TypeVar("T")


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """Something that ``status`` tells about a configured place. ``fatal``: a config file that does not parse
    (exit code 2); everything else is still read.
    """

    file: str
    line: int | None = None
    field: str = ""
    message: str
    fatal: bool = False

    def __str__(self) -> str:
        """``FILE:LINE: field message``, where there are such."""
        line = "" if self.line is None else f":{self.line}"
        return f"{self.file}{line}: {f'{self.field} {self.message}'.lstrip()}"


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
        """The value; raises SettingError where it is not text, or not there."""
        if not isinstance(self.value, str):
            raise SettingError(self, "is missing" if self.value is None else "is not text")
        return self.value

    def object(self) -> dict[str, Any]:
        """The value, empty for null; raises SettingError where it is something else than an object."""
        if self.value is not None and not isinstance(self.value, dict):
            raise SettingError(self, "is not an object")
        return self.value or {}

    def at(self, *names: str) -> "Setting":
        """What stands below: null where nothing does. Raises as `object` does, also on the way."""
        found = self
        for name in names:
            value = found.object().get(name)
            found = value if isinstance(value, Setting) else Setting(value, found.layer, (*found.path, name))
        return found

    def convert(self, kind: type[T]) -> T:
        """The value as that type. Raises SettingError, which for an unknown key names the nearest known."""
        known = getattr(kind, "__struct_fields__", ())
        try:
            made = msgspec.convert(self.value, kind)
        except msgspec.ValidationError as error:
            if known and not isinstance(self.value, dict):
                raise SettingError(self, "is not a table") from None
            for key in [key for key in self.value if key not in known] if known else ():
                hint = "an id with a dot needs quotes" if isinstance(self.value[key], dict) else None
                raise SettingError(self.at(key), unknown(known, key), hint) from None
            # "Expected `int`, got `str` - at `$.refresh`": types and bounds; a value is cut off
            what, _, below = str(error).partition(" - at `$")
            below = below.rstrip("`")
            if what.startswith("Invalid enum value"):
                said = typing.get_type_hints(kind)[below[1:]] if known else kind
                raise SettingError(
                    self, f"is no word it knows: {', '.join(_words(said))}", below=below
                ) from None
            what = what.partition(" '")[0]
            raise SettingError(self, f"is wrong: {what}", below=below) from None
        for name in self.value if known else ():
            number = getattr(made, name)
            if isinstance(number, Decimal) and not (
                number.is_finite() and abs(number.adjusted()) <= MAX_EXPONENT
            ):
                raise SettingError(self.at(name), "is not a number of plausible size")
        return made

    def items(self) -> "Iterator[Setting]":
        """The items of a list, or of null."""
        for index, value in enumerate(self.value or ()):
            yield Setting(value, self.layer, (*self.path, index))

    def problem(self, message: str, below: str = "") -> Problem:
        return Problem(file=self.layer.file, line=self.line, field=self.field + below, message=message)


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """What one place says of one gateway: settings by the names of ``GatewayTable``, or what is wrong."""

    id: str
    definition: Definition
    fields: dict[str, Setting]
    error: SetupError | None = None

    @classmethod
    def of(cls, name: str, place: Setting, read: Callable[[Setting], dict[str, Setting]]) -> Self:
        """What stands at ``place``; what ``read`` raises is its error."""
        fields: dict[str, Setting] = {}
        error = None
        try:
            fields = read(place)
        except SetupError as wrong:
            error = wrong
        definition = Definition(file=place.layer.file, line=place.line, trust=place.layer.trust)
        return cls(id=shown_id(name), definition=definition, fields=fields, error=error)


class SettingError(SetupError):
    """What is wrong with a setting, or with what stands ``below`` in it (``.refresh``); ``problem`` says the
    same to ``status``. No value is quoted.
    """

    def __init__(
        self, setting: Setting, what: str, hint: str | None = None, *, below: str = "", code: str = ""
    ) -> None:
        super().__init__(code or "invalid_config", f"{setting}{below} {what}", hint)
        self.problem = setting.problem(what, below)


def _words(kind: Any) -> Iterator[str]:
    """The words that a type takes."""
    for part in typing.get_args(kind):
        if isinstance(part, str):
            yield part
        else:
            yield from _words(part)


@contextmanager
def collecting(problems: list[Problem]) -> Iterator[None]:
    """What is wrong with a setting in here costs what is done in here, and becomes a problem."""
    try:
        yield
    except SettingError as error:
        problems.append(error.problem)


def unknown(known: Iterable[str], word: str) -> str:
    """What is wrong with a key that is none of the known ones, with the nearest of these."""
    from difflib import get_close_matches

    (nearest,) = get_close_matches(word, known, n=1, cutoff=0)
    return f"is not known; the nearest known key is {nearest}"
