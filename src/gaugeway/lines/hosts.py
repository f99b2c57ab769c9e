"""The programs that show a line: each one's protocol, its escaping, its colours.

Text reaches a host only through `clean` or an escape that is stricter: what a gateway calls itself is
nobody's markup.
"""

import os

from gaugeway.lines.wording import SEPARATOR

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from gaugeway.lines.gauge import Gauge, Meter
    from gaugeway.lines.wording import Piece

# What a shell evaluates inside of double quotes, and zsh's history: wide ones are shown instead.
INERT = {"$": "＄", "`": "｀", "\\": "＼", "!": "！"}  # noqa: RUF001  (that is what they are for)
_I3BLOCKS = {"low": "#e0af00", "critical": "#ff5555", "exhausted": "#ff5555", "stale": "#999999"}
_XBAR = {"low": "orange", "critical": "red", "exhausted": "red", "stale": "gray"}


def render(host: str, pieces: "Sequence[Piece]", gauges: "Sequence[Gauge]") -> str:
    """What the host is told. ``pieces``: one at least, of what fits. ``gauges``: all there is, for menus."""
    if host in _MENUS:
        return _MENUS[host](pieces, gauges)
    escape, template, styles = _TEXTS[host]
    texts = []
    for piece in pieces:
        text, style = escape(piece.text), styles.get(_look(piece))
        texts.append(text if style is None else template.format(style, text))
    return SEPARATOR.join(texts)


def _look(one: "Piece | Gauge") -> str:
    """A key of the styles: numbers that are old have one, and no answer looks like little left."""
    return "stale" if one.stale else "critical" if one.style == "error" else one.style


def clean(text: str) -> str:
    """One line, printable. What is stored is clean already; a template may hold anything."""
    if text.isprintable():
        return text
    return "".join([char if char.isprintable() else " " for char in text])


def inert(text: str) -> str:
    """Nothing that a shell would evaluate."""
    text = clean(text)
    for char, wide in INERT.items():
        text = text.replace(char, wide)
    return text


