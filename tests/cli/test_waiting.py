"""Who is waited for, in words."""

from io import StringIO

import pytest
from rich.console import Console
from rich.text import Text
from tests.cli.page import NOW

from gaugeway.cli.waiting import waiting
from gaugeway.collector import State
from gaugeway.sources.gateway import Gateway

GATEWAYS = [
    Gateway(id=name, label=label) for name, label in zip("abcde", ("Campus", *[None] * 4), strict=True)
]


def drawn(answered: int, *, preview: bool = True, encoding: str = "utf-8") -> str:
    states = {one.id: State(gateway=one, next_read_at=NOW) for one in GATEWAYS[:answered]}
    file = StringIO()
    console = Console(file=file, force_terminal=True, width=60, color_system=None, _environ={"TERM": "xterm"})
    blocks = (lambda known: Text(" ".join(one.gateway.id for one in known) + " known")) if preview else None
    with waiting(console, GATEWAYS, states, blocks):
        pass
    return file.getvalue()


@pytest.mark.parametrize(
    ("answered", "said"),
    [(0, "asking Campus, b, c and 2 more"), (2, "asking c, d, e"), (4, "asking e")],
)
def test_the_names(answered: int, said: str) -> None:
    assert f"{said}\n" in drawn(answered).replace("\r", "\n").replace("\x1b", "\n")


def test_answers_stand_above() -> None:
    text = drawn(2)
    assert text.index("a b known") < text.index("asking c")
    assert "known" not in drawn(0)
    assert "known" not in drawn(2, preview=False)


def test_nobody_is_waited_for_in_the_end() -> None:
    assert "asking" not in drawn(5)
