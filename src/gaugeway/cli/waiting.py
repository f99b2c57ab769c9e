"""What a terminal shows while gateways are being asked: the answers so far, and who is waited for."""

from collections.abc import Callable, Mapping, Sequence

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.spinner import Spinner
from rich.text import Text

from gaugeway.collector import State
from gaugeway.sources.gateway import Gateway

_NAMED = 3  # gateways waited for by name; the others are counted


def waiting(
    console: Console,
    gateways: Sequence[Gateway],
    states: Mapping[str, State],
    preview: Callable[[Sequence[State]], RenderableType] | None,
) -> Live:
    """Draws itself anew several times a second until the ``with`` block ends, and leaves nothing behind.

    ``states`` fills up meanwhile, by gateway id.
    """
    spinner = Spinner("line" if console.options.ascii_only else "dots", style="cyan")

    def draw() -> RenderableType:
        known = dict(states)  # a thread of its own draws
        left = [gateway.label or gateway.id for gateway in gateways if gateway.id not in known]
        names = ", ".join(left[:_NAMED]) + (f" and {len(left) - _NAMED} more" if len(left) > _NAMED else "")
        spinner.update(text=Text(f"asking {names}", "dim", no_wrap=True, overflow="ellipsis"))
        answered = [known[gateway.id] for gateway in gateways if gateway.id in known]
        if preview is None or not answered:
            return spinner
        blocks = preview(answered)
        return Group(blocks, Text(), spinner) if left else blocks

    return Live(console=console, get_renderable=draw, transient=True, refresh_per_second=12)
