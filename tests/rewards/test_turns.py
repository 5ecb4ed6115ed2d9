"""Turns: one at a time at each place, first come first served, and nothing is left behind."""

import asyncio

from subgraphs.rewards.locks import Turns


async def test_one_at_a_time_is_at_a_place_in_the_order_of_coming() -> None:
    turns, inside, order = Turns(), 0, list[int]()

    async def visit(number: int) -> None:
        nonlocal inside
        async with turns.at("offer"):
            inside += 1
            assert inside == 1
            await asyncio.sleep(0)
            order.append(number)
            inside -= 1

    await asyncio.gather(*(visit(number) for number in range(20)))
    assert order == list(range(20))
    assert turns._locks == {}
    assert turns._wanted == {}


async def test_several_places_are_taken_without_waiting_in_a_circle() -> None:
    turns = Turns()

    async def visit(*places: str) -> None:
        async with turns.at_all(places):
            await asyncio.sleep(0)

    async with asyncio.timeout(5):
        await asyncio.gather(visit("a", "b", "a"), visit("b", "a"), visit("c", "a", "b"))
        await asyncio.gather(*[visit("a", "b") if number % 2 else visit("b", "a") for number in range(20)])
    assert turns._locks == {}


async def test_who_stops_waiting_leaves_the_turn_to_the_next() -> None:
    turns = Turns()
    async with turns.at("offer"):
        waiting = asyncio.ensure_future(turns.at("offer").__aenter__())
        await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
    async with asyncio.timeout(5), turns.at("offer"):
        pass
    assert turns._locks == {}
