"""What a gateway said at one moment: meters, their levels, and which one will stop the user first.

Names are loaded on first use: a status line imports `gaugeway.readings.judging` and must not pay for types.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gaugeway.readings.binding import Verdict as Verdict
    from gaugeway.readings.binding import judge as judge
    from gaugeway.readings.forecast import Forecast as Forecast
    from gaugeway.readings.judging import SCOPES as SCOPES
    from gaugeway.readings.level import DEFAULT_THRESHOLDS as DEFAULT_THRESHOLDS
    from gaugeway.readings.level import Level as Level
    from gaugeway.readings.level import Thresholds as Thresholds
    from gaugeway.readings.level import as_of as as_of
    from gaugeway.readings.level import level_of as level_of
    from gaugeway.readings.meter import Entry as Entry
    from gaugeway.readings.meter import Kind as Kind
    from gaugeway.readings.meter import Meter as Meter
    from gaugeway.readings.meter import Scope as Scope
    from gaugeway.readings.meter import Window as Window
    from gaugeway.readings.reading import Answer as Answer
    from gaugeway.readings.reading import KeyFacts as KeyFacts
    from gaugeway.readings.reading import Reading as Reading

_NAMES = {
    "binding": ("Verdict", "judge"),
    "forecast": ("Forecast",),
    "judging": ("SCOPES",),
    "level": ("DEFAULT_THRESHOLDS", "Level", "Thresholds", "as_of", "level_of"),
    "meter": ("Entry", "Kind", "Meter", "Scope", "Window"),
    "reading": ("Answer", "KeyFacts", "Reading"),
}


def __getattr__(name: str) -> object:
    home = next((module for module, names in _NAMES.items() if name in names), None)
    if home is None:
        raise AttributeError(f"module 'gaugeway.readings' has no attribute {name!r}")
    from importlib import import_module

    value = getattr(import_module(f"gaugeway.readings.{home}"), name)
    globals()[name] = value
    return value
