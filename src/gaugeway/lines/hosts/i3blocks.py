"""i3blocks with ``format=json``. Urgency is a member there, so that the exit code can stay 0; ``markup`` says
that the text is none, whatever the bar's default is. Version 1.4 decodes no escapes and drops a bare
``true``, so there are neither.
"""

from gaugeway.lines.hosts import json_text, plain

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gaugeway.lines.line import Line

WIDTH = 60

_COLOURS = {"low": "#e0af00", "critical": "#ff5555", "exhausted": "#ff5555", "error": "#ff5555"}


def render(line: "Line") -> str:
    first = line.pieces[:1]
    members = {
        "full_text": _literal(plain.render(line)),
        "short_text": _literal(plain.clean(first[0].text)) if first else "",
        "markup": "none",
    }
    colour = "#999999" if first and first[0].stale else _COLOURS.get(line.level)
    if colour is not None:
        members["color"] = colour
    if line.level == "exhausted":
        members["urgent"] = "true"
    return json_text.document(members)


def _literal(text: str) -> str:
    return text.replace('"', "”").replace("\\", "＼")  # noqa: RUF001  (that is what they are for)
