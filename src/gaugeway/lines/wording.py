"""What a line says of each gateway, and how many of them fit."""

from gaugeway.view import words

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from gaugeway.lines.gauge import Gauge, Meter

FORMAT = "{label} {value} {outlook} {status}"
SEPARATOR = " · "
BAR = 8  # cells


class Piece:
    """A gateway's text, still without any host's escaping, and how it looks: its level, or ``error``."""

    def __init__(self, text: str, style: str = "unknown", *, stale: bool = False) -> None:
        self.text = text
        self.style = style
        self.stale = stale


def piece(gauge: "Gauge", template: str) -> Piece:
    """Raises KeyError for a field that is not known, ValueError for a brace without its counterpart."""
    return Piece(_filled(template, gauge), gauge.style, stale=gauge.stale)


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
    first = pieces[0]
    return [Piece(_cut(first.text, width), first.style, stale=first.stale)]


def _cells(text: str) -> int:
    if text.replace("·", "").isascii():  # as good as always, and unicodedata need not be loaded
        return len(text)
    from gaugeway.view.cells import cells

    return cells(text)


def _cut(text: str, width: int) -> str:
    from gaugeway.view.cells import cut

    return cut(text, width)


def _filled(template: str, gauge: "Gauge") -> str:
    said, rest = "", template
    while rest:
        before, brace, rest = _to_brace(rest)
        said += before
        if brace == "{" and not rest.startswith("{"):
            name, closed, rest = rest.partition("}")
            if not closed:
                raise ValueError("a { without its }")
            text = _FIELDS[name](gauge)
            if not text:
                said = said.removesuffix(" ")
            said += text
        elif brace:
            if not rest.startswith(brace):
                raise ValueError("a } without its {")
            said, rest = said + brace, rest[1:]
    return said.strip()


def _to_brace(text: str) -> tuple[str, str, str]:
    """The text before the first brace, that brace, and what follows."""
    at = min((at for at in (text.find("{"), text.find("}")) if at >= 0), default=len(text))
    return text[:at], text[at : at + 1], text[at + 1 :]


def _bar(gauge: "Gauge") -> str:
    fraction = None if gauge.meter is None else gauge.meter.fraction
    return "" if fraction is None else "".join(words.bar(fraction, BAR))


def _of_meter(say: "Callable[[Meter], str]") -> "Callable[[Gauge], str]":
    return lambda gauge: "" if gauge.meter is None else say(gauge.meter)


_FIELDS: "dict[str, Callable[[Gauge], str]]" = {
    "label": lambda gauge: gauge.label,
    "id": lambda gauge: gauge.id,
    "value": lambda gauge: gauge.value,
    "percent": _of_meter(lambda meter: meter.percent),
    "left": _of_meter(lambda meter: meter.left),
    "amount": _of_meter(lambda meter: meter.amount(short=False)),
    "short": _of_meter(lambda meter: meter.amount(short=True)),
    "bar": _bar,
    "name": _of_meter(lambda meter: meter.name),
    "window": _of_meter(lambda meter: meter.window_text),
    "reset": lambda gauge: "" if gauge.meter is None else gauge.meter.reset(gauge.now),
    "forecast": lambda gauge: "" if gauge.meter is None else gauge.meter.forecast(gauge.now),
    "outlook": lambda gauge: gauge.outlook,
    "level": lambda gauge: gauge.level,
    "age": lambda gauge: gauge.age,
    "status": lambda gauge: gauge.status,
}
