"""Names of meters that a gateway named itself."""

from collections.abc import Iterable

from msgspec.structs import replace

from gaugeway.presets import Meter


def apart(meters: Iterable[Meter]) -> tuple[Meter, ...]:
    """The meters, those after the first of one id with numbered names: ``daily``, ``daily-2``."""
    found: dict[str, Meter] = {}
    for meter in meters:
        own, number = meter, 1
        while own.id in found:
            number += 1
            own = replace(meter, name=f"{meter.name}-{number}")
        found[own.id] = own
    return tuple(found.values())
