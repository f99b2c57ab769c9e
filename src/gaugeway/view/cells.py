"""How much room text takes where every character has a fixed width. From the standard library alone."""

import unicodedata

_NONE = frozenset({"Mn", "Me", "Cf"})


def cells(text: str) -> int:
    """The cells of a line: wide characters take two, combining ones none."""
    return len(text) if text.isascii() else sum(map(_width, text))


def cut(text: str, width: int) -> str:
    """``text`` in at most ``width`` cells, its end replaced by ``…`` where it is longer."""
    if cells(text) <= width:
        return text
    room, kept = width - 1, 0
    for index, char in enumerate(text):
        kept += _width(char)
        if kept > room:
            return f"{text[:index].rstrip()}…"
    raise AssertionError  # it was longer than the room


def wrapped(text: str, width: int) -> list[str]:
    """The words of ``text`` in lines of at most ``width`` cells; a longer word has one of its own."""
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".lstrip()
        if lines[-1] and cells(longer) > width:
            lines.append(word)
        else:
            lines[-1] = longer
    return [line for line in lines if line]


def sides(left: str, right: str, width: int) -> str:
    """``left``, cut where it must be, and ``right`` at the other end of ``width`` cells."""
    left = cut(left, max(width - cells(right) - 2, 1))
    return f"{left}{' ' * max(width - cells(left) - cells(right), 2)}{right}"


def _width(char: str) -> int:
    if unicodedata.category(char) in _NONE:
        return 0
    return 2 if unicodedata.east_asian_width(char) in {"W", "F"} else 1
