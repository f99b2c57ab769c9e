"""What `gaugeway line` is told. An argument parser of its own: any other costs more than the line."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

HOSTS = ("tmux", "starship", "claude-code", "waybar", "i3blocks", "xbar", "zsh", "plain")

HELP = """\
Usage: gaugeway line [OPTIONS]

  Print one line for a bar or a prompt: what is left, the gateway that stops you first
  in front.

  Answers from the store at once. What is due is read by a process in the background,
  for the next time. Always exits with 0, and always prints something.

Options:
  --for HOST      What shows the line: tmux, starship, claude-code, waybar, i3blocks,
                  xbar (also SwiftBar and Argos), zsh, or plain text (the default).
  --gateway ID    Only this gateway; may be given several times.
  --width N       As many gateways as fit into N columns; 0: all. Each host has its
                  default.
  --format TEXT   What to say of each gateway; fields in braces, {{ is a brace. Default:
                  '{label} {value} {outlook} {status}'.
  --install HOST  Print what to put into the host's configuration, and where; on a
                  terminal offer to do it. The other options go into what it runs.
  --write         With --install: do it, keeping a copy of what was there.
  -h, --help      Show this message and exit.

Fields:
  {label} {id}    The gateway's name; its id.
  {value}         What is left, in the fewest words: a percentage, else an amount.
  {percent}       75%, over by 20%, unlimited.
  {left}          75% left.
  {amount}        12.35 of 50 USD.
  {short}         The amount in little room: 1.2M of 5M tokens.
  {bar}           A bar of eight cells.
  {name}          The limit that is shown: Team budget.
  {window}        How long its window is: weekly, 30-day.
  {reset}         When it resets: in 3 d 4 h.
  {forecast}      Whether it will last: lasts until reset (92%).
  {outlook}       The forecast, where it is a bad one: runs out Thu 15:00.
  {level}         ok, low, critical, exhausted, unlimited, unknown.
  {age}           When it was read: 2 min ago.
  {status}        What is wrong, if something is: (unauthorized, 2 h ago).

  A field that is empty takes a space before it away.
"""


class Arguments:
    """``width`` None: the host's default. ``wrong``: what could not be understood, if something."""

    def __init__(self) -> None:
        self.host = "plain"
        self.gateways: list[str] = []
        self.width: int | None = None
        self.format: str | None = None
        self.install: str | None = None
        self.write = False
        self.help = False
        self.wrong = ""


def parse(words: "Sequence[str]") -> Arguments:
    """Nothing is refused: what is wrong is told in the line itself."""
    found = Arguments()
    rest = list(words)
    while rest:
        name, given, value = rest.pop(0).partition("=")
        if name in {"-h", "--help"}:
            found.help = True
        elif name == "--write":
            found.write = True
        elif name in _TAKERS:
            if not given:
                if not rest:
                    found.wrong = found.wrong or f"{name} needs a value"
                    break
                value = rest.pop(0)
            _TAKERS[name](found, value)
        else:
            found.wrong = found.wrong or f"unknown option {name}"
    return found


def _host(found: Arguments, value: str) -> None:
    found.host = _known(found, value)


def _install(found: Arguments, value: str) -> None:
    found.install = _known(found, value)


def _known(found: Arguments, value: str) -> str:
    if value in HOSTS:
        return value
    found.wrong = found.wrong or f"no host {value}, but {', '.join(HOSTS)}"
    return "plain"


def _width(found: Arguments, value: str) -> None:
    if value.isascii() and value.isdecimal() and len(value) < 7:
        found.width = int(value)
    else:
        found.wrong = found.wrong or f"--width {value} is no number of columns"


def _gateway(found: Arguments, value: str) -> None:
    found.gateways.append(value)


def _format(found: Arguments, value: str) -> None:
    found.format = value


_TAKERS = {
    "--for": _host,
    "--install": _install,
    "--width": _width,
    "--format": _format,
    "--gateway": _gateway,
}
