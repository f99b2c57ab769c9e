"""The labels of an axis of time. Moments are unix seconds."""

from gaugeway.view.words import Zone, calendar, date_text

_STEPS = (300, 900, 1800, 3600, 3 * 3600, 6 * 3600, 12 * 3600, 86400, 2 * 86400, 7 * 86400, 14 * 86400)


def ticks(begin: float, end: float, most: int, zone: Zone) -> list[tuple[float, str]]:
    """At most so many round moments between two, in the reader's time: ``15:00``, ``Thu 26``, ``26 Nov``."""
    step = next((one for one in _STEPS if (end - begin) / one <= most), _STEPS[-1])
    while (end - begin) / step > most:
        step *= 2
    first = int(begin + zone.offset(begin)) // step + 1
    found: list[tuple[float, str]] = []
    for number in range(first, first + most):
        at = number * step - zone.offset(number * step)  # right but for the hours around a change of clocks
        if at > end:
            break
        local = int(at + zone.offset(at))
        day = local // 86400
        weekday, _, of_month, clock, _ = calendar(local)
        if step >= 7 * 86400:
            text = date_text(day, day)
        else:
            text = f"{weekday} {of_month}" if clock == "00:00:00" else clock[:5]
        found.append((at, text))
    return found
