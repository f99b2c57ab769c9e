"""What is known of one gateway, now that it was asked or its stored reading was looked at."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

import msgspec

from gaugeway.errors import GaugewayError
from gaugeway.readings import Forecast, Reading, Verdict
from gaugeway.sources.gateway import Gateway


class Attempt(msgspec.Struct, frozen=True, kw_only=True):
    """When a gateway was last asked (UTC), and what came of it: ``ok``, or the error's code."""

    at: datetime
    outcome: str


class State(msgspec.Struct, frozen=True, kw_only=True):
    """``reading``: the last good one, if there is one. ``error``: why there is none, or none newer.
    ``verdict``: what was made of the reading as it stands here, where that has been done already.

    ``next_read_at``: when the gateway is due again (UTC); None where this process can't ask it.
    ``last_attempt``: None where nothing is stored. ``forecasts``: by the meter's id, where one was made.
    """

    gateway: Gateway
    reading: Reading | None = None
    verdict: Verdict | None = None
    error: GaugewayError | None = None
    next_read_at: datetime | None = None
    last_attempt: Attempt | None = None
    forecasts: Mapping[str, Forecast] = {}


Watch = Callable[[Sequence[State]], None]
"""What looks at the gateways that were asked, after their readings were kept; it never raises."""
