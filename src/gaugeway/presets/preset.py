"""What every preset provides. Provisional until 1.0."""

from datetime import date, datetime
from typing import Any, Protocol

import msgspec

from gaugeway.readings import Answer
from gaugeway.transport import Ask
from gaugeway.transport.asking import Probe


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """What the user configured of a gateway, as far as a preset may know it.

    ``quota_path``: the gateway's own, else the preset's ``default_path``; empty for fixed paths.
    ``meters``: the ``[[meters]]`` tables of the ``custom`` preset, as parsed. ``host``: the gateway's host
    name, for services whose currency depends on it; empty where it is not known.
    """

    quota_path: str = ""
    host: str = ""
    meters: tuple[dict[str, Any], ...] = ()


class Preset(Protocol):
    """A module (or object) that knows one gateway product.

    ``source`` and ``verified``: where the wire format was read, and when. ``default_path``: what
    ``quota_path`` replaces; None for fixed paths. ``auth``: ``bearer``, ``raw`` or ``header:NAME``.
    ``min_refresh``: seconds between reads that the product demands. ``hosts``: host names that need no
    detection. ``probes``: keyless GETs that recognise the product. What a preset leaves out is as it is here.
    """

    name: str
    title: str
    source: str
    verified: date
    default_path: str | None = None
    auth: str = "bearer"
    min_refresh: int = 0
    hosts: tuple[str, ...] = ()
    probes: tuple[Probe, ...] = ()

    async def read(self, ask: Ask, options: Options, now: datetime) -> Answer:
        """Ask, and make an Answer of what comes. Raises ReadError (``unexpected_shape`` for an answer that
        is not this product's); any other exception becomes ``preset_error``.
        """
        ...
