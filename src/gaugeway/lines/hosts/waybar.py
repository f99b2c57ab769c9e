"""waybar's custom module with ``return-type: json``: text and tooltip are Pango markup, CSS classes are the
level and ``stale``, ``percentage`` is what is left of the first.
"""

from gaugeway.lines.hosts import json_text, plain
from gaugeway.lines.hosts.details import details

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from gaugeway.lines.line import Line

WIDTH = 60


def render(line: "Line") -> str:
    gauges = line.known.gauges
    percent = _percent(line)
    members: dict[str, str | Sequence[str] | int] = {
        "text": pango(plain.render(line)),
        "alt": line.level,
        "tooltip": "\n".join([pango(plain.clean(row)) for row in details(gauges)])
        or pango(plain.render(line)),
        "class": [line.level, *(["stale"] if line.pieces and line.pieces[0].stale else [])],
    }
    if percent is not None:
        members["percentage"] = percent
    return json_text.document(members)


def pango(text: str) -> str:
    """As text inside of Pango markup."""
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return text.replace('"', "&quot;").replace("'", "&#39;")


def _percent(line: "Line") -> int | None:
    gauges = line.known.gauges
    fraction = gauges[0].meter.fraction if gauges and gauges[0].meter is not None else None
    return None if fraction is None else int(min(max(fraction, 0), 1) * 100 + 0.5)
