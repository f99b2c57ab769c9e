"""Workers: bounded in all and per origin, the same origin first, and nobody is forgotten."""

import asyncio
from collections import Counter

from hypothesis import given
from hypothesis import strategies as st
from tests.store.values import gateway

from gaugeway.collector.round import Item
from gaugeway.collector.workers import Workers


def item(place: str) -> Item:
    one = Item(gateway("lab"))
    one.place = place
    return one


class Asked:
    """Notes who is asked; each goes on until ``let_go``."""

    def __init__(self) -> None:
        self.order: list[str] = []
        self.running: list[tuple[str, asyncio.Event]] = []

    async def __call__(self, one: Item) -> None:
        self.order.append(one.place)
        end = asyncio.Event()
        self.running.append((one.place, end))
        await end.wait()

    async def let_go(self, place: str) -> None:
        found = next(each for each in self.running if each[0] == place)
        self.running.remove(found)
        found[1].set()
        for _ in range(4):
            await asyncio.sleep(0)


async def begun(asked: Asked, most: int, most_per_origin: int, places: str) -> Workers:
    workers = Workers(asked, most, most_per_origin)
    workers.add([item(place) for place in places])
    await asyncio.sleep(0)
    return workers


async def test_the_same_origin_comes_first():
    workers = await begun(asked := Asked(), 1, 8, "abba")
    for place in "aab":
        await asked.let_go(place)
    assert asked.order == ["a", "a", "b", "b"]
    await workers.stop()


async def test_an_origin_at_its_bound_waits_while_others_go_on():
    workers = await begun(asked := Asked(), 4, 1, "aab")
    assert asked.order == ["a", "b"]
    await asked.let_go("b")
    assert asked.order == ["a", "b"]
    await asked.let_go("a")
    assert asked.order == ["a", "b", "a"]
    await workers.stop()


async def test_origins_take_turns():
    workers = await begun(asked := Asked(), 2, 8, "aaabbb")
    assert asked.order == ["a", "b"]
    await workers.stop()


async def test_more_can_come_while_others_are_asked():
    workers = await begun(asked := Asked(), 2, 8, "a")
    workers.add([item("b"), item("c")])
    await asyncio.sleep(0)
    assert asked.order == ["a", "b"]
    await asked.let_go("a")
    assert asked.order == ["a", "b", "c"]
    await workers.stop()


async def test_more_can_come_when_all_are_done():
    workers = await begun(asked := Asked(), 2, 8, "a")
    await asked.let_go("a")
    await workers.wait(60)
    assert not workers.busy
    workers.add([item("a")])
    assert workers.busy
    await workers.wait(0.01)
    assert asked.order == ["a", "a"]
    await workers.stop()


async def test_stopping_ends_all_of_it():
    workers = await begun(asked := Asked(), 2, 8, "aab")
    await workers.stop()
    assert not workers.busy
    assert len(asyncio.all_tasks()) == 1
    assert asked.order == ["a", "b"]


@given(st.lists(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 3)), max_size=20), max_size=3))
def test_bounds_hold_and_everybody_is_asked(batches):
    lengths = {item(place): length for batch in batches for place, length in batch}
    running, most, asked = Counter[str](), Counter[str](), Counter[Item]()

    async def ask(one: Item) -> None:
        asked[one] += 1
        running[one.place] += 1
        most["all"] = max(most["all"], running.total())
        most["one"] = max(most["one"], running[one.place])
        for _ in range(lengths[one]):
            await asyncio.sleep(0)
        running[one.place] -= 1

    async def main() -> None:
        workers, left = Workers(ask, 5, 2), list(lengths)
        for batch in batches:
            workers.add([left.pop(0) for _ in batch])
            await asyncio.sleep(0)
        while workers.busy:
            await workers.wait(5)

    asyncio.run(main())
    assert asked == Counter(list(lengths))
    assert most["all"] <= 5
    assert most["one"] <= 2
