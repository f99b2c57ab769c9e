"""Edits of JSONC that touch one item and nothing else: no comment, no space, no other byte changes.

Bytes to bytes. What was added is laid out like its neighbours; taking it out again gives back the same bytes.
"""

import re
from copy import deepcopy
from functools import reduce
from operator import getitem, itemgetter
from typing import Any

import msgspec

from gaugeway.errors import SetupError
from gaugeway.sources import jsonc
from gaugeway.sources.jsonc import GAP, Document, KeyPath

_GAP = re.compile(GAP, re.DOTALL)
_SAME_LINE = re.compile(rb"(?:[ \t]++|/\*[^\r\n]*?\*/)*+(?://[^\r\n]*+)?")
_INDENT = re.compile(rb"(?:^|[\r\n])([ \t]+)\S")
_STEPS = re.compile(rb"\n( *)")
_KEY = re.compile(rb'"(?:[^"\\]++|\\.)*+"', re.DOTALL)

Edit = tuple[int, int, bytes]
"""Half-open range of bytes, and what takes its place."""


def with_item(document: Document, path: KeyPath, item: Any, file: str) -> bytes:
    """The text with ``item`` at the end of the list at ``path``.

    Raises SetupError ``invalid_config`` naming ``file`` where there is no list, or where the edit would
    change other values.
    """
    wanted = deepcopy(document.value)
    container: Any = reduce(getitem, path, wanted)
    if not isinstance(container, list):
        raise SetupError("invalid_config", f"{file}: {'.'.join(map(str, path))} is not a list")
    text = msgspec.json.encode(item)
    container.append(jsonc.read(text).value)
    return _made(document, _added(document, path, text), wanted, file)


def with_member(document: Document, path: KeyPath, key: str, value: Any, file: str) -> bytes:
    """The text with a new ``key`` at the end of the object at ``path``. Raises as :func:`with_item` does,
    also where the key is there already.
    """
    wanted = deepcopy(document.value)
    container: Any = reduce(getitem, path, wanted)
    if not isinstance(container, dict) or key in container:
        raise SetupError("invalid_config", f"{file}: no object takes {key} there, or it is there already")
    text = msgspec.json.encode(value)
    container[key] = jsonc.read(text).value
    return _made(document, _added(document, path, msgspec.json.encode(key) + b": " + text), wanted, file)


def without(document: Document, path: KeyPath, file: str) -> bytes:
    """The text without the item or member at ``path``, and without its comma. Raises as :func:`with_item`."""
    wanted = deepcopy(document.value)
    del reduce(getitem, path[:-1], wanted)[path[-1]]
    try:
        return _made(document, _removed(document, path, tidy=True), wanted, file)
    except SetupError:  # the line's end belongs to a comment: leave the item's room empty
        return _made(document, _removed(document, path, tidy=False), wanted, file)


def _added(document: Document, path: KeyPath, text: bytes) -> list[Edit]:
    data, node = document.data, document.node(path)
    start, end = node.start + 1, node.end - 1  # what is between the brackets
    siblings = list(node.inner.values())
    if not siblings:
        if b"\n" in data[start:end]:
            text = _line(data, text, _indent(data, end) + _unit(data))
        return [(start, start, text)]
    begin, last = siblings[-1].begin, siblings[-1].end
    before = siblings[-2].end if len(siblings) > 1 else start
    comma = _gap(data, last)
    trailing = data[comma : comma + 1] == b","
    at = comma + 1 if trailing else last
    if b"\n" in data[before:begin] or b"\n" in data[last:end]:
        match = _SAME_LINE.match(data, at, end)
        assert match is not None
        at, text = match.end(), _line(data, text, _indent(data, begin))
    else:
        text = b" " + text
    return [(at, at, text + b",")] if trailing else [(last, last, b","), (at, at, text)]


def _line(data: bytes, text: bytes, indent: bytes) -> bytes:
    """An item or member on a line of its own; an object is laid out over several."""
    newline = b"\r\n" if b"\r\n" in data else b"\n"
    if text.endswith(b"}"):
        key = _KEY.match(text)
        start = 0 if key is None else key.end() + len(b": ")
        value = b"\n" + msgspec.json.format(text[start:], indent=1)
        value = _STEPS.sub(lambda steps: newline + indent + _unit(data) * len(steps[1]), value)
        text = text[:start] + value.removeprefix(newline + indent)
    return newline + indent + text


def _removed(document: Document, path: KeyPath, *, tidy: bool) -> list[Edit]:
    """``tidy``: with the beginning of its line, so that no empty line stays."""
    data, inner = document.data, document.node(path[:-1]).inner
    node, index = inner[path[-1]], list(inner).index(path[-1])
    before = data[: node.begin]
    if tidy:
        before = before.rstrip(b" \t").removesuffix(b"\n").removesuffix(b"\r")
    edits = [(len(before), node.end, b"")]
    comma = _gap(data, node.end)
    if data[comma : comma + 1] != b"," and index > 0:
        comma = _gap(data, list(inner.values())[index - 1].end)
    if data[comma : comma + 1] == b",":
        edits.append((comma, comma + 1, b""))
    return edits


def _made(document: Document, edits: list[Edit], wanted: Any, file: str) -> bytes:
    pieces, at = [], 0
    for start, end, text in sorted(edits, key=itemgetter(0)):  # of two at one place the first stays first
        pieces += [document.data[at:start], text]
        at = end
    data = b"".join([*pieces, document.data[at:]])
    try:
        if jsonc.read(data, file).value == wanted:
            return data
    except jsonc.ParseError:
        pass
    raise SetupError("invalid_config", f"{file} can't be edited without changing something else in it")


def _gap(data: bytes, at: int) -> int:
    """The end of blank space and comments."""
    match = _GAP.match(data, at)
    assert match is not None
    return match.end()


def _indent(data: bytes, at: int) -> bytes:
    """The blank space that the line of ``at`` begins with."""
    line = data[:at].rpartition(b"\n")[2]
    return line[: len(line) - len(line.lstrip(b" \t"))]


def _unit(data: bytes) -> bytes:
    """One step of indentation, as the file has it."""
    match = _INDENT.search(data)
    return match[1] if match else b"  "
