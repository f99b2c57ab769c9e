"""Work that blocks: its result, its failure, and what becomes of it when nobody waits any more."""

import asyncio
import threading

import pytest

from gaugeway.transport.daemon import in_daemon_thread


async def test_it_runs_elsewhere_and_holds_nobody():
    thread = await in_daemon_thread(threading.current_thread, "elsewhere")
    assert thread is not threading.current_thread()
    assert (thread.daemon, thread.name) == (True, "elsewhere")


async def test_what_it_raises_is_raised_where_it_is_waited_for():
    def fail() -> None:
        raise OSError(None, "no such name")

    with pytest.raises(OSError, match="no such name"):
        await in_daemon_thread(fail, "fail")


@pytest.mark.parametrize("fails", [False, True])
def test_what_comes_too_late_is_nobodys(fails):
    let_go, threads = threading.Event(), list[threading.Thread]()

    def wait() -> None:
        threads.append(threading.current_thread())
        let_go.wait()
        if fails:
            raise ValueError

    async def give_up(*, then_stay: float) -> None:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05):
                await in_daemon_thread(wait, "wait")
        if then_stay:
            let_go.set()
            await asyncio.sleep(then_stay)

    asyncio.run(give_up(then_stay=0.05))  # comes while the loop goes on
    let_go.clear()
    asyncio.run(give_up(then_stay=0))  # comes when it has ended
    let_go.set()
    for thread in threads:
        thread.join(5)
    assert [thread.is_alive() for thread in threads] == [False, False]
