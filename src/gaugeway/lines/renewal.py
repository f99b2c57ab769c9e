"""The refresh that a line starts when a reading is due: one, however many lines ask at once."""

import os

from gaugeway import background

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

MARKER = "refresh.started"
PAUSE = 15.0  # seconds until another one may be started; the store sees to it that nothing is read twice


def renew(folder: str, arguments: "Sequence[str]", now: float) -> bool:
    """Start ``gaugeway ARGUMENTS`` in the background unless that was done just now. False where nothing can
    be noted in the state folder: then a refresh could keep nothing either.
    """
    try:
        os.makedirs(folder, 0o700, exist_ok=True)
        marker = os.open(os.path.join(folder, MARKER), os.O_RDWR | os.O_CREAT, 0o600)
    except OSError:
        return False
    try:
        if _lock(marker) and not _was_started(marker, now):
            os.write(marker, b".")
            os.utime(marker, (now, now))
            background.spawn(arguments)
    except OSError:  # a full disk, no more processes: another time
        return True
    finally:
        os.close(marker)
    return True


def _lock(marker: int) -> bool:
    """Whether nobody else is starting one just now. Ends with the process that has it."""
    try:
        import fcntl
    except ImportError:  # Windows: two at once do no harm
        return True
    try:
        fcntl.flock(marker, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _was_started(marker: int, now: float) -> bool:
    seen = os.fstat(marker)
    return seen.st_size > 0 and abs(now - seen.st_mtime) < PAUSE
