"""KeyedLocks: one at a time at each place, first come first served, and nothing is left behind."""

import asyncio

from subgraphs.rewards.locks import KeyedLocks


async def test_one_at_a_time_is_at_a_place_in_the_order_of_coming() -> None:
    locks, inside, order = KeyedLocks(), 0, list[int]()

    async def visit(number: int) -> None:
        nonlocal inside
        async with locks.hold("offer"):
            inside += 1
            assert inside == 1
            await asyncio.sleep(0)
            order.append(number)
            inside -= 1

    await asyncio.gather(*(visit(number) for number in range(20)))
    assert order == list(range(20))
    assert locks._locks == {}
    assert locks._wanted == {}


async def test_several_places_are_taken_without_waiting_in_a_circle() -> None:
    locks = KeyedLocks()

    async def visit(*places: str) -> None:
        async with locks.hold_all(places):
            await asyncio.sleep(0)

    async with asyncio.timeout(5):
        await asyncio.gather(visit("a", "b", "a"), visit("b", "a"), visit("c", "a", "b"))
        await asyncio.gather(*[visit("a", "b") if number % 2 else visit("b", "a") for number in range(20)])
    assert locks._locks == {}


async def test_who_stops_waiting_leaves_the_turn_to_the_next() -> None:
    locks = KeyedLocks()
    async with locks.hold("offer"):
        waiting = asyncio.ensure_future(locks.hold("offer").__aenter__())
        await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
    async with asyncio.timeout(5), locks.hold("offer"):
        pass
    assert locks._locks == {}