def pango(text: str) -> str:
    """As text inside of Pango markup."""
    text = clean(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return text.replace('"', "&quot;").replace("'", "&#39;")


# How text is escaped, how it is put into a style, and the styles.
_TEXTS: "dict[str, tuple[Callable[[str], str], str, Mapping[str, str]]]" = {
    "plain": (clean, "", {}),
    # starship escapes what a command prints since 1.20; before, the shell below evaluated it. Its colours are
    # starship's own.
    "starship": (inert, "", {}),
    # The JSON on its standard input is left there: it does not say which gateway a model comes from, and
    # waiting for it could take forever.
    "claude-code": (
        clean,
        "\x1b[{}m{}\x1b[0m",
        {"low": "33", "critical": "31", "exhausted": "1;31", "stale": "2"},
    ),
    # tmux expands formats in a command's output. ``%`` is not doubled: times are filled in before.
    "tmux": (
        lambda text: clean(text).replace("#", "##"),
        "#[{}]{}#[default]",
        {"low": "fg=yellow", "critical": "fg=red", "exhausted": "fg=red,bold", "stale": "dim"},
    ),
    # ``%`` is zsh's own escape. With PROMPT_SUBST a prompt is also a string that is evaluated, and with
    # PROMPT_BANG ``!`` is the history; an escape for those would show where they are off.
    "zsh": (
        lambda text: inert(text).replace("%", "%%"),
        "%F{{{}}}{}%f",
        {"low": "yellow", "critical": "red", "exhausted": "red", "stale": "8"},
    ),
}


def _waybar(pieces: "Sequence[Piece]", gauges: "Sequence[Gauge]") -> str:
    """A custom module with ``return-type: json``: text and tooltip are Pango markup, CSS classes are the
    level and ``stale``, ``percentage`` is what is left of the first.
    """
    first, text = pieces[0], pango(render("plain", pieces, gauges))
    members = {
        "text": _quoted(text),
        "alt": _quoted(first.style),
        "tooltip": _quoted("\n".join([pango(row) for row in _details(gauges)]) or text),
        "class": f'["{first.style}", "stale"]' if first.stale else f'["{first.style}"]',
    }
    fraction = gauges[0].meter.fraction if gauges and gauges[0].meter is not None else None
    if fraction is not None:
        members["percentage"] = str(int(min(max(fraction, 0), 1) * 100 + 0.5))
    return _json(members)


def _i3blocks(pieces: "Sequence[Piece]", gauges: "Sequence[Gauge]") -> str:
    """With ``format=json``. Urgency is a member there, so that the exit code can stay 0; ``markup`` says that
    the text is none, whatever the bar's default is. Version 1.4 decodes no escapes and drops a bare ``true``,
    so there are neither.
    """

    def literal(text: str) -> str:
        text = text.replace('"', "”").replace("\\", "＼")  # noqa: RUF001  (that is what they are for)
        return f'"{text}"'

    first = pieces[0]
    members = {
        "full_text": literal(render("plain", pieces, gauges)),
        "short_text": literal(clean(first.text)),
        "markup": '"none"',
    }
    if colour := _I3BLOCKS.get(_look(first)):
        members["color"] = f'"{colour}"'
    if first.style == "exhausted":
        members["urgent"] = '"true"'
    return _json(members)


def _xbar(pieces: "Sequence[Piece]", gauges: "Sequence[Gauge]") -> str:
    """xbar, SwiftBar and Argos: the bar's line, ``---``, the menu. Parameters follow a ``|``, so text has
    none; and each of the three turns some text into something else unless its parameters say not to.
    """
    verbatim = "ansi=false emojize=false"
    if "ARGOS_VERSION" in os.environ:
        verbatim += " unescape=false useMarkup=false"
    elif "SWIFTBAR" in os.environ:
        verbatim += " symbolize=false md=false"

    def row(text: str, look: str, more: str = "") -> str:
        text = clean(text).replace("|", "¦")
        if text.lstrip().startswith("-"):  # a separator, or a level of the menu
            text = text.replace("-", "\u2010", 1)
        colour = f" color={_XBAR[look]}" if look in _XBAR else ""
        return f"{text or ' '} | {verbatim}{more}{colour}"

    rows = [row(SEPARATOR.join([piece.text for piece in pieces]), _look(pieces[0])), "---"]
    for gauge in gauges:
        rows.append(row(f"{gauge.label}: {_header(gauge)}", _look(gauge)))
        rows += [row(f"  {_limit(meter, gauge)}", "", " trim=false") for meter in gauge.meters]
    return "\n".join([*rows, "Refresh | refresh=true"])


_MENUS = {"waybar": _waybar, "i3blocks": _i3blocks, "xbar": _xbar}


def _details(gauges: "Sequence[Gauge]") -> "Iterator[str]":
    """Everything that is known: a line for each gateway, and one for each of its limits, indented."""
    for gauge in gauges:
        yield f"{gauge.label} {_header(gauge)}".strip()
        for meter in gauge.meters:
            yield f"  {_limit(meter, gauge)}"


def _header(gauge: "Gauge") -> str:
    """The level and the age, or what is wrong."""
    return gauge.status or ", ".join(filter(None, (gauge.level, gauge.age)))


def _limit(meter: "Meter", gauge: "Gauge") -> str:
    """``Team budget weekly: 75% left, 12.35 of 50 USD, resets in 3 d 4 h``. Whether it lasts is said of what
    binds, and of what will run out first.
    """
    ahead = meter.forecast if meter is gauge.meter or meter.dire else ""
    name = f"{meter.name} {meter.window_text}".strip()
    facts = ", ".join(filter(None, (meter.left, meter.short, meter.resets, ahead)))
    return f"{name}: {facts}" if facts else name


def _json(members: "Mapping[str, str]") -> str:
    """An object of JSON texts. By hand: the module costs a prompt twice what all of the line does."""
    return "{" + ", ".join([f'"{name}": {value}' for name, value in members.items()]) + "}"


def _quoted(text: str) -> str:
    """A JSON string of printable text and line ends."""
    text = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{text}"'
