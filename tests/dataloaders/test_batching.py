"""The loaders: one query a turn, safe against cancellation, an error spoils one key."""

import asyncio
from collections.abc import Mapping, Sequence

import pytest

from dataloaders import One, PageOf, Pages
from dataloaders.batch import Batch


class Numbers:
    """Knows the names of the numbers below ten, and counts how often it is asked."""

    def __init__(self) -> None:
        self.asked: list[list[int]] = []

    async def find(self, keys: Sequence[int]) -> Mapping[int, str]:
        self.asked.append(list(keys))
        await asyncio.sleep(0)
        return {key: f"n{key}" for key in keys if key < 10}


async def test_keys_of_one_turn_are_one_query_with_each_key_once() -> None:
    numbers = Numbers()
    loader: One[int, str] = One(numbers.find)
    found = await asyncio.gather(*(loader.load(key) for key in [1, 2, 1, 11, 2]))
    assert found == ["n1", "n2", "n1", None, "n2"]
    assert numbers.asked == [[1, 2, 11]]


async def test_a_key_is_read_once_a_request_and_again_after_clear() -> None:
    numbers = Numbers()
    loader: One[int, str] = One(numbers.find)
    await loader.load(1)
    await loader.load(1)
    loader.clear(1)
    await loader.load(1)
    assert numbers.asked == [[1], [1]]


async def test_a_primed_value_is_not_asked_for() -> None:
    numbers = Numbers()
    loader: One[int, str] = One(numbers.find)
    loader.prime(3, "three")
    assert await loader.load(3) == "three"
    assert numbers.asked == []


async def test_a_cancelled_caller_spoils_nothing_for_the_others() -> None:
    gate = asyncio.Event()

    async def find(keys: Sequence[int]) -> Mapping[int, str]:
        await gate.wait()
        return dict.fromkeys(keys, "v")

    loader: One[int, str] = One(find)
    impatient = asyncio.create_task(loader.load(1))
    patient = asyncio.create_task(loader.load(1))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    impatient.cancel()
    with pytest.raises(asyncio.CancelledError):
        await impatient
    gate.set()
    assert await patient == "v"
    assert await loader.load(1) == "v"


async def test_a_caller_who_gives_up_before_the_query_is_sent_leaves_the_others_their_values() -> None:
    numbers = Numbers()
    loader: One[int, str] = One(numbers.find)
    impatient = asyncio.create_task(loader.load(1))
    patient = asyncio.create_task(loader.load_all([1, 2]))
    await asyncio.sleep(0)
    impatient.cancel()
    assert await patient == ["n1", "n2"]
    assert impatient.cancelled()


async def test_callers_who_all_give_up_leave_the_key_as_good_as_new() -> None:
    numbers = Numbers()
    loader: One[int, str] = One(numbers.find)
    tasks = [asyncio.create_task(loader.load(1)) for _ in range(3)]
    await asyncio.sleep(0)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert await loader.load(1) == "n1"
    assert numbers.asked == [[1]]


async def test_a_query_that_fails_is_asked_again_by_the_next_caller() -> None:
    answers: list[dict[int, str] | Exception] = [ConnectionError("away"), {1: "one"}]

    async def find(keys: Sequence[int]) -> Mapping[int, str]:
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    loader: One[int, str] = One(find)
    with pytest.raises(ConnectionError):
        await loader.load(1)
    assert await loader.load(1) == "one"


async def test_a_cancelled_query_is_an_error_to_its_waiters_and_not_a_hang() -> None:
    async def find(keys: Sequence[int]) -> Mapping[int, str]:
        raise asyncio.CancelledError

    loader: One[int, str] = One(find)
    async with asyncio.timeout(5):
        results = await loader.load_all([1, 2])
    assert all(isinstance(result, Exception) for result in results)


async def test_an_error_in_the_place_of_a_value_spoils_only_its_key() -> None:
    async def fetch(keys: Sequence[int]) -> list[int | Exception]:
        return [ValueError("odd") if key % 2 else key for key in keys]

    loader: Batch[int, int] = Batch(fetch)
    two, three = await loader.load_all([2, 3])
    assert two == 2
    assert isinstance(three, ValueError)
    with pytest.raises(ValueError, match="odd"):
        await loader.load(3)


async def test_pages_with_equal_bounds_are_one_query_and_a_failing_one_spoils_only_its_own() -> None:
    asked: list[tuple[list[str], int]] = []

    async def find(parents: Sequence[str], size: int) -> Mapping[str, str]:
        asked.append((list(parents), size))
        if size == 0:
            raise ValueError("no page")
        return {parent: f"{parent}:{size}" for parent in parents}

    loader: Pages[int, str] = Pages(find)
    keys = [PageOf("a", 5), PageOf("b", 5), PageOf("a", 0), PageOf("c", 7)]
    found = await loader.load_all(keys)
    assert found[0] == "a:5"
    assert found[1] == "b:5"
    assert isinstance(found[2], ValueError)
    assert found[3] == "c:7"
    assert asked == [(["a", "b"], 5), (["a"], 0), (["c"], 7)]


class Told:
    """What the observer of a loader is told, the time aside."""

    def __init__(self) -> None:
        self.batches: list[tuple[str, int, int]] = []
        self.again = 0

    def known(self, loader: str) -> None:
        self.again += 1

    def read(self, loader: str, keys: int, failed: int, seconds: float) -> None:
        assert seconds >= 0
        self.batches.append((loader, keys, failed))


async def test_an_observer_is_told_of_each_batch_of_its_errors_and_of_keys_that_were_known() -> None:
    async def fetch(keys: Sequence[int]) -> list[int | Exception]:
        if 0 in keys:
            raise ConnectionError("away")
        return [ValueError("odd") if key % 2 else key for key in keys]

    loader: Batch[int, int] = Batch(fetch)
    loader.observer = told = Told()
    await loader.load_all([2, 3, 4, 2])
    await loader.load(2)
    await loader.load_all([0, 6])
    assert told.batches == [("Batch", 3, 1), ("Batch", 2, 2)]
    assert told.again == 2
