"""What blocks and can't be cancelled, without ever holding the process."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from threading import Thread
from typing import TypeVar

T = TypeVar("T")


async def in_daemon_thread(work: Callable[[], T], name: str) -> T:
    """What ``work()`` returns or raises, from a daemon thread of its own; whoever is cancelled meanwhile
    leaves it behind. (The default executor is joined at exit: one hanging lookup would hang the process.)
    """
    loop = asyncio.get_running_loop()
    future: asyncio.Future[T] = loop.create_future()

    def deliver(settle: Callable[[], None]) -> None:
        if not future.done():
            settle()

    def run() -> None:
        settle: Callable[[], None]
        try:
            settle = partial(future.set_result, work())
        except Exception as error:  # noqa: BLE001  (it is raised where it is waited for)
            settle = partial(future.set_exception, error)
        with suppress(RuntimeError):  # nobody waits any more: the loop has ended
            loop.call_soon_threadsafe(deliver, settle)

    Thread(target=run, name=name, daemon=True).start()
    return await future
