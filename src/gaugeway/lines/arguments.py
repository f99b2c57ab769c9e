"""What `gaugeway line` is told. An argument parser of its own: any other costs more than the line."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

# What shows a line, and its columns; 0: any.
HOSTS = {
    "tmux": 60,
    "starship": 40,
    "claude-code": 80,
    "waybar": 60,
    "i3blocks": 60,
    "xbar": 40,
    "zsh": 40,
    "plain": 0,
}

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
    """``width`` None: the host's default. ``wrong``: what could not be understood."""

    def __init__(self) -> None:
        self.host = "plain"
        self.gateways: list[str] = []
        self.width: int | None = None
        self.format: str | None = None
        self.install: str | None = None
        self.write = False
        self.help = False
        self.wrong: list[str] = []


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
        elif name not in {"--for", "--install", "--width", "--format", "--gateway"}:
            found.wrong.append(f"unknown option {name}")
        elif not given and not rest:
            found.wrong.append(f"{name} needs a value")
        else:
            _take(found, name, value if given else rest.pop(0))
    return found


def _take(found: Arguments, name: str, value: str) -> None:
    if name == "--gateway":
        found.gateways.append(value)
    elif name == "--format":
        found.format = value
    elif name == "--width":
        if value.isascii() and value.isdecimal() and len(value) < 7:
            found.width = int(value)
        else:
            found.wrong.append(f"--width {value} is no number of columns")
    elif value not in HOSTS:
        found.wrong.append(f"no host {value}, but {', '.join(HOSTS)}")
    elif name == "--for":
        found.host = value
    else:
        found.install = value
