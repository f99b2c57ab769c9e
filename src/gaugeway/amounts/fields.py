"""A JSON object read field by field: absent is not zero, a wrong type is an error that names the path."""

from collections.abc import Iterator
from datetime import UTC, datetime, tzinfo
from decimal import Decimal
from typing import Any, Self

from gaugeway.amounts.numbers import number
from gaugeway.amounts.text import clean
from gaugeway.amounts.times import Format, instant
from gaugeway.amounts.windows import window_of
from gaugeway.errors import ReadError

_AMOUNTS = {"limit": "limit", "used": "used", "remaining": "remaining"}


class Fields:
    """One object of an answer and the path that led there.

    Each getter returns None for a missing or null field and raises ReadError ``unexpected_shape``, naming
    the path, for a field of another type. ``notes`` is shared by all objects reached from one answer.
    """

    __slots__ = ("_object", "notes", "path")

    def __init__(self, value: Any, path: str = "", notes: list[str] | None = None) -> None:
        if not isinstance(value, dict):
            raise ReadError("unexpected_shape", f"{path or 'the answer'} is not an object")
        self._object: dict[str, Any] = value
        self.path = path
        self.notes: list[str] = [] if notes is None else notes

    def at(self, name: str) -> str:
        """The path of field ``name``, for messages."""
        return f"{self.path}.{name}" if self.path else name

    def __contains__(self, name: str) -> bool:
        return self._object.get(name) is not None

    def names(self) -> tuple[str, ...]:
        """The names of all fields, null ones too."""
        return tuple(self._object)

    def raw(self, name: str) -> Any:
        """The undigested value; None where it is missing."""
        return self._object.get(name)

    def number(self, name: str, *, symbols: bool = False) -> Decimal | None:
        return number(self._object.get(name), self.at(name), symbols=symbols)

    def amounts(self, **names: str) -> dict[str, Any]:
        """Those numbers that are there, each under its own word: ``amounts(limit="max_budget")``; without
        names ``limit``, ``used`` and ``remaining``.
        """
        found = {}
        for word, name in (names or _AMOUNTS).items():
            if (value := self._object.get(name)) is not None:
                found[word] = number(value, self.at(name))
        return found

    def instant(
        self, name: str, *, form: Format = "iso", now: datetime | None = None, naive: tzinfo = UTC
    ) -> datetime | None:
        return instant(
            self._object.get(name), self.at(name), form=form, now=now, naive=naive, notes=self.notes
        )

    def window(self, name: str) -> str | None:
        """The canonical window; None also for an empty text."""
        try:
            return window_of(self.word(name) or None)
        except ValueError:
            raise ReadError("unexpected_shape", f"{self.at(name)} is not a duration") from None

    def text(self, name: str) -> str | None:
        """The text, cleaned for display; None also where nothing readable is left."""
        return clean(self.word(name) or "") or None

    def word(self, name: str) -> str | None:
        """The text as it came: for comparing and for asking on, never for display."""
        value = self._object.get(name)
        if value is None or isinstance(value, str):
            return value
        raise ReadError("unexpected_shape", f"{self.at(name)} is not text")

    def flag(self, name: str) -> bool | None:
        value = self._object.get(name)
        if value is None or isinstance(value, bool):
            return value
        raise ReadError("unexpected_shape", f"{self.at(name)} is not true or false")

    def object(self, name: str) -> Self | None:
        value = self._object.get(name)
        return None if value is None else type(self)(value, self.at(name), self.notes)

    def need(self, name: str) -> Self:
        """The object at ``name``, without which the answer is not of this product."""
        found = self.object(name)
        if found is None:
            raise ReadError("unexpected_shape", f"{self.at(name)} is missing")
        return found

    def objects(self, name: str) -> Iterator[Self]:
        """Each object of the list at ``name``; none where it is missing or null."""
        value = self._object.get(name)
        if value is None:
            return
        if not isinstance(value, list):
            raise ReadError("unexpected_shape", f"{self.at(name)} is not a list")
        for index, item in enumerate(value):
            yield type(self)(item, f"{self.at(name)}[{index}]", self.notes)
