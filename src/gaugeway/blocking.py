"""The library for programs without an event loop; :mod:`gaugeway.aio` is for those with one."""

import os
import sys
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, contextmanager
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Any, Literal

from gaugeway.collector import State, collect
from gaugeway.collector.state import Watch
from gaugeway.errors import SetupError
from gaugeway.sources.environment import Environment
from gaugeway.sources.gateway import Gateway
from gaugeway.store import SqliteStore, open_store
from gaugeway.transport.asking import Transport

if TYPE_CHECKING:
    from gaugeway.sources.openai_compatible import Found


def read(*gateways: Gateway | str, store: Literal["shared"] | None = None) -> list[State]:
    """What is left on these gateways: each a Gateway (``Gateway.of`` makes one of plain values) or the id of
    a configured one. Without any: on all that are configured.

    Returns one State per gateway, in order: ``gateway``, ``reading`` (its meters with exact amounts; the last
    good one), ``error`` (why there is none, or none newer) and ``next_read_at``. A gateway that can't be read
    costs itself only. Without ``store`` every gateway is read live and nothing is written; ``"shared"`` is
    what the command line uses: what is fresh enough comes from there, the rest goes there.

    Raises SetupError for an id that is not configured and for a configuration that can't be read, StoreError
    for a shared store of a newer gaugeway. Works inside a running event loop too, but blocks it.
    """

    def work() -> list[State]:
        with prepared(gateways, store) as (wanted, means):
            return collect(wanted, **means)

    if not _inside_loop():
        return work()
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(1) as pool:  # a thread can have a loop of its own
        return pool.submit(work).result()


@contextmanager
def prepared(
    gateways: Sequence[Gateway | str], store: Literal["shared"] | None
) -> Iterator[tuple[list[Gateway], dict[str, Any]]]:
    """The gateways that are to be read, and what the collector is to read them with."""
    environment = Environment.of_process()
    configured = cache(lambda: found_in(environment))  # read at most once, and only where it is needed
    wanted = chosen(gateways, configured)
    kept = opened(store, environment)
    try:
        watch = None if store is None else watching(kept, configured())
        yield wanted, {"store": kept, "transport": http, "clock": now, "watch": watch}
    finally:
        kept.close()


def found_in(environment: Environment) -> "Found":
    """What is configured there."""
    from gaugeway.sources.openai_compatible import discover

    return discover(environment)


def chosen(gateways: Sequence[Gateway | str], configured: Callable[[], "Found"]) -> list[Gateway]:
    """These gateways, ids looked up in the configuration; all configured ones where there are none."""
    named = [one for one in gateways if isinstance(one, str)]
    if gateways and not named:
        return [one for one in gateways if isinstance(one, Gateway)]
    found = configured()
    known = {gateway.id: gateway for gateway in found.gateways}
    broken = next((problem for problem in found.problems if problem.fatal), None)
    missing = next((one for one in named if one not in known), None)
    if broken is not None and (missing is not None or not gateways):
        raise SetupError("invalid_config", f"{broken.file}: {broken.message}")
    if missing is not None:
        raise SetupError("invalid_config", f"no gateway {missing!r} is configured")
    return [known[one] if isinstance(one, str) else one for one in gateways] or [*found.gateways]


def opened(store: Literal["shared"] | None, environment: Environment) -> SqliteStore:
    """The store of this user, or one in memory."""
    if store is None:
        return SqliteStore.in_memory()
    return open_store(environment.state_dir(), now=now, warn=lambda text: warnings.warn(text, stacklevel=4))


def watching(kept: SqliteStore, found: "Found") -> Watch | None:
    """What looks after this user's alerts, where alerts are configured."""
    alerts = found.alerts
    if alerts is None:
        return None
    from gaugeway.background import spawn
    from gaugeway.collector.watching import Watcher

    return Watcher(
        alerts,
        kept,
        clock=now,
        start=lambda: spawn(("alerts", "deliver")),
        warn=lambda text: warnings.warn(text, stacklevel=4),
    )


def http() -> AbstractAsyncContextManager[Transport]:
    """The real network, with this process's proxies."""
    from gaugeway.transport.http import HttpTransport

    return HttpTransport(os.environ)


def now() -> datetime:
    return datetime.now(UTC)


def _inside_loop() -> bool:
    asyncio = sys.modules.get("asyncio")  # where nobody has loaded it, no loop is running
    if asyncio is None:
        return False
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True
