"""How far the plugins are set up: the JSON ``gaugeway.opencode-status/1`` as types, and how it is filled."""

import subprocess
from collections.abc import Sequence
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from gaugeway import __version__
from gaugeway.amounts import clean
from gaugeway.errors import SetupError
from gaugeway.opencode import tui_config
from gaugeway.opencode.files import Installed, command_of, state_of, written
from gaugeway.opencode.install import folders
from gaugeway.sources.environment import Environment, Place
from gaugeway.sources.files import read
from gaugeway.sources.gateway import Trust
from gaugeway.sources.jsonc import ParseError
from gaugeway.sources.openai_compatible import Found
from gaugeway.sources.quota_toast import QuotaToast
from gaugeway.sources.trust import WorkTrees, find_program
from gaugeway.view.report import ProblemView, problem_view

SCHEMA: Literal["gaugeway.opencode-status/1"] = "gaugeway.opencode-status/1"
_SECONDS = 10  # OpenCode needs one to say its version


class Program(msgspec.Struct, frozen=True, kw_only=True):
    """A program that was asked for its version; null where it does not answer."""

    command: tuple[str, ...]
    version: str | None


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    file: str
    line: int


class Folder(msgspec.Struct, frozen=True, kw_only=True):
    """One of OpenCode's config folders. ``loaded_by``: the entry that loads the TUI plugin; OpenCode finds
    the server plugin by itself. ``does_not_parse``: where its tui.json or tui.jsonc breaks off.
    """

    folder: str
    trust: Trust
    files: tuple[Installed, ...]
    loaded_by: Entry | None
    does_not_parse: tuple[Entry, ...] = ()

    @property
    def complete(self) -> bool:
        return self.loaded_by is not None and all(one.state == "current" for one in self.files)

    @property
    def empty(self) -> bool:
        return self.loaded_by is None and all(one.state == "missing" for one in self.files)


class Applied(msgspec.Struct, frozen=True, kw_only=True):
    """One of OpenCode's settings as it applies; ``file`` and ``line`` are null where it is the default."""

    name: str
    value: Any
    file: str | None
    line: int | None


class Setup(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that ``gaugeway opencode status --json`` prints. Within version 1 fields are only added.

    ``opencode``: the one that the PATH leads to, outside of the current git work tree. ``gaugeway``: the one
    that the plugins run; null where none is installed. ``complete``: the plugins are installed as this
    version writes them, and find gaugeway.
    """

    schema: Literal["gaugeway.opencode-status/1"]
    version: str
    complete: bool
    opencode: Program | None
    gaugeway: Program | None
    folders: Annotated[tuple[Folder, ...], Meta(description="The one to install into comes last.")]
    settings: tuple[Applied, ...]
    problems: tuple[ProblemView, ...]


def examine(env: Environment, found: Found, command: Sequence[str]) -> Setup:
    """Looks at the folders and asks both programs for their versions. ``command``: how the plugins should
    run gaugeway.
    """
    trees = WorkTrees(env)
    problems = [problem_view(problem) for problem in found.problems]
    looked = [_folder(place, trees.trust(place), command, problems) for place in folders(env)]
    reports = tuple(report for report, _ in looked)
    ran = next((run for report, run in reversed(looked) if run and report.trust == "trusted"), None)
    gaugeway = None if ran is None else _program(ran, env)
    used = [report for report in reports if not report.empty]
    if len(used) > 1:
        names = " and ".join(report.folder for report in used)
        message = f"the plugins are in {names}, so OpenCode loads them twice: `gaugeway opencode uninstall`"
        problems.append(ProblemView(file=used[0].folder, field="", message=message))
    where = find_program("opencode", env)
    answers = gaugeway is not None and gaugeway.version is not None
    return Setup(
        schema=SCHEMA,
        version=__version__,
        complete=answers and len(used) == 1 and used[0].complete,
        opencode=None if where is None else _program((where,), env),
        gaugeway=gaugeway,
        folders=reports,
        settings=tuple(_settings(found)),
        problems=tuple(problems),
    )


def _folder(
    place: Place, trust: Trust, command: Sequence[str], problems: list[ProblemView]
) -> tuple[Folder, tuple[str, ...] | None]:
    """The folder, and how the plugins in it run gaugeway."""
    files, ran, entry, broken = [], None, None, []
    for name, content in written(command).items():
        data = read(place.path / name)
        state, version = state_of(data, content)
        files.append(Installed(path=name, state=state, version=version))
        ran = ran or (None if data is None else command_of(data))
    for name in tui_config.NAMES:
        file = str(place.path / name)
        try:
            line = tui_config.line_of(read(place.path / name), place.path, file)
        except SetupError as error:
            message = error.message.replace(f"{file}:", "line ", 1)
            problems.append(ProblemView(file=file, field="", message=message))
            if isinstance(error, ParseError):
                broken.append(Entry(file=file, line=error.line))
        else:
            entry = entry or (None if line is None else Entry(file=file, line=line))
    folder = Folder(
        folder=place.name, trust=trust, files=tuple(files), loaded_by=entry, does_not_parse=tuple(broken)
    )
    return folder, ran


def _settings(found: Found) -> list[Applied]:
    values = msgspec.to_builtins(found.toast.settings)
    return [
        Applied(
            name=field.encode_name,
            value=values[field.encode_name],
            file=None if setting is None else setting.layer.file,
            line=None if setting is None else setting.line,
        )
        for field in msgspec.structs.fields(QuotaToast)
        for setting in [found.toast.said.get(field.encode_name)]
    ]


def _program(command: tuple[str, ...], env: Environment) -> Program:
    """Its version is what ``--version`` says, the last word of that."""
    try:
        done = subprocess.run(  # noqa: S603  (the user's own programs, without a shell)
            [*command, "--version"],
            env=dict(env.environ),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_SECONDS,
            check=True,
        )
    except (OSError, subprocess.SubprocessError, ValueError):
        return Program(command=command, version=None)
    words = done.stdout.decode("utf-8", "replace").split()
    return Program(command=command, version=clean(words[-1], 40) if words else None)
