"""KeyedBatcher: one group at a time for a key, in order of arrival, and nobody waits for who gave up."""

import asyncio
from collections.abc import Sequence

import pytest

from subgraphs.rewards.batching import KeyedBatcher


class Doubling:
    """Doubles numbers, slowly, and remembers the groups."""

    def __init__(self) -> None:
        self.groups: list[list[int]] = []
        self.busy: set[str] = set()

    async def run(self, key: str, items: Sequence[int]) -> list[int | Exception]:
        assert key not in self.busy
        self.busy.add(key)
        self.groups.append(list(items))
        await asyncio.sleep(0.01)
        self.busy.remove(key)
        return [ValueError("odd") if item % 2 else item * 2 for item in items]


async def test_what_arrives_meanwhile_makes_the_next_group() -> None:
    work = Doubling()
    lanes: KeyedBatcher[str, int, int] = KeyedBatcher(work.run, max_batch=4)
    first = asyncio.create_task(lanes.submit("k", 0))
    await asyncio.sleep(0.001)
    rest = await asyncio.gather(*(lanes.submit("k", n) for n in range(2, 14, 2)))
    assert await first == 0
    assert rest == [4, 8, 12, 16, 20, 24]
    assert work.groups == [[0], [2, 4, 6, 8], [10, 12]]


async def test_keys_do_not_wait_for_each_other() -> None:
    work = Doubling()
    lanes: KeyedBatcher[str, int, int] = KeyedBatcher(work.run, max_batch=4)
    assert await asyncio.gather(*(lanes.submit(f"k{n}", 2) for n in range(10))) == [4] * 10
    assert work.groups == [[2]] * 10


async def test_an_error_is_its_item_s_alone_and_one_of_the_work_is_everybody_s() -> None:
    lanes: KeyedBatcher[str, int, int] = KeyedBatcher(Doubling().run, max_batch=4)
    results = await asyncio.gather(lanes.submit("k", 2), lanes.submit("k", 3), return_exceptions=True)
    assert results[0] == 4
    assert isinstance(results[1], ValueError)

    async def broken(key: str, items: Sequence[int]) -> list[int | Exception]:
        raise RuntimeError

    failing: KeyedBatcher[str, int, int] = KeyedBatcher(broken, max_batch=4)
    with pytest.raises(RuntimeError):
        await failing.submit("k", 1)


async def started(_: asyncio.Task[int]) -> None:
    """Lets the task come to its first wait, and the lane to its."""
    for _turn in range(3):
        await asyncio.sleep(0)


async def test_who_gave_up_is_left_out_and_an_idle_lane_is_gone() -> None:
    work = Doubling()
    lanes: KeyedBatcher[str, int, int] = KeyedBatcher(work.run, max_batch=4)
    first = asyncio.create_task(lanes.submit("k", 2))
    await started(first)
    impatient = asyncio.create_task(lanes.submit("k", 4))
    await started(impatient)
    impatient.cancel()
    assert await first == 4
    await lanes.close()
    assert work.groups == [[2]]
    assert lanes._waiting == {}
