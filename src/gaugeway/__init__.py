"""gaugeway: how much is left on every OpenAI-compatible gateway, until when, will it last?

Importing this package imports nothing else: each public name is loaded on first use, because status
lines pay for every import on every prompt.
"""

__version__ = "0.1.0"

_HOME = {
    "read": "gaugeway.blocking",
    "State": "gaugeway.collector",
    "Gateway": "gaugeway.sources.gateway",
    "Meter": "gaugeway.readings",
    "Reading": "gaugeway.readings",
    "Window": "gaugeway.readings",
    "GaugewayError": "gaugeway.errors",
    "ReadError": "gaugeway.errors",
    "SetupError": "gaugeway.errors",
    "StoreError": "gaugeway.errors",
}

__all__ = [*_HOME, "__version__"]  # noqa: PLE0604  (a test compares it with what resolves)


def __getattr__(name):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202  (typing itself costs 8 ms)
    home = _HOME.get(name)
    if home is None:
        raise AttributeError(f"module 'gaugeway' has no attribute {name!r}")
    from importlib import import_module

    value = getattr(import_module(home), name)
    globals()[name] = value
    return value


def __dir__():  # type: ignore[no-untyped-def]  # noqa: ANN202
    return sorted(__all__)
