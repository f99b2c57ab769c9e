"""What a gateway said at one moment: meters, their levels, and which one will stop the user first."""

from gaugeway.readings.binding import Verdict, judge
from gaugeway.readings.forecast import Forecast
from gaugeway.readings.level import DEFAULT_THRESHOLDS, Level, Thresholds, as_of, level_of
from gaugeway.readings.meter import SCOPES, Entry, Kind, Meter, Scope, Window
from gaugeway.readings.reading import Answer, KeyFacts, Reading

__all__ = [
    "DEFAULT_THRESHOLDS",
    "SCOPES",
    "Answer",
    "Entry",
    "Forecast",
    "KeyFacts",
    "Kind",
    "Level",
    "Meter",
    "Reading",
    "Scope",
    "Thresholds",
    "Verdict",
    "Window",
    "as_of",
    "judge",
    "level_of",
]
