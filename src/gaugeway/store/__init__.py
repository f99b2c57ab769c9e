"""Readings on disk: what every process on this machine shares, and history. One SQLite database.

Names are loaded on first use: a status line imports `gaugeway.store.rows` and must not pay for typed access.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gaugeway.store.opening import open_store
    from gaugeway.store.sqlite import SqliteStore
    from gaugeway.store.store import Claim, Head, Outcome, Store

__all__ = ["Claim", "Head", "Outcome", "SqliteStore", "Store", "open_store"]

_HOME = {"open_store": "opening", "SqliteStore": "sqlite"}


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module 'gaugeway.store' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"gaugeway.store.{_HOME.get(name, 'store')}"), name)
