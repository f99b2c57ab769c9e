"""What a line says of each gateway, and how many of them fit."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from gaugeway.lines.gauge import Gauge

FORMAT = "{label} {value} {outlook} {status}"
SEPARATOR = " · "

# What may stand in braces. Those of the limit that is shown are empty where there is none.
_OF_GAUGE = frozenset(("label", "id", "value", "outlook", "level", "age", "status"))
_OF_METER = {
    **{name: name for name in ("percent", "left", "amount", "short", "bar", "name", "reset", "forecast")},
    "window": "window_text",
}
_EMPTY = "\0"  # stands where a field is empty: no argument of a command can have it


class Piece:
    """A gateway's text, still without any host's escaping, and how it looks: its level, or ``error``."""

    def __init__(self, text: str, style: str = "unknown", *, stale: bool = False) -> None:
        self.text = text
        self.style = style
        self.stale = stale


class _Fields:
    """For `str.format_map`."""

    def __init__(self, gauge: "Gauge") -> None:
        self._gauge = gauge

    def __getitem__(self, name: str) -> str:
        if name in _OF_GAUGE:
            text: str = getattr(self._gauge, name)
        else:
            text = getattr(self._gauge.meter, _OF_METER[name], "")
        return text or _EMPTY


def piece(gauge: "Gauge", template: str) -> Piece:
    """Raises KeyError for a field that is not known, ValueError for a brace without its counterpart."""
    text = template.format_map(_Fields(gauge)).replace(f" {_EMPTY}", "").replace(_EMPTY, "")
    return Piece(text.strip(), gauge.style, stale=gauge.stale)


def fitting(pieces: "Sequence[Piece]", width: int) -> list[Piece]:
    """As many as fit into ``width`` columns, all for 0, and ``+2`` for those that do not; the first is cut
    rather than left out.
    """
    if not width or not pieces:
        return list(pieces)
    for count in range(len(pieces), 0, -1):
        left = len(pieces) - count
        shown = [*pieces[:count], *([Piece(f"+{left}")] if left else [])]
        if _cells(SEPARATOR.join([one.text for one in shown])) <= width:
            return shown
    from gaugeway.view.cells import cut

    first = pieces[0]
    return [Piece(cut(first.text, width), first.style, stale=first.stale)]


def _cells(text: str) -> int:
    if text.replace("·", "").isascii():  # as good as always, and unicodedata need not be loaded
        return len(text)
    from gaugeway.view.cells import cells

    return cells(text)
