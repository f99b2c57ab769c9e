"""One gateway on trial, before it is configured: which key it gets, what runs there, what it says."""

import asyncio
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import click
import msgspec

from gaugeway.cli.context import App, narrate
from gaugeway.detect.look import Finding, detect
from gaugeway.errors import GaugewayError
from gaugeway.presets import Preset, find, in_tree
from gaugeway.readings import Answer, Reading
from gaugeway.sources.gateway import Gateway, Key, check_key
from gaugeway.sources.keys import variable_of
from gaugeway.sources.settings import Layer, Setting
from gaugeway.sources.templates import expand
from gaugeway.transport import Ask, Secret
from gaugeway.view.project import project

UNDETECTABLE = "custom"  # it reads any JSON, given a description


class Credential(NamedTuple):
    """A key and how the config refers to it; ``template`` None: it is found without a setting."""

    secret: Secret
    template: str | None = None

    def of(self, gateway: Gateway) -> Gateway:
        """The gateway, asked with this key."""
        return msgspec.structs.replace(gateway, key=Key(secret=self.secret))


def credential(
    app: App,
    gateway: Gateway,
    known: Sequence[Gateway],
    *,
    key_env: str | None,
    key_file: str | None,
    named: bool = False,
) -> Credential | None:
    """The key that the options name; else that of the gateway's variable, where its id was ``named`` and not
    made of its host's name (no host chooses which key it gets); else the one which a configured gateway of
    the same origin already has. Raises SetupError where an option's key is not there.
    """
    if key_env is not None and key_file is not None:
        raise click.UsageError("--key-env and --key-file name one key each: give one of them")
    if key_env is not None or key_file is not None:
        option = "--key-file" if key_env is None else "--key-env"
        template = f"{{env:{key_env}}}" if key_file is None else f"{{file:{app.env.path(key_file)}}}"
        layer = Layer(file="the command line", folder=app.env.cwd, own=True)
        setting = Setting(template, layer, (option,))
        return Credential(check_key(expand(setting, app.env), option), template)
    variable = variable_of(gateway.id)
    text = app.env.environ.get(variable)
    if text and named:
        narrate(f"with the key of the variable {variable}")
        return Credential(check_key(text, variable))
    for other in known:
        if other.origin == gateway.origin and other.key.secret is not None:
            narrate(f"with the key of {other.id}")
            return Credential(other.key.secret)
    if text:
        narrate(f"`--key-env {variable}` would send that variable's key to {gateway.origin}")
    return None


class Trial(msgspec.Struct, frozen=True, kw_only=True):
    """What detection found, the gateway as it would be configured, and its first reading."""

    finding: Finding
    gateway: Gateway
    reading: Reading | None = None
    error: GaugewayError | None = None


def put_on_trial(app: App, gateway: Gateway, preset: str | None = None) -> Trial:
    """Finds out what runs at the gateway's base URL, unless ``preset`` says it, and reads its quota once.

    Nothing is kept. Without a key only detection takes place.
    """
    return asyncio.run(_trial(app, gateway, preset))


async def _trial(app: App, gateway: Gateway, preset: str | None) -> Trial:
    from gaugeway.collector.reader import Reader, options_for

    base_url, secret = gateway.base_url, gateway.key.secret
    assert base_url is not None
    finding, reading = Finding(base_url=base_url, reason="it can't be asked"), None

    async def read(product: Preset, ask: Ask) -> Answer:
        return await product.read(ask, options_for(product, gateway), app.clock())

    try:
        async with app.transport() as transport:
            if preset is None:
                presets = [find(name) for name in in_tree() if name != UNDETECTABLE]
                finding = await detect(base_url, transport, presets, read, secret)
            else:
                finding = Finding(base_url=base_url, preset=find(preset).name, reason="you say so")
            if finding.preset is None:
                return Trial(finding=finding, gateway=gateway, error=finding.refused)
            gateway = msgspec.structs.replace(gateway, base_url=finding.base_url, preset=finding.preset)
            if finding.answer is not None:  # which was a read with the key; it is not made twice
                reading = Reading.of(finding.answer, preset=finding.preset, observed_at=app.clock())
            elif secret is not None:
                reading = await Reader(transport, app.clock).read(gateway)
    except GaugewayError as error:
        return Trial(finding=finding, gateway=gateway, error=error)
    return Trial(finding=finding, gateway=gateway, reading=reading)


def explain(trial: Trial, *, err: bool) -> None:
    """What runs there and why; where that is not known, what was asked and what to do."""
    text, secret = "\n  ".join(_explanation(trial)), trial.gateway.key.secret
    # The probes without the key are answered by somebody who may know it all the same.
    click.echo(text if secret is None else secret.redact(text), err=err)


def _explanation(trial: Trial) -> Iterator[str]:
    finding = trial.finding
    if finding.preset is not None:
        title = find(finding.preset).title
        yield f"{finding.base_url}: {title} (preset {finding.preset}), because {finding.reason}"
        return
    yield f"{finding.base_url}: {finding.reason}"
    width = max((len(attempt.path) for attempt in finding.attempts), default=0)
    for attempt in finding.attempts:
        key = ", with the key" if attempt.with_key else ""
        yield f"{attempt.path:{width}}  {attempt.outcome.removeprefix(attempt.path + ' ')}{key}"
    if trial.error is not None:
        yield f"{trial.error.message}; {trial.error.hint}"
    elif trial.gateway.key.secret is None:
        yield "with a key more can be found out: --key-env NAME or --key-file PATH"
    else:
        yield "if it has a quota endpoint of its own, describe that:"
        yield f"gaugeway add {trial.gateway.base_url} --preset {UNDETECTABLE} --quota-path /its/path"


def show(app: App, trial: Trial) -> None:
    """The reading, or why there is none, as `gaugeway show` draws it."""
    from gaugeway.cli.paper import put
    from gaugeway.cli.terminal import Page

    now = app.clock()
    view = project(trial.gateway, trial.reading, trial.error, now=now)
    console = app.console()
    put(console, Page([view], now, console, verbose=True).text())
