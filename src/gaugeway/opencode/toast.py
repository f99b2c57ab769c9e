"""When a toast is worth it. A pure decision over what is shown now and what was seen before.

What was seen lives in the plugin's memory, as text that is handed back with the next run; nothing is written.
"""

from collections.abc import Mapping, Sequence
from typing import Literal

import msgspec

from gaugeway.opencode.document import ToastView, Variant
from gaugeway.readings import Level
from gaugeway.sources.quota_toast import QuotaToast
from gaugeway.view.snapshot import GatewayView

Event = Literal["start", "idle", "late", "timer", "question", "compact", "command"]

# From good to bad. Unknown says nothing, so it neither comes nor goes.
_RANK: Mapping[str, int] = {"unlimited": 0, "ok": 0, "low": 1, "critical": 2, "exhausted": 3}
_TITLES = ("Quota is back", "Quota is low", "Quota is nearly used up", "Quota is used up")
_VARIANTS: tuple[Variant, ...] = ("success", "warning", "error", "error")
_ASKABLE: tuple[Event, ...] = ("idle", "question", "compact")  # the user may want one after these
_SILENT = frozenset({"start", "command"})  # nothing to compare with; the user is looking already


class _Gateway(msgspec.Struct, frozen=True, omit_defaults=True):
    """The level that was last known, and when (unix seconds) a toast told each level."""

    level: Level
    told: dict[Level, int] = {}


class Seen(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the user has been shown: ``at`` is the unix second of the last toast, 0 for none."""

    at: int = 0
    gateways: dict[str, _Gateway] = {}

    @classmethod
    def of(cls, text: str) -> "Seen":
        """What :attr:`text` wrote; nothing where it is empty or was not ours."""
        try:
            return msgspec.json.decode(text or "{}", type=cls)
        except (msgspec.DecodeError, UnicodeError):
            return cls()

    @property
    def text(self) -> str:
        return msgspec.json.encode(self).decode()


def decide(
    event: Event,
    settings: QuotaToast,
    views: Sequence[GatewayView],
    news: Mapping[str, str],
    *,
    seen: Seen,
    now: int,
) -> tuple[ToastView | None, Seen]:
    """The toast that ``event`` is worth, if any, and what has been seen after it.

    ``views``: the gateways that may be told of. ``news``: one line of each, by id. ``now``: unix seconds.
    A level that changed is told at once, but the same level of the same gateway only once in
    ``minIntervalMs``: a quota that swings around a threshold is no news each time. Without news there is a
    toast only where the user asked for one after such events, and as seldom.
    """
    interval = settings.min_interval_ms / 1000
    asked_for = [one for one in _ASKABLE if getattr(settings, f"show_on_{one}")]
    gateways = dict(seen.gateways)
    told: list[GatewayView] = []
    for view in views:
        if view.status != "ok" or view.level not in _RANK:
            continue
        before = gateways.get(view.id)
        said = {} if before is None else before.told
        if (
            before is not None
            and event not in _SILENT
            and settings.enable_toast
            and _RANK[before.level] != _RANK[view.level]
            and now - said.get(view.level, -interval) >= interval
        ):
            told.append(view)
            said = said | {view.level: now}
        gateways[view.id] = _Gateway(level=view.level, told=said)
    seen = Seen(at=seen.at, gateways=gateways)
    if told:
        worst = max(_RANK[view.level] for view in told)
        title, variant = _TITLES[worst], _VARIANTS[worst]
    elif settings.enable_toast and event in asked_for and now - seen.at >= interval:
        told, title, variant = list(views), "Quota", "info"
    if not told:
        return None, seen
    message = "\n".join(news[view.id] for view in told)
    toast = ToastView(title=title, message=message, variant=variant, duration_ms=settings.toast_duration_ms)
    return toast, msgspec.structs.replace(seen, at=now)
