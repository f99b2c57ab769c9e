from collections.abc import Iterator

import pytest
from tests.presets.wire import Wire


@pytest.fixture(scope="session")
def wire() -> Iterator[Wire]:
    with Wire() as wire:
        yield wire
