"""What status lines need of a configuration, kept under its stamp by whoever has read it."""

import sqlite3
from pathlib import PurePath
from typing import TYPE_CHECKING

from gaugeway.amounts import clean, plain
from gaugeway.sources.gateway import Gateway
from gaugeway.store import rows
from gaugeway.store.identity import Hasher

if TYPE_CHECKING:
    from gaugeway.sources.openai_compatible import Found
    from gaugeway.sources.settings import Problem

MOST = 12  # configurations that take turns: the shell's, the bar's, those after --config


def is_kept(db: sqlite3.Connection, stamp: str) -> bool:
    return db.execute("SELECT 1 FROM stamps WHERE stamp = ?", (stamp,)).fetchone() is not None


def keep(db: sqlite3.Connection, stamp: str, found: "Found", hasher: Hasher, now: float) -> None:
    """In the caller's transaction. Of many stamps the oldest goes."""
    problem = next((_said(one) for one in found.problems if one.fatal), None)
    db.execute(
        f"INSERT OR REPLACE INTO stamps (stamp, {rows.STAMP}) VALUES (?, ?, ?, ?)",  # noqa: S608  (fixed)
        (stamp, rows.joined(found.facts), problem, now),
    )
    db.execute("DELETE FROM listed WHERE stamp = ?", (stamp,))
    listed = [(stamp, position, *_row(one, hasher)) for position, one in enumerate(found.gateways)]
    db.executemany(rows.insert("listed", f"stamp, position, {rows.LISTED}"), listed)
    newest = "SELECT stamp FROM stamps ORDER BY made_at DESC LIMIT ?"
    db.execute(f"DELETE FROM stamps WHERE stamp NOT IN ({newest})", (MOST,))  # noqa: S608  (fixed)
    db.execute("DELETE FROM listed WHERE stamp NOT IN (SELECT stamp FROM stamps)")


def _row(gateway: Gateway, hasher: Hasher) -> "rows.Row":
    """LISTED. Nobody is there to answer for a key that is asked for, so ``alone`` is 0 for it too."""
    error, identity, place = hasher.address(gateway)
    limits = gateway.thresholds
    return (
        gateway.id,
        clean(gateway.label or gateway.id),
        identity,
        place,
        gateway.refresh,
        int(error is None and (gateway.key.deferred is None or gateway.unattended)),
        None if error is None else error.code,
        *(plain(one) for one in (limits.low, limits.critical, limits.low_amount, limits.critical_amount)),
    )


def _said(problem: "Problem") -> str:
    line = "" if problem.line is None else f":{problem.line}"
    return clean(f"{PurePath(problem.file).name}{line} {problem.message}")
