"""Dotted paths into a JSON document: ``data.usage[0].total``, ``windows[name=daily].used``, ``"a.b".c``."""

import re
from collections.abc import Iterator
from itertools import islice
from typing import Any

from gaugeway.amounts.numbers import plain
from gaugeway.errors import ReadError

MAX_PATH = 500  # characters
MAX_LISTED = 1000  # paths of one document

_STEP = re.compile(
    r"""(?:(?<=.)\.|^)(?:"(?P<quoted>[^"]+)"|(?P<name>[^."\[\]=]+))
    |\[(?P<index>[0-9]{1,6})\]
    |\[(?P<field>[^."\[\]=]+)=(?P<value>[^"\[\]=]*)\]""",
    re.VERBOSE | re.DOTALL,
)
_BARE = re.compile(r'[^."\[\]=]+')


class Path:
    """One path. ``str()`` of it is how it was written.

    ``[0]`` takes from a list by position, ``[name=daily]`` the first object whose field is that text, number,
    true or false. A name with a dot stands in double quotes. Raises ValueError for anything else.
    """

    __slots__ = ("_steps", "_text")

    def __init__(self, text: str) -> None:
        self._text = text
        self._steps: list[tuple[str, str | int | tuple[str, str]]] = []
        position = 0
        while position < len(text) or not self._steps:
            match = _STEP.match(text, position) if len(text) <= MAX_PATH else None
            if match is None:
                raise ValueError(f"{text[:80]!r} is not a path like data.usage[0].total")
            if match["index"] is not None:
                self._steps.append((match[0], int(match["index"])))
            elif match["field"] is not None:
                self._steps.append((match[0], (match["field"], match["value"])))
            else:
                self._steps.append((match[0], match["quoted"] or match["name"]))
            position = match.end()

    def __str__(self) -> str:
        return self._text

    def find(self, document: Any) -> Any:
        """What stands at the path; None where a part of it is missing or null.

        Raises ReadError ``unexpected_shape`` where the path wants an object or a list and finds another type.
        """
        found, seen = document, ""
        for written, step in self._steps:
            if found is None:
                return None
            if isinstance(step, str):
                if not isinstance(found, dict):
                    raise ReadError("unexpected_shape", f"{seen or 'the answer'} is not an object")
                found = found.get(step)
            elif not isinstance(found, list):
                raise ReadError("unexpected_shape", f"{seen or 'the answer'} is not a list")
            elif isinstance(step, int):
                found = found[step] if step < len(found) else None
            else:
                field, value = step
                items = (item for item in found if isinstance(item, dict))
                found = next((item for item in items if _written(item.get(field)) == value), None)
            seen += written
        return found


def paths(document: Any) -> list[tuple[str, Any]]:
    """Every path of a document that can be written down and leads to a single value, with that value; at most
    1000 of them.
    """
    return list(islice(_leaves(document, ""), MAX_LISTED))


def _leaves(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for name, item in value.items():
            if name and '"' not in name and name.isprintable():  # no path leads to the others
                step = name if _BARE.fullmatch(name) else f'"{name}"'
                yield from _leaves(item, f"{path}.{step}" if path else step)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _leaves(item, f"{path}[{index}]")
    elif path and len(path) <= MAX_PATH:
        yield path, value


def _written(value: Any) -> str | None:
    """A value as a path would name it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str) or value is None:
        return value
    return None if isinstance(value, list | dict) else plain(value)
