"""Files read whole, and replaced in one step or not at all."""

import os
import tempfile
from contextlib import suppress
from pathlib import Path
from stat import S_IMODE

from gaugeway.errors import SetupError
from gaugeway.sources.environment import Place


def read(path: Path) -> bytes | None:
    """The file's bytes, None where there is none. Raises SetupError ``invalid_config``."""
    try:
        return Place(path).read()
    except OSError as error:
        raise SetupError("invalid_config", f"{path} can't be read: {error.strerror}") from None


def replace(path: Path, data: bytes, *, keep_mode: bool = False) -> None:
    """Put ``data`` in the place of the file: whole and private (0600), or with the mode it has.

    Makes its folders. Raises SetupError ``invalid_config`` where it can't be written.
    """
    try:
        path.parent.parent.mkdir(parents=True, exist_ok=True)
        path.parent.mkdir(mode=0o700, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)  # 0600 from the start
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            if keep_mode and path.exists():
                Path(name).chmod(S_IMODE(path.stat().st_mode))
            Path(name).replace(path)
        except BaseException:
            with suppress(OSError):
                Path(name).unlink()
            raise
    except OSError as error:
        raise SetupError(
            "invalid_config", f"{path} can't be written: {error.strerror}", "check the folder's permissions"
        ) from None
