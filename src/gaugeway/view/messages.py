"""Alerts in words: a title that says it all, and what else there is to know."""

from datetime import datetime
from typing import cast

from msgspec.structs import replace

from gaugeway.alerts.facts import Facts
from gaugeway.view import phrases, words
from gaugeway.view.entries import unix
from gaugeway.view.words import Zone


def message(facts: Facts, now: datetime, zone: Zone) -> Facts:
    """The facts with their title and text, as of ``now``; times of day in ``zone``."""
    at = now.timestamp()
    if facts.event == "test":
        return replace(facts, title="gaugeway: test message", text="This is how alerts arrive here.")
    title = _about_meter(facts) if facts.meter is not None else _about_gateway(facts, at)
    return replace(facts, title=f"{facts.label}: {title}", text=_text(facts, at, zone))


def _about_meter(facts: Facts) -> str:
    name = phrases.title(facts.name or "", facts.model)
    left = _left(facts)
    if facts.event == "recovered":
        what = "has been reset" if facts.cause == "reset" else "has recovered"
        if facts.condition == "runout" and facts.cause != "reset":
            what = "will probably last"
    elif facts.condition == "level":
        what = f"is {facts.level}"
        left = "" if left in {"0% left", "none left"} and facts.level == "exhausted" else left
    elif facts.condition == "runout":
        what = "will probably not last"
    else:
        unit = "%" if facts.condition == "percent" else f" {facts.unit}"
        threshold = facts.threshold or ""
        limit = threshold if facts.condition == "percent" else words.figure(threshold, facts.unit or "")
        what = f"is below {limit}{unit}"
    return f"{name} {what}" + (f": {left}" if left else "")


def _about_gateway(facts: Facts, now: float) -> str:
    if facts.condition == "stale":
        since = unix(facts.observed_at)
        if facts.event == "recovered" or since is None:
            return "can be read again"
        return f"not read for {words.span(now - since, 1)}"
    key = f"key {facts.key_name}" if facts.key_name else "the key"
    end = unix(facts.key_expires_at)
    if facts.event == "recovered":
        return f"{key} does not expire soon any more"
    if end is None or end <= now:
        return f"{key} has expired"
    return f"{key} expires {words.countdown(end - now)}"


def _left(facts: Facts) -> str:
    """What is left, as a share where there is one, else as an amount."""
    share = phrases.percent(facts.percent_remaining, facts.level, unlimited=False)
    if share:
        return phrases.left(share)
    if facts.remaining is None:
        return ""
    return f"{words.figure(facts.remaining, facts.unit or '')} {facts.unit} left"


def _text(facts: Facts, now: float, zone: Zone) -> str:
    """Sentences."""
    said = []
    if facts.meter is None:
        said = [facts.error or ""] if facts.event == "raised" else []
    else:
        resets_at = unix(facts.resets_at)
        if facts.used is not None and facts.limit is not None and facts.unit != "percent":
            parts = phrases.amount(facts.used, facts.limit, None, facts.unit or "", words.figure)
            window = words.window_text(facts.window, facts.name or "")
            said.append(f"{phrases.amount_text(parts)} used" + (f", {window} limit" if window else ""))
        if resets_at is not None:
            said.append(f"resets {phrases.reset('', resets_at, now)}")
        if facts.event == "raised":
            said.append(_ahead(facts, resets_at, now, zone))
    return " ".join(f"{one[0].upper()}{one[1:]}." for one in said if one)


def _ahead(facts: Facts, resets_at: float | None, now: float, zone: Zone) -> str:
    """What is foreseen, where it is more than that nobody can tell."""
    moments = cast("tuple[float | None, float | None, float | None] | None", facts.runs_out_at)
    text = words.forecast_text(facts.kind or "", facts.level, facts.p_runout, moments, resets_at, now, zone)
    return "" if text.startswith("no ") else text
