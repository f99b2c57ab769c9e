"""The composition root of the commands: which environment, clock, transport and store they work with."""

import sys
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractAsyncContextManager, ExitStack, closing
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gaugeway.background import spawn
from gaugeway.collector import State, collect
from gaugeway.sources.environment import Environment
from gaugeway.sources.gateway import Gateway
from gaugeway.sources.openai_compatible import Found, discover
from gaugeway.transport import Transport
from gaugeway.view.words import Zone
from gaugeway.view.zone import LOCAL

if TYPE_CHECKING:
    from msgspec import Struct
    from rich.console import Console, RenderableType

    from gaugeway.collector.state import Watch
    from gaugeway.sources.alerting import Alerts
    from gaugeway.store import SqliteStore

OpenTransport = Callable[[], AbstractAsyncContextManager[Transport]]


class App:
    """What a command is given (click's ``obj``). ``config_file``: the file typed after ``--config``.
    ``program``: the file that was started.
    """

    def __init__(
        self,
        env: Environment | None = None,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        transport: OpenTransport | None = None,
        sleep: Callable[[float], None] = time.sleep,
        program: str | None = None,
        spawn: Callable[[Sequence[str]], None] = spawn,
        zone: Zone = LOCAL,
    ) -> None:
        self.env = Environment.of_process() if env is None else env
        self.clock = clock
        self.zone = zone
        self.sleep = sleep
        self.config_file: Path | None = None
        self.program = sys.argv[0] if program is None else program
        self._transport = transport
        self._spawn = spawn
        self._found: Found | None = None
        self._alerts: Alerts | None = None

    def transport(self) -> AbstractAsyncContextManager[Transport]:
        if self._transport is not None:
            return self._transport()
        from gaugeway.transport.http import HttpTransport  # loads aiohttp: only for a live read

        return HttpTransport(self.env.environ)

    def store(self) -> "SqliteStore":
        from gaugeway.store import open_store

        return open_store(self.env.state_dir(), now=self.clock, warn=narrate)

    def found(self, *, creating: bool = False, project: bool = False) -> Found:
        """What is configured. Says on stderr which config files do not parse, or, unless one is ``creating``
        it, that the file after ``--config`` does not exist. ``project``: with the display settings of
        OpenCode's files in the current folder.
        """
        found = discover(self.env, self.config_file, project=project)
        self._found = None if project else found  # lines are the same wherever the user is
        self._alerts = found.alerts
        for problem in found.problems:
            if problem.fatal and not (creating and not Path(problem.file).exists()):
                narrate(str(problem))
        return found

    def read(
        self,
        gateways: Sequence[Gateway],
        *,
        max_age: float | None = None,
        refresh: bool = False,
        preview: "Callable[[Sequence[State]], RenderableType] | None" = None,
    ) -> list[State]:
        """What the store has, and what is due read live; meanwhile stderr says who is waited for, under
        ``preview`` of what is there already.
        """
        if not gateways:
            return []
        with ExitStack() as stack:
            states: dict[str, State] = {}

            def transport() -> AbstractAsyncContextManager[Transport]:
                # Asked for when a live read is due, so this is when the waiting begins.
                if sys.stderr.isatty():
                    from gaugeway.cli.waiting import waiting

                    stack.enter_context(waiting(self.console(stderr=True), gateways, states, preview))
                return self.transport()

            store = stack.enter_context(closing(self.store()))
            self.remember(store)
            return collect(
                gateways,
                store=store,
                transport=transport,
                clock=self.clock,
                max_age=max_age,
                refresh=refresh,
                on_state=lambda state: states.update({state.gateway.id: state}),
                watch=self._watch(store),
            )

    def _watch(self, store: "SqliteStore") -> "Watch | None":
        """What looks after alerts; None, and at no cost, where none are configured."""
        if self._alerts is None or not self._alerts.channels:
            return None
        from gaugeway.collector.watching import Watcher

        config = () if self.config_file is None else ("--config", str(self.config_file))
        return Watcher(
            self._alerts,
            store,
            clock=self.clock,
            start=lambda: self._spawn((*config, "alerts", "deliver")),
            warn=narrate,
        )

    def remember(self, store: "SqliteStore") -> None:
        """Tell status lines what is configured."""
        if self._found is not None:
            store.remember(self._found, self.clock().timestamp())

    def console(self, *, stderr: bool = False) -> "Console":
        """A terminal or a pipe, as it is: colours only on a terminal, and never where NO_COLOR is set."""
        from rich.console import Console

        stream = sys.stderr if stderr else sys.stdout
        return Console(file=stream, highlight=False, markup=False, emoji=False, _environ=self.env.environ)


def chosen(found: Found, ids: Sequence[str]) -> list[Gateway]:
    """The gateways of these ids, all where there are none. Raises UsageError for an unknown id; says it where
    nothing is configured.
    """
    known = {gateway.id: gateway for gateway in found.gateways}
    if not known and not any(problem.fatal for problem in found.problems):
        narrate("no gateway is configured; `gaugeway add URL` sets one up")
    for missing in (name for name in ids if name not in known):
        raise unknown("gateway has the id", missing, known)
    return [known[name] for name in dict.fromkeys(ids)] if ids else list(known.values())


def unknown(what: str, name: str, known: Iterable[str]) -> click.UsageError:
    """``no gateway has the id 'campsu'; did you mean campus?``"""
    from difflib import get_close_matches

    near = get_close_matches(name, known, n=3, cutoff=0.5)
    hint = f"did you mean {' or '.join(near)}?" if near else f"known: {', '.join(known) or 'none'}"
    return click.UsageError(f"no {what} {name!r}; {hint}")


def complete_ids(context: click.Context, _: click.Parameter, incomplete: str) -> list[str]:
    """The ids that begin so, for the shell."""
    app = context.find_object(App) or App()
    found = discover(app.env, app.config_file)
    return [gateway.id for gateway in found.gateways if gateway.id.startswith(incomplete)]


def print_json(document: "Struct") -> None:
    """A JSON document on stdout: indented for a person, one line for a program."""
    import msgspec

    body = msgspec.json.encode(document)
    click.echo(msgspec.json.format(body, indent=2) if sys.stdout.isatty() else body)


def place(file: str, line: int | None) -> str:
    return file if line is None else f"{file}:{line}"


def narrate(text: str) -> None:
    """One line to the person, not to the program that reads stdout."""
    click.echo(f"gaugeway: {text}", err=True)
