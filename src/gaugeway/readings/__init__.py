"""What a gateway said at one moment: meters, their levels, and which one will stop the user first.

Names are loaded on first use: a status line imports `gaugeway.readings.judging` and must not pay for types.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gaugeway.readings.binding import Verdict, judge
    from gaugeway.readings.forecast import Forecast
    from gaugeway.readings.judging import SCOPES
    from gaugeway.readings.level import DEFAULT_THRESHOLDS, Level, Thresholds, as_of, level_of
    from gaugeway.readings.meter import Entry, Kind, Meter, Scope, Window
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

_HOME = {
    "Verdict": "binding",
    "judge": "binding",
    "Forecast": "forecast",
    "SCOPES": "judging",
    "Entry": "meter",
    "Kind": "meter",
    "Meter": "meter",
    "Scope": "meter",
    "Window": "meter",
    "Answer": "reading",
    "KeyFacts": "reading",
    "Reading": "reading",
}


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module 'gaugeway.readings' has no attribute {name!r}")
    from importlib import import_module

    value = getattr(import_module(f"gaugeway.readings.{_HOME.get(name, 'level')}"), name)
    globals()[name] = value
    return value
