"""One gateway, live: its preset, its key, one visit."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from msgspec.structs import replace

from gaugeway.amounts import clean
from gaugeway.errors import GaugewayError, ReadError, SetupError
from gaugeway.presets import Options, Preset, find
from gaugeway.readings import Answer, Reading
from gaugeway.sources.gateway import KEY_SECONDS, Gateway, Key
from gaugeway.transport import Origin, Secret, Target
from gaugeway.transport.asking import Transport
from gaugeway.transport.daemon import in_daemon_thread

_LONG = 1000  # characters of one text


def options_for(preset: Preset, gateway: Gateway) -> Options:
    """What ``preset`` may know of the configuration of ``gateway``, whose base URL is known."""
    assert gateway.base_url is not None
    path = gateway.quota_path or preset.default_path or ""
    return Options(quota_path=path, host=Origin.of(gateway.base_url).host, meters=gateway.meters)


class Reader:
    """Reads gateways one at a time, each preset loaded once."""

    def __init__(
        self,
        transport: Transport,
        clock: Callable[[], datetime],
        *,
        find: Callable[[str], Preset] = find,
        key_seconds: float = KEY_SECONDS,
    ) -> None:
        self._transport = transport
        self._clock = clock
        self._find = find
        self._key_seconds = key_seconds
        self._presets: dict[str, Preset] = {}

    def min_refresh(self, preset: str) -> float:
        """The preset's own minimum between reads, in seconds; 0 where it could not be loaded."""
        loaded = self._presets.get(preset)
        return 0 if loaded is None else loaded.min_refresh

    async def read(self, gateway: Gateway) -> Reading:
        """Asks the gateway. Raises ReadError for what came of it, SetupError for what this process lacks."""
        secret: Secret | None = None
        try:
            with _placed(gateway):
                preset = self._preset(gateway.preset)
            secret = await _secret(gateway.key, self._key_seconds)
            assert gateway.base_url is not None
            origin = Origin.of(gateway.base_url)
            target = Target(
                base_url=gateway.base_url,
                origin=origin,
                secret=secret,
                auth=gateway.auth or preset.auth,
                timeout=gateway.timeout,
                ca_file=gateway.ca_file,
            )
            async with self._transport.visit(target) as ask:
                with _placed(gateway):
                    answer = await preset.read(ask, options_for(preset, gateway), self._clock())
            return self._reading(_tidied(answer, secret), gateway.preset)
        except ReadError as error:
            message, hint = _tidy(error.message, secret), _tidy(error.hint, secret)
            raise ReadError(error.code, message, hint, retry_after=error.retry_after) from None
        except GaugewayError:
            raise
        except Exception as error:  # noqa: BLE001  (a preset's fault is that gateway's alone)
            what = _tidy(f"{type(error).__name__}: {error}", secret)
            raise ReadError("preset_error", f"preset {gateway.preset} failed: {what}") from None

    def _preset(self, name: str) -> Preset:
        preset = self._presets.get(name)
        if preset is None:
            preset = self._presets[name] = self._find(name)
        return preset

    def _reading(self, answer: Answer, preset: str) -> Reading:
        if not answer.meters:
            raise ReadError("unexpected_shape", "the answer holds nothing that could be measured")
        return Reading.of(answer, preset=preset, observed_at=self._clock())


@contextmanager
def _placed(gateway: Gateway) -> Iterator[None]:
    """What a preset finds wrong in the configuration, with the place where the gateway is defined."""
    try:
        yield
    except SetupError as error:
        if not gateway.definitions:
            raise
        place = gateway.definitions[-1]
        where = place.file if place.line is None else f"{place.file}:{place.line}"
        raise SetupError(error.code, f"{where}: {gateway.id}: {error.message}", error.hint) from None


async def _secret(key: Key, seconds: float) -> Secret | None:
    if key.deferred is None:
        return key.resolve()
    try:
        async with asyncio.timeout(seconds):
            return await in_daemon_thread(key.resolve, "key")
    except TimeoutError:
        raise SetupError("unresolved_template", f"{key.source} gave no key within {seconds:g} s") from None


def _tidied(answer: Answer, secret: Secret | None) -> Answer:
    """The answer with every text cleaned and without the key. Transport and presets see to both; this is for
    third parties' presets, and for the day one of ours forgets.
    """
    texts = [*answer.notes, answer.key.name or "", *answer.subjects.values()]
    for meter in answer.meters:
        texts += (meter.name, meter.title, meter.unit, meter.model or "")
    whole = " ".join(texts)  # one look at all of it: almost always there is nothing to do
    if len(whole) < _LONG and whole.isascii() and whole.isprintable() and _redact(whole, secret) == whole:
        return answer

    def tidy(text: str | None) -> Any:
        return text and _tidy(text, secret)

    meters = [
        replace(
            meter,
            name=tidy(meter.name),
            title=tidy(meter.title),
            unit=tidy(meter.unit),
            model=tidy(meter.model),
        )
        for meter in answer.meters
    ]
    key = replace(answer.key, name=tidy(answer.key.name))
    subjects = {scope: tidy(text) for scope, text in answer.subjects.items()}
    notes = tuple(map(tidy, answer.notes))
    return replace(answer, meters=tuple(meters), notes=notes, key=key, subjects=subjects)


def _tidy(text: str, secret: Secret | None) -> str:
    """One clean line without the key: looked for twice, since cutting may split it, and cleaning join it."""
    return _redact(clean(_redact(text, secret), _LONG), secret)


def _redact(text: str, secret: Secret | None) -> str:
    return text if secret is None else secret.redact(text)
