"""JSON with comments and trailing commas, as OpenCode's files are written; knows where each value stands.

What is beyond JSON is blanked, byte for byte, and the rest left to msgspec: ``//`` and ``/* */`` comments,
and one trailing comma per object or array. Of two equal keys the later one counts.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator
from decimal import Decimal
from functools import cached_property, reduce
from itertools import count
from typing import Any, TypeAlias

import msgspec

from gaugeway.errors import SetupError

KeyPath: TypeAlias = tuple[str | int, ...]
"""Object keys and list indexes from the root: ``("provider", "x", "models", 0)``."""

MAX_DEPTH = 100
GAP = rb"(?:[ \t\r\n]++|//[^\r\n]*+|/\*.*?\*/)*+"
"""Blank space and comments. The quantifiers are possessive, so that no text makes them try again."""

_STRING = rb'"(?:[^"\\\r\n]++|\\.)*+"'
# A comma that follows no value is left to be refused.
_KEPT = rb"%b|[\[{,:]%b," % (_STRING, GAP)
_EXTRA = re.compile(rb"(%b)|//[^\r\n]*+|/\*.*?\*/|,(?=%b[}\]])" % (_KEPT, GAP), re.DOTALL)
_TOKEN = re.compile(rb"%b|[][{}]|[^][{},:\s]++" % _STRING)

_decoder = msgspec.json.Decoder(float_hook=Decimal)


class ParseError(SetupError):
    """A file that is not of its language; ``what`` is wrong on ``line``, which counts from 1."""

    def __init__(self, file: str, line: int, what: str) -> None:
        super().__init__("invalid_config", f"{file}:{line}: {what}")
        self.line = line
        self.what = what


class Node(msgspec.Struct, frozen=True):
    """The bytes from ``start`` to ``end`` that a value stands in. It ``begins`` at its key, in an object;
    ``inner``: what stands in it, in that order.
    """

    begin: int
    start: int
    end: int
    inner: "dict[str | int, Node]"


class Document(msgspec.Struct, frozen=True, dict=True):
    """A file's values (``value``; numbers are int or Decimal), and where in ``data`` each stands."""

    data: bytes
    value: Any
    root: Node

    def node(self, path: KeyPath) -> Node:
        """Of what is not there, the one it would stand in."""
        return reduce(lambda node, part: node.inner.get(part, node), path, self.root)

    def line(self, path: KeyPath) -> int:
        """The line, from 1, on which the value at ``path`` begins."""
        return bisect_left(self._newlines, self.node(path).start) + 1

    @cached_property
    def _newlines(self) -> list[int]:
        return [match.start() for match in re.finditer(b"\n", self.data)]


def read(data: bytes, file: str = "text") -> Document:
    """Values and places of a JSONC text in UTF-8 (a byte order mark is skipped).

    Raises ParseError naming ``file`` and line; its words never quote the file: a key may stand there.
    """
    text = b"   " + data[3:] if data.startswith(b"\xef\xbb\xbf") else data
    text = _EXTRA.sub(lambda match: match[1] or b" " * len(match[0]), text)
    try:
        value = _decoder.decode(text.decode())
        tokens = _TOKEN.finditer(text)
        return Document(data, value, _node(tokens, next(tokens), 0))
    except UnicodeDecodeError as error:
        what, at = "is not UTF-8", error.start
    except msgspec.DecodeError as error:
        # "JSON is malformed: expected ':' (byte 5)"; where no byte is named it is the end
        what, _, position = str(error).partition(" (byte ")
        what, at = f"is not JSON: {what.removeprefix('JSON is malformed: ')}", int(position[:-1] or len(data))
    except (ArithmeticError, RecursionError):
        what, at = "is not JSON: a number is too large, or it is nested too deep", 0
    raise ParseError(file, data.count(b"\n", 0, at) + 1, what)


def _node(tokens: Iterator[re.Match[bytes]], token: re.Match[bytes], begin: int, depth: int = 0) -> Node:
    """The value that begins with ``token``, in a text that is known to be right."""
    if depth > MAX_DEPTH:
        raise RecursionError
    inner: dict[str | int, Node] = {}
    end = token
    for index in count() if token[0] in {b"{", b"["} else ():
        end = next(tokens)
        if end[0] in {b"}", b"]"}:
            break
        if token[0] == b"[":
            inner[index] = _node(tokens, end, end.start(), depth + 1)
        else:
            key = _decoder.decode(end[0])
            inner.pop(key, None)  # an equal key that came before
            inner[key] = _node(tokens, next(tokens), end.start(), depth + 1)
    return Node(begin, token.start(), end.end(), inner)
