"""i3blocks with ``format=json``. Urgency is a member there, so that the exit code can stay 0; ``markup`` says
that the text is none, whatever the bar's default is.
"""

from gaugeway.lines.hosts import json_text, plain

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gaugeway.lines.line import Line

WIDTH = 60

_COLOURS = {"low": "#e0af00", "critical": "#ff5555", "exhausted": "#ff5555", "error": "#ff5555"}


def render(line: "Line") -> str:
    first = line.pieces[:1]
    members: dict[str, str | bool] = {
        "full_text": plain.render(line),
        "short_text": plain.clean(first[0].text) if first else "",
        "markup": "none",
    }
    colour = "#999999" if first and first[0].stale else _COLOURS.get(line.level)
    if colour is not None:
        members["color"] = colour
    if line.level == "exhausted":
        members["urgent"] = True
    return json_text.document(members)
