"""What the readers of configuration files hand on: settings that know where they stand."""

from pathlib import Path
from typing import Any

import msgspec

from gaugeway.errors import SetupError
from gaugeway.sources.gateway import Definition


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """Something that ``status`` tells about a configured place. ``fatal``: a config file that does not parse
    (exit code 2); everything else is still read.
    """

    file: str
    line: int | None = None
    field: str
    message: str
    fatal: bool = False


class Setting(msgspec.Struct, frozen=True, kw_only=True):
    """One configured value. ``field``: its dotted name in the file. ``folder``: what relative paths start
    from. ``own``: it stands in gaugeway's own config, where more kinds of templates are known.
    """

    value: Any
    file: str
    line: int | None
    field: str
    folder: Path
    own: bool = False

    @property
    def where(self) -> str:
        """``FILE:LINE: field``, the beginning of every message about this setting."""
        return where(self.file, self.line, self.field)

    def text(self) -> str:
        """The value; raises SetupError ``invalid_config`` where it is not text."""
        if not isinstance(self.value, str):
            raise SetupError("invalid_config", f"{self.where} is not text")
        return self.value


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """What one place says of one gateway: settings by the names of ``GatewayTable``, or what is wrong."""

    id: str
    definition: Definition
    fields: dict[str, Setting]
    error: SetupError | None = None


def where(file: str, line: int | None, field: str) -> str:
    return f"{file}:{line}: {field}" if line is not None else f"{file}: {field}"
