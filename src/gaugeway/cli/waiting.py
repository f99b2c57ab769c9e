"""What a terminal shows while gateways are being asked: the answers so far, and who is waited for."""

from collections.abc import Callable, Mapping, Sequence
from typing import Self

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.spinner import Spinner
from rich.text import Text

from gaugeway.collector import State
from gaugeway.sources.gateway import Gateway

_NAMED = 3  # gateways waited for by name; the others are counted


class Waiting:
    """Draws itself anew several times a second until the ``with`` block ends, and leaves nothing behind.

    ``states`` fills up meanwhile, by gateway id.
    """

    def __init__(
        self,
        console: Console,
        gateways: Sequence[Gateway],
        states: Mapping[str, State],
        preview: Callable[[Sequence[State]], RenderableType] | None,
    ) -> None:
        self._gateways = gateways
        self._states = states
        self._preview = preview
        self._spinner = Spinner("line" if console.options.ascii_only else "dots", style="cyan")
        self._live = Live(console=console, get_renderable=self._draw, transient=True, refresh_per_second=12)

    def __enter__(self) -> Self:
        self._live.start(refresh=True)
        return self

    def __exit__(self, *_: object) -> None:
        self._live.stop()

    def _draw(self) -> RenderableType:
        states = dict(self._states)  # a thread of its own draws
        left = [gateway.label or gateway.id for gateway in self._gateways if gateway.id not in states]
        names = ", ".join(left[:_NAMED]) + (f" and {len(left) - _NAMED} more" if len(left) > _NAMED else "")
        self._spinner.update(text=Text(f"asking {names}", "dim", no_wrap=True, overflow="ellipsis"))
        answered = [states[gateway.id] for gateway in self._gateways if gateway.id in states]
        if self._preview is None or not answered:
            return self._spinner
        blocks = self._preview(answered)
        return Group(blocks, Text(), self._spinner) if left else blocks
