"""When to tell the user: pure decisions over readings, levels, forecasts, ages and a key's end."""

from gaugeway.alerts.decide import decide
from gaugeway.alerts.facts import SCHEMA, Facts
from gaugeway.alerts.observation import Observation

__all__ = ["SCHEMA", "Facts", "Observation", "decide"]
