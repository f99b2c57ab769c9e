"""What is expected of a meter until its reset, and beyond. Estimates: the only amounts that are floats."""

import msgspec

Quantiles = tuple[float | None, float | None, float | None]
"""The 10, 50 and 90 % quantiles; None for one that lies beyond what can be foreseen."""


class Forecast(msgspec.Struct, frozen=True, kw_only=True):
    """``p_runout``: the probability, 0 to 1, that the limit is reached before the reset; None without a limit
    or a reset. ``runs_out_at``: when it is reached, in unix seconds, were there no reset; None where nothing
    can be said. ``used_at_reset``: in the meter's unit; None without a reset. ``pace``: what was used so far,
    compared with an even spend of the limit over the window: 2 is twice as fast; None where unknown.
    ``made_at``: unix seconds; set where it is kept.
    """

    p_runout: float | None = None
    runs_out_at: Quantiles | None = None
    used_at_reset: tuple[float, float, float] | None = None
    pace: float | None = None
    made_at: float | None = None
