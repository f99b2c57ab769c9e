"""``gaugeway opencode install``, ``uninstall`` and ``status``: the plugins' way into OpenCode."""

import sys
from collections.abc import Iterator, Sequence
from pathlib import PurePath
from typing import TYPE_CHECKING

import click

from gaugeway.cli.context import App, narrate, place, print_json
from gaugeway.errors import SetupError

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

    from gaugeway.opencode.install import Change, Plan
    from gaugeway.opencode.setup import Program, Setup

_YES = click.option("--yes", is_flag=True, help="Do not ask.")


@click.command("install")
@_YES
@click.pass_obj
def install(app: App, *, yes: bool) -> int:
    """Put the plugins into OpenCode's config folder.

    Shows first which files it writes or edits, and asks. Run it again after an update of gaugeway.
    """
    from gaugeway.opencode.install import installing

    plan = installing(app.env, own_command(app))
    if not plan.changes:
        _notes(plan)
        narrate(f"everything is in place in {plan.folder}")
        return 0
    if _carried_out(app, [plan], yes=yes):
        narrate("installed; OpenCode shows it from its next start, `gaugeway opencode status` checks it")
    return 0


@click.command("uninstall")
@_YES
@click.pass_obj
def uninstall(app: App, *, yes: bool) -> int:
    """Take the plugins out of OpenCode's config folder again.

    Takes out what `install` put there and nothing else, also where files were changed meanwhile.
    """
    from gaugeway.opencode.install import uninstalling

    plans = uninstalling(app.env)
    if not plans:
        narrate("nothing is installed")
    elif _carried_out(app, plans, yes=yes):
        narrate("uninstalled")
    return 0


@click.command("status", short_help="Say what is installed, and which settings apply.")
@click.option("--json", "as_json", is_flag=True, help="Print gaugeway.opencode-status/1, for programs.")
@click.pass_obj
def status(app: App, *, as_json: bool) -> int:
    """Say what is installed, which versions, and which of OpenCode's settings apply.

    Exits with 1 where the plugins are not as this version writes them or do not find gaugeway, with 2 for a
    config file that does not parse.
    """
    from gaugeway.opencode.setup import examine

    found = app.found(project=True)
    setup = examine(app.env, found, own_command(app))
    if as_json:
        print_json(setup)
    else:
        from gaugeway.cli.paper import put

        console = app.console()
        put(console, _page(setup, console))
    if any(problem.fatal for problem in found.problems):
        return 2
    return 0 if setup.complete else 1


def own_command(app: App) -> tuple[str, ...]:
    """How another program runs this gaugeway, whatever its PATH and folder: absolute, with ``--config``."""
    # Not resolved: where tools are installed, the link stays and its target moves with each version.
    program = app.env.path(app.program)
    # -P: OpenCode runs it in the project's folder, which has no say in what is imported.
    mine = [str(program)] if program.name != "__main__.py" else [sys.executable, "-P", "-m", "gaugeway"]
    if app.config_file is not None:
        mine += ["--config", str(app.env.path(str(app.config_file)))]
    try:
        "".join(mine).encode()
    except UnicodeEncodeError:
        raise SetupError(
            "invalid_config", f"the path of gaugeway is not UTF-8: {mine!a}", "install it elsewhere"
        ) from None
    return tuple(mine)


def _carried_out(app: App, plans: "Sequence[Plan]", *, yes: bool) -> bool:
    """Shows the plans, asks, and does what they say."""
    from gaugeway.opencode.install import apply

    for plan in plans:
        for change in plan.changes:
            click.echo(f"{change.does} {change.path}")
            if change.does == "edit":
                click.echo("".join(_diff(app, change)), nl=False)
        _notes(plan)
    if not yes:
        if not sys.stdin.isatty():
            raise click.UsageError("asks before it writes: run it on a terminal, or with --yes")
        if not click.confirm("Do this?", default=True, err=True):
            narrate("nothing was changed")
            return False
    for plan in plans:
        apply(plan)
    return True


def _notes(plan: "Plan") -> None:
    for note in plan.notes:
        narrate(note)


def _diff(app: App, change: "Change") -> Iterator[str]:
    """The lines that change, without the gateways' keys should one stand there."""
    from difflib import unified_diff

    secrets = [gateway.key.secret for gateway in app.found().gateways if gateway.key.secret is not None]
    before, after = (
        (data or b"").decode("utf-8", "replace").splitlines() for data in (change.before, change.after)
    )
    for line in list(unified_diff(before, after, lineterm="", n=1))[2:]:
        for secret in secrets:
            line = secret.redact(line)  # noqa: PLW2901
        yield f"  {line}\n"


def _page(setup: "Setup", console: "Console") -> "Text":
    from rich.text import Text

    from gaugeway.cli.paper import section, warning

    title = "OpenCode: complete" if setup.complete else "OpenCode: not complete"
    first = section(console, title, _facts(setup), None if setup.complete else _remedy(setup))
    return Text("\n\n").join([first, *(warning(console, problem) for problem in setup.problems)])


def _facts(setup: "Setup") -> Iterator[tuple[str, str]]:
    yield "version", setup.version
    yield "opencode", "not on the PATH" if setup.opencode is None else _program(setup.opencode)
    if setup.gaugeway is not None:
        yield "gaugeway", _program(setup.gaugeway)
    for folder in setup.folders:
        yield "folder", f"{folder.folder} ({folder.trust})"
        for file in folder.files:
            yield "", f"{file.path}: {file.state}{f' ({file.version})' if file.version else ''}"
        for broken in folder.does_not_parse:
            yield "", f"{PurePath(broken.file).name} does not parse: line {broken.line}"
        entry = folder.loaded_by
        if entry is not None:
            yield "", f"loaded by {entry.file}:{entry.line}"
        elif not folder.does_not_parse:
            yield "", "no entry in tui.json"
    for one in setup.settings:
        value = {True: "true", False: "false", None: "not set"}.get(one.value, str(one.value))
        yield one.name, f"{value} ({place(one.file, one.line)})" if one.file else value


def _program(program: "Program") -> str:
    return f"{program.version or 'does not answer'} ({' '.join(program.command)})"


def _remedy(setup: "Setup") -> str:
    if setup.gaugeway is not None and setup.gaugeway.version is None:
        return "the plugins do not find gaugeway: `gaugeway opencode install` writes where it is now"
    if any(folder.does_not_parse for folder in setup.folders):
        return "mend the file that does not parse, then run `gaugeway opencode install`"
    return "`gaugeway opencode install` writes what is missing or not as this version has it"
