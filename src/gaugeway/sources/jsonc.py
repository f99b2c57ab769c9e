"""JSON with comments and trailing commas, as OpenCode's files are written; knows where each value stands.

Beyond JSON only ``//`` and ``/* */`` comments and one trailing comma per object or array. Of two equal keys
the later one counts.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, TypeAlias

import msgspec

from gaugeway.errors import SetupError

KeyPath: TypeAlias = tuple[str | int, ...]
"""Object keys and list indexes from the root: ``("provider", "x", "models", 0)``."""

MAX_DEPTH = 100

# The scanner works on latin-1 text: one character per byte, so every offset is a byte offset.
# The quantifiers are possessive, so that no text makes them try again.
_SKIP = re.compile(r"(?:[ \t\r\n]++|//[^\r\n]*+|/\*.*?\*/)*+", re.DOTALL)
_STRING = re.compile(r'"[^"\\\x00-\x1f]*+(?:\\.[^"\\\x00-\x1f]*+)*+"')
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*+)(\.[0-9]++)?([eE][+-]?[0-9]++)?")
_WORD = re.compile(r"true|false|null")
_WORDS = {"true": True, "false": False, "null": None}


class JsoncError(SetupError):
    """A file that is not JSONC; ``line`` and ``column`` count from 1."""

    def __init__(self, file: str, line: int, column: int, what: str) -> None:
        super().__init__("invalid_config", f"{file}:{line}:{column}: {what}")
        self.line = line
        self.column = column
        self.what = what


class Document:
    """A file's values (``value``; numbers are int or Decimal), and the bytes each stands in.

    ``spans``: the path of every value, the root ``()`` included, to its half-open byte range in ``data``.
    """

    __slots__ = ("_newlines", "data", "spans", "value")

    def __init__(self, data: bytes, value: Any, spans: dict[KeyPath, tuple[int, int]]) -> None:
        self.data = data
        self.value = value
        self.spans = spans
        self._newlines: list[int] | None = None

    def line(self, path: KeyPath) -> int:
        """The line, from 1, on which the value at ``path`` begins. Raises KeyError where there is none."""
        if self._newlines is None:
            self._newlines = [match.start() for match in re.finditer(b"\n", self.data)]
        return bisect_left(self._newlines, self.spans[path][0]) + 1


def read(data: bytes, file: str = "text") -> Document:
    """Values and spans of a JSONC text in UTF-8 (a byte order mark is skipped).

    Raises JsoncError naming ``file``, line and column.
    """
    reader = _Reader(data, file)
    value = reader.value(3 if data.startswith(b"\xef\xbb\xbf") else 0, (), 0)
    if (rest := reader.skip(reader.end)) < len(data):
        raise reader.wrong(rest, "there is text after the end")
    spans = reader.spans
    if reader.replaced:  # once, at the end: many equal keys cost no more than others
        spans = {path: spans[path] for path in _paths(value, ())}
    return Document(data, value, spans)


def _paths(value: Any, path: KeyPath) -> Iterator[KeyPath]:
    yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for part, item in items:
        yield from _paths(item, (*path, part))


class _Reader:
    """One pass from left to right. ``end``: the offset after what was read last. ``replaced``: an object or
    list gave way to a later equal key, so there may be spans of what is not there.
    """

    def __init__(self, data: bytes, file: str) -> None:
        self.file = file
        self.data = data
        self.text = data.decode("latin-1")
        self.spans: dict[KeyPath, tuple[int, int]] = {}
        self.end = 0
        self.replaced = False

    def skip(self, at: int) -> int:
        match = _SKIP.match(self.text, at)
        assert match is not None
        return match.end()

    def wrong(self, at: int, what: str) -> JsoncError:
        """An error at a byte offset. Its words never quote the file: a key may stand there."""
        if self.text.startswith("/*", at):
            what = "a comment is not closed"
        before = self.data[:at]
        line_start = before.rfind(b"\n") + 1
        column = len(before[line_start:].decode("utf-8", "replace")) + 1
        return JsoncError(self.file, before.count(b"\n") + 1, column, what)

    def value(self, at: int, path: KeyPath, depth: int) -> Any:
        start = self.skip(at)
        char = self.text[start : start + 1]
        value: Any
        if char == '"':
            value = self.string(start)
        elif char in {"{", "["} and depth == MAX_DEPTH:
            raise self.wrong(start, f"nested deeper than {MAX_DEPTH} levels")
        elif char == "{":
            value = self.object(start + 1, path, depth + 1)
        elif char == "[":
            value = self.array(start + 1, path, depth + 1)
        elif match := _WORD.match(self.text, start):
            value, self.end = _WORDS[match[0]], match.end()
        else:
            value = self.number(start)
        self.spans[path] = (start, self.end)
        return value

    def string(self, start: int) -> str:
        match = _STRING.match(self.text, start)
        if match is None:
            raise self.wrong(start, "a text is not closed on its line, or has a control character")
        self.end = match.end()
        token = match[0]
        if "\\" not in token and token.isascii():
            return token[1:-1]
        try:
            return msgspec.json.decode(token.encode("latin-1"), type=str)
        except (msgspec.DecodeError, UnicodeDecodeError):
            raise self.wrong(start, "a text has a wrong escape or is not UTF-8") from None

    def number(self, start: int) -> int | Decimal:
        match = _NUMBER.match(self.text, start)
        if match is None:
            raise self.wrong(start, "expected a value")
        self.end = match.end()
        try:
            return Decimal(match[0]) if match[1] or match[2] else int(match[0])
        except (ValueError, ArithmeticError):  # thousands of digits
            raise self.wrong(start, "a number is too large") from None

    def object(self, at: int, path: KeyPath, depth: int) -> dict[str, Any]:
        result: dict[str, Any] = {}
        at = self.skip(at)
        while self.text[at : at + 1] != "}":
            if self.text[at : at + 1] != '"':
                raise self.wrong(at, 'expected a key in quotes or "}"')
            key = self.string(at)
            colon = self.skip(self.end)
            if self.text[colon : colon + 1] != ":":
                raise self.wrong(colon, 'expected ":"')
            self.replaced |= isinstance(result.get(key), dict | list)
            result[key] = self.value(colon + 1, (*path, key), depth)
            at = self.after_item("}")
        self.end = at + 1
        return result

    def array(self, at: int, path: KeyPath, depth: int) -> list[Any]:
        result: list[Any] = []
        at = self.skip(at)
        while self.text[at : at + 1] != "]":
            result.append(self.value(at, (*path, len(result)), depth))
            at = self.after_item("]")
        self.end = at + 1
        return result

    def after_item(self, closing: str) -> int:
        """Where the next item or the closing bracket stands, past at most one comma."""
        at = self.skip(self.end)
        if self.text[at : at + 1] == ",":
            return self.skip(at + 1)
        if self.text[at : at + 1] != closing:
            raise self.wrong(at, f'expected "," or "{closing}"')
        return at
