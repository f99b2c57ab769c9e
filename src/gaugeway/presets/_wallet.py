"""The prepaid balance of an account, on platforms whose host alone tells the currency."""

from collections.abc import Mapping

from gaugeway.amounts import Fields
from gaugeway.presets import Answer, Meter, Options, shape_error


def answer_of(data: Fields, field: str, options: Options, currencies: Mapping[str, str]) -> Answer:
    """What is left is at ``field``; ``currencies``: by host."""
    left, unit = data.number(field), currencies.get(options.host)
    if left is None:
        raise shape_error(f"{data.at(field)} is missing")
    if unit is None:
        data.notes.append("the currency follows from the host alone, and this host is not known")
    meter = Meter.of(scope="account", name="wallet", title="Balance", unit=unit or "units", remaining=left)
    return Answer(meters=(meter,), notes=tuple(data.notes))
