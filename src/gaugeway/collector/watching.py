"""From readings to alerts: what was asked is decided on, and what is due gets somebody to deliver it."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from gaugeway.collector.state import State
from gaugeway.errors import ReadError
from gaugeway.sources.alerting import Alerts
from gaugeway.store.store import Store

if TYPE_CHECKING:
    from gaugeway.alerts.observation import Observation


class Watcher:
    """Given to the collector as its ``watch`` where alerts are configured.

    ``start`` starts a process that delivers what is due; ``warn`` is told what went wrong: a reading is never
    failed by it.
    """

    def __init__(
        self,
        alerts: Alerts,
        store: Store,
        *,
        clock: Callable[[], datetime],
        start: Callable[[], None],
        warn: Callable[[str], None],
    ) -> None:
        self._alerts = alerts
        self._store = store
        self._clock = clock
        self._start = start
        self._warn = warn

    def __call__(self, states: Sequence[State]) -> None:
        try:
            if states and self._alerts.rules:
                self._decide(states)
            channels = [channel.name for channel in self._alerts.channels]
            if channels and self._store.outbox.due(channels, self._clock().timestamp()):
                self._start()
        except Exception as error:  # noqa: BLE001  (whatever it is, the readings are there)
            self._warn(f"alerts are not looked after ({type(error).__name__}: {error})")

    def _decide(self, states: Sequence[State]) -> None:
        from gaugeway.alerts.decide import decide
        from gaugeway.store.outbox import Key, Letter, Plan, Raised

        now = self._clock()
        quiet = None if self._alerts.quiet is None else self._alerts.quiet.ends(now)
        webhooks = frozenset([one.name for one in self._alerts.channels if one.kind == "webhook"])
        seen = [observed for state in states if (observed := self._observed(state)) is not None]

        def plan(raised: Sequence[Raised]) -> Plan:
            rows: dict[Key, Raised | None] = {}
            letters: list[Letter] = []
            by_gateway: dict[str, list[Raised]] = {}
            for row in raised:
                by_gateway.setdefault(row.gateway_id, []).append(row)
            for one in seen:
                more = decide(self._alerts.rules, one, by_gateway.get(one.gateway.id, ()), webhooks=webhooks)
                rows |= more.rows
                letters += more.letters
            return Plan(rows, letters)

        held_until = None if quiet is None else quiet.timestamp()
        self._store.outbox.claim([one.gateway.id for one in seen], plan, now.timestamp(), held_until)

    def _observed(self, state: State) -> "Observation | None":
        from gaugeway.alerts.observation import Observation

        reading, attempt = state.reading, state.last_attempt
        if attempt is None:
            return None
        observed_at = None if reading is None else reading.observed_at.timestamp()
        if attempt.outcome != "ok" or reading is None:
            error = state.error if isinstance(state.error, ReadError) else None
            return Observation(
                gateway=state.gateway, at=attempt.at.timestamp(), error=error, observed_at=observed_at
            )
        return Observation(
            gateway=state.gateway,
            at=reading.observed_at.timestamp(),
            reading=reading,
            observed_at=observed_at,
            forecasts=state.forecasts,
            subjects=self._store.hasher.subjects(state.gateway, reading),
        )
