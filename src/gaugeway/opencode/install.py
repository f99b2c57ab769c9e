"""The plugins' way into OpenCode's config folder, and out again: first a plan, then what it says.

A file that was changed since it was written is never lost: it is moved aside, and the plan says so.
"""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Literal

import msgspec

from gaugeway.errors import SetupError
from gaugeway.opencode import tui_config
from gaugeway.opencode.files import state_of, written
from gaugeway.sources.environment import Environment, Place
from gaugeway.sources.files import read, replace
from gaugeway.sources.trust import WorkTrees

BACKUP = ".gaugeway-backup"


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """One file: what it holds now and what it will hold; None where there is none."""

    does: Literal["write", "update", "edit", "keep a copy in", "delete"]
    path: Path
    before: bytes | None
    after: bytes | None


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """``changes`` in their order. ``notes``: what a person should know before saying yes."""

    folder: Path
    changes: tuple[Change, ...]
    notes: tuple[str, ...] = ()


def folders(env: Environment) -> list[Place]:
    """OpenCode's config folders that may have the plugins, the one to install into last."""
    usual = list(env.opencode_config_dirs())[-1]  # OpenCode's own on every platform
    named = env.named("OPENCODE_CONFIG_DIR")
    return [usual] if named is None or named.path == usual.path else [usual, named]


def installing(env: Environment, command: Sequence[str]) -> Plan:
    """What ``gaugeway opencode install`` would do; no changes where everything is in place.

    Raises SetupError ``invalid_config``: a folder that is not trusted, a config that does not parse.
    """
    place = folders(env)[-1]
    WorkTrees(env).check(place)
    folder = place.path
    notes: list[str] = []
    changes: list[Change] = []
    files = written(command)
    for name, wanted in files.items():
        changes += _installed(folder / name, wanted, notes)
    changes += _loaded(folder)
    notes += (
        f"{other.name} has the plugins too, so OpenCode loads them twice: `gaugeway opencode uninstall` first"
        for other in folders(env)[:-1]
        if any((other.path / name).exists() for name in files)
    )
    return Plan(folder=folder, changes=tuple(changes), notes=tuple(notes))


def uninstalling(env: Environment) -> list[Plan]:
    """What ``gaugeway opencode uninstall`` would do, for each folder where there is something."""
    trees = WorkTrees(env)
    plans = []
    for place in folders(env):
        if trees.trust(place) == "trusted":
            notes: list[str] = []
            changes = [*_unloaded(place.path), *_removed(place.path, notes)]
            if changes:
                plans.append(Plan(folder=place.path, changes=tuple(changes), notes=tuple(notes)))
    return plans


def apply(plan: Plan) -> None:
    """Does what the plan says, each file in one step. Raises SetupError ``invalid_config`` where a file is
    not as the plan found it; what was done before stays.
    """
    for change in plan.changes:
        # Through links: a dotfile manager's folder stays the place where the file is.
        path = change.path.resolve()
        if read(path) != change.before:
            raise SetupError("invalid_config", f"{path} was changed meanwhile", "run the command again")
        if change.after is not None:
            replace(path, change.after, keep_mode=True)
        else:
            try:
                change.path.unlink()
            except OSError as error:
                raise SetupError("invalid_config", f"{path} can't be deleted: {error.strerror}") from None
    for name in ("gaugeway", "plugin"):  # empty folders of ours; any other stays
        with suppress(OSError):
            (plan.folder / name).rmdir()


def _installed(path: Path, wanted: bytes, notes: list[str]) -> Iterator[Change]:
    data = read(path)
    state, _ = state_of(data, wanted)
    if state == "changed":
        yield _copy(path, data, notes)
    if state != "current":
        yield Change(does="write" if data is None else "update", path=path, before=data, after=wanted)


def _removed(folder: Path, notes: list[str]) -> Iterator[Change]:
    for path in (folder / name for name in written(())):
        data = read(path)
        if data is None:
            continue
        state, version = state_of(data, None)
        if version is None:
            notes.append(f"{path} is not gaugeway's: it stays")
            continue
        if state == "changed":
            yield _copy(path, data, notes)
        yield Change(does="delete", path=path, before=data, after=None)


def _copy(path: Path, data: bytes | None, notes: list[str] | None = None) -> Change:
    copy = _backup(path)
    if notes is not None:
        notes.append(f"{path} is not as gaugeway wrote it: what it holds stays in {copy.name}")
    return Change(does="keep a copy in", path=copy, before=read(copy), after=data)


def _loaded(folder: Path) -> Iterator[Change]:
    """The entry in tui.jsonc or tui.json, unless one of them has it."""
    found = {name: read(folder / name) for name in tui_config.NAMES}
    if any(tui_config.line_of(data, folder, str(folder / name)) for name, data in found.items()):
        return
    name = next((name for name in reversed(found) if found[name] is not None), tui_config.NAMES[-1])
    path, before = folder / name, found[name]
    after = tui_config.with_entry(before, folder, str(path))
    if before is not None:
        yield _copy(path, before)
    yield Change(does="write" if before is None else "edit", path=path, before=before, after=after)


def _unloaded(folder: Path) -> Iterator[Change]:
    for name in tui_config.NAMES:
        path = folder / name
        data = read(path)
        if data is None or tui_config.line_of(data, folder, str(path)) is None:
            continue
        copy = _backup(path)
        before = read(copy)
        after = tui_config.without_entry(data, before, folder, str(path))
        yield Change(does="delete" if after is None else "edit", path=path, before=data, after=after)
        if before is not None and after == before:
            yield Change(does="delete", path=copy, before=before, after=None)


def _backup(path: Path) -> Path:
    return path.with_name(path.name + BACKUP)
