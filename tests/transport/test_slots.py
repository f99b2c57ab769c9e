"""Slots: bounded in all and per origin, the same origin first, and none lost to a cancelled wait."""

import asyncio
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gaugeway.transport import Origin
from gaugeway.transport.slots import Slots

A, B, C = (Origin("https", host, 443) for host in "abc")


async def waiting(slots: Slots, origin: Origin) -> asyncio.Task[None]:
    task = asyncio.create_task(slots.acquire(origin))
    await asyncio.sleep(0)
    return task


async def settled() -> None:
    for _ in range(4):
        await asyncio.sleep(0)


async def test_a_free_slot_goes_to_the_same_origin_first():
    slots = Slots(1, 8)
    await slots.acquire(A)
    at_b, at_a = await waiting(slots, B), await waiting(slots, A)
    slots.release(A)
    await settled()
    assert (at_a.done(), at_b.done()) == (True, False)
    slots.release(A)
    await settled()
    assert at_b.done()


async def test_an_origin_at_its_bound_waits_while_others_go_on():
    slots = Slots(4, 1)
    await slots.acquire(A)
    second = await waiting(slots, A)
    await slots.acquire(B)
    assert not second.done()
    slots.release(B)
    await settled()
    assert not second.done()
    slots.release(A)
    await settled()
    assert second.done()


async def test_origins_take_turns():
    slots = Slots(2, 8)
    await slots.acquire(C)
    await slots.acquire(C)
    tasks = [await waiting(slots, origin) for origin in (A, A, B)]
    slots.release(C)
    slots.release(C)
    await settled()
    assert [task.done() for task in tasks] == [True, False, True]
    slots.release(B)
    await settled()
    assert tasks[1].done()


@pytest.mark.parametrize("handed", [False, True])
async def test_a_cancelled_wait_gives_its_place_to_the_next(handed):
    slots = Slots(1, 1)
    await slots.acquire(A)
    first, second = await waiting(slots, A), await waiting(slots, A)
    if handed:
        slots.release(A)
        first.cancel()
    else:
        first.cancel()
        slots.release(A)
    with pytest.raises(asyncio.CancelledError):
        await first
    await settled()
    assert second.done()


async def test_a_line_of_cancelled_waits_is_no_line():
    slots = Slots(1, 1)
    await slots.acquire(A)
    gone = await waiting(slots, B)
    gone.cancel()
    slots.release(A)
    with pytest.raises(asyncio.CancelledError):
        await gone
    await slots.acquire(B)


@given(st.lists(st.tuples(st.sampled_from([A, B, C]), st.integers(0, 3), st.booleans()), max_size=40))
def test_bounds_hold_and_everybody_gets_in(visits):
    slots, running, most = Slots(5, 2), Counter[Origin](), Counter[str]()

    async def visit(origin: Origin, length: int) -> None:
        await slots.acquire(origin)
        try:
            running[origin] += 1
            most["all"] = max(most["all"], running.total())
            most["one"] = max(most["one"], running[origin])
            for _ in range(length):
                await asyncio.sleep(0)
        finally:
            running[origin] -= 1
            slots.release(origin)

    async def main() -> None:
        tasks = []
        for origin, length, cancelled in visits:
            tasks.append(asyncio.create_task(visit(origin, length)))
            if cancelled:
                await asyncio.sleep(0)
                tasks[-1].cancel()
        async with asyncio.timeout(5):
            await asyncio.gather(*tasks, return_exceptions=True)
            for origin in (A, A, B, B, C):  # nothing was lost on the way
                await slots.acquire(origin)
        sixth = await waiting(slots, C)  # and nothing was won
        assert not sixth.done()
        sixth.cancel()

    asyncio.run(main())
    assert most["all"] <= 5
    assert most["one"] <= 2
