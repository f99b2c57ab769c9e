"""Will it last? A forecast of a counter from its own past. Pure functions; no numbers but the readings'."""

from gaugeway.forecast.outlook import forecast
from gaugeway.readings.forecast import Forecast

__all__ = ["Forecast", "forecast"]
