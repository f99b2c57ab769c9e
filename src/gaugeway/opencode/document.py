"""What the plugins inside OpenCode place on the screen: the JSON contract ``gaugeway.opencode/1`` as types.

Every text is ready to be shown: the plugins choose colours and places, and format nothing.
"""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

SCHEMA: Literal["gaugeway.opencode/1"] = "gaugeway.opencode/1"

Tone = Literal["ok", "low", "critical", "exhausted", "unlimited", "unknown", "stale", "error", "dim"]
_TONE = Meta(description="Picks the colour. `dim` is muted text. Within version 1 others may be added.")
Variant = Literal["info", "success", "warning", "error"]


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One line of text, at most as wide as its place."""

    text: str
    level: Annotated[Tone, _TONE]
    strong: bool = False


class GatewayPanel(msgspec.Struct, frozen=True, kw_only=True):
    """One gateway's part of the sidebar: ``brief`` where the section is collapsed, else ``lines``."""

    id: str
    brief: Line
    lines: tuple[Line, ...]


class Sidebar(msgspec.Struct, frozen=True, kw_only=True):
    title: str
    gateways: tuple[GatewayPanel, ...]


class Dialog(msgspec.Struct, frozen=True, kw_only=True):
    """Several lines of plain text under a title, each line within ``--width``."""

    title: str
    text: str


class ToastView(msgspec.Struct, frozen=True, kw_only=True):
    title: str
    message: str
    variant: Variant
    duration_ms: int


class PluginSettings(msgspec.Struct, frozen=True, kw_only=True):
    """How the plugins behave. ``timeout_ms``: after that much time a run of gaugeway is given up.
    ``timer_ms``: between two runs while nothing happens. ``late_ms``: from a session's going idle to the
    second look at it. ``tool``: whether the model gets the tool. ``width``: cells of a line of the sidebar.
    """

    timeout_ms: int
    timer_ms: int
    late_ms: int
    tool: bool
    width: int


class View(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that ``gaugeway opencode view --json`` prints. Within version 1 fields are only added.

    ``prompt`` and ``home`` are null where there is nothing to say, ``status`` unless the event is
    ``command``, ``toast`` nearly always. ``seen`` is handed back with ``--seen`` the next time.
    """

    schema: Literal["gaugeway.opencode/1"]
    enabled: bool
    settings: PluginSettings
    level: Annotated[Tone, _TONE]
    prompt: Line | None
    home: Line | None
    sidebar: Sidebar
    quota: Dialog
    status: Dialog | None
    toast: ToastView | None
    seen: str
