"""The stamp of a configuration: one keyed hash over all that it was read from.

Apart from the hash nothing is imported: a status line compares stamps on every prompt.
"""

from _blake2 import blake2b

from gaugeway import __version__

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable


def digest(key: bytes, facts: "Iterable[tuple[str, str]]") -> str:
    """The hash over looks and their facts (see `sources.looks`), in their order, for this version: another
    one may make something else of the same files.
    """
    keyed = blake2b(key=key, digest_size=16)
    keyed.update(
        "\0".join([f"stamp {__version__}", *[f"{look}\0{fact}" for look, fact in facts]]).encode(
            "utf-8", "surrogateescape"
        )
    )
    return keyed.hexdigest()
