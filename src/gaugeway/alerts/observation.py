"""What one attempt to read a gateway showed."""

from collections.abc import Mapping

import msgspec

from gaugeway.errors import ReadError
from gaugeway.readings import Forecast, Reading
from gaugeway.sources.gateway import Gateway


class Observation(msgspec.Struct, frozen=True, kw_only=True):
    """``at``: when, in unix seconds. ``reading``: None where the attempt failed, as ``error`` says.
    ``observed_at``: of the last good reading (unix seconds), None where there never was one. ``forecasts``:
    by meter id, as far as they are known. ``subjects``: by scope, a keyed hash of whose meters these are.
    """

    gateway: Gateway
    at: float
    reading: Reading | None = None
    error: ReadError | None = None
    observed_at: float | None = None
    forecasts: Mapping[str, Forecast] = {}
    subjects: Mapping[str, str] = {}
