"""``gaugeway gate``: whether there is enough for a job, before it starts."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import click

from gaugeway.amounts import stamp
from gaugeway.cli import options
from gaugeway.cli.context import App, chosen, narrate, print_json
from gaugeway.cli.verdicts import UNKNOWN, VerdictCommand, accepted_age, hiding, read
from gaugeway.gates.decision import SCHEMA, Decision, Reason, Verdict, decide, possible_at
from gaugeway.gates.need import Need

_CODES: dict[Verdict, int] = {"go": 0, "stop": 1, "unknown": UNKNOWN}
_FAILED = {"open": 0, "closed": 1}
_POLL = 60.0  # seconds between looks while waiting: somebody may top up or raise a limit


class _Gate(VerdictCommand):
    def no_verdict(self, args: Sequence[str]) -> int:
        """A hook must not block by accident: 1 lets it go on, unless it is to fail closed."""
        said = " ".join(args).replace("=", " ")
        if "--as claude-hook" not in said:
            return UNKNOWN
        return 2 if "--fail closed" in said else 1


@click.command("gate", cls=_Gate)
@options.gateway_ids
@click.option(
    "--need",
    metavar="AMOUNT",
    type=options.Parsed(Need.of),
    help="What the job needs: 4.50USD, 200000tokens, 10%. Without it: anything left.",
)
@click.option(
    "--or-wait",
    "wait",
    metavar="TIME",
    type=options.SPAN,
    help="Wait for a reset that comes within TIME (30m, 2h, 1d).",
)
@click.option(
    "--fail", type=click.Choice(["open", "closed"]), help="Take what can't be known for go, or for stop."
)
@accepted_age
@options.model()
@click.option(
    "--as", "host", type=click.Choice(["github", "claude-hook"]), help="Speak the protocol of this host."
)
@click.option("--json", "as_json", is_flag=True, help="Print gaugeway.gate/1, for programs.")
@click.pass_obj
def command(
    app: App,
    *,
    ids: Sequence[str],
    need: Need | None,
    wait: timedelta | None,
    fail: str | None,
    max_age: float | None,
    model: tuple[str, str] | None,
    host: str | None,
    as_json: bool,
) -> int:
    """Say whether there is enough for a job: exit 0 go, 1 stop, 3 unknown.

    All limits that may stop the job are asked, on all gateways that are named. With `--as claude-hook`:
    0 go, 2 stop (which blocks), 1 unknown (which does not, unless `--fail closed`).
    """
    if as_json and host is not None:
        raise click.UsageError(f"--json and --as {host} exclude each other")
    event = ""
    if host == "claude-hook":
        from gaugeway.gates import hook

        event = hook.event()
    deadline, told = app.clock() + (wait or timedelta()), False
    while True:
        verdict, reasons = _look(app, ids, need, model, max_age)
        at = possible_at(reasons)
        due = None if verdict != "stop" or at is None else datetime.fromisoformat(at)
        if due is None or due > deadline:
            break
        if not told:
            narrate(f"waiting: {reasons[0].message}")
        told = True
        app.sleep(min(max((due - app.clock()).total_seconds() + 1, 1.0), _POLL))
    code = _FAILED.get(fail or "", UNKNOWN) if verdict == "unknown" else _CODES[verdict]
    decision = Decision(
        schema=SCHEMA,
        generated_at=stamp(app.clock()),
        verdict=verdict,
        exit_code=code,
        need=None if need is None else str(need),
        possible_at=at,
        reasons=reasons,
    )
    if host == "claude-hook":
        answer = hook.answer(decision, event, fail=fail)
        click.echo(answer.out, nl=bool(answer.out))
        click.echo(answer.err, err=True, nl=bool(answer.err))
        return answer.code
    if host == "github":
        from gaugeway.gates import github

        github.write(decision, app.env.environ)
        click.echo(github.annotations(decision))
    if as_json:
        print_json(decision)
    elif host is None:
        for reason in reasons:
            click.echo(f"{reason.verdict}: {reason.message}")
        if verdict == "unknown" and fail is not None:
            click.echo(f"taken for {'go' if fail == 'open' else 'stop'} (--fail {fail})")
    return code


def _look(
    app: App, ids: Sequence[str], need: Need | None, model: tuple[str, str] | None, max_age: float | None
) -> tuple[Verdict, tuple[Reason, ...]]:
    found = app.found()
    gateways = chosen(found, ids)
    provider, name = (None, None) if model is None else model
    wrong = hiding(found)
    if provider is not None:
        gateways = found.serving(provider, gateways)
        if found.gateways and not gateways:
            wrong.append(f"no gateway belongs to the provider {provider!r}")
    states = read(app, gateways, max_age)
    return decide(states, need, now=app.clock(), model=name, max_age=max_age, wrong=wrong)
