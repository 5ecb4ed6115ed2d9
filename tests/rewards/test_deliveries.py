"""Things are delivered by HTTP, signed, as often as needed and no more: against a real server."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
import uvicorn
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from subgraphs.rewards.clients.item_delivery import HttpDelivery, signature
from subgraphs.rewards.operations.deliver_items import (
    MAX_WAIT_SECONDS,
    MIN_WAIT_SECONDS,
    Tries,
    deliver_all_due,
    wait_after,
)
from subgraphs.rewards.operations.dependencies import Stores
from subgraphs.rewards.settings import RewardsWorkerSettings
from subgraphs.rewards.worker import build_worker
from subgraphs.runtime.messaging.broker import InProcessBroker
from subgraphs.runtime.mongo import Mongo
from tests.fixtures.clock import FrozenClock
from tests.fixtures.waiting import until
from tests.rewards.claiming import Claiming
from tests.rewards.reward_client import Moving

SECRET = "the-secret-of-the-shop"
TRIES = Tries(most=3, lease_seconds=30)


class Shop:
    """Answers orders with `answers` in turn, then with 200; keeps what it was sent."""

    def __init__(self) -> None:
        self.url = ""
        self.answers: list[int] = []
        self.hangs = False
        self.orders: list[tuple[dict[str, str], bytes]] = []
        self.asked = asyncio.Event()
        self.done = asyncio.Event()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        self.orders.append((dict(request.headers), await request.body()))
        self.asked.set()
        if self.hangs:
            await self.done.wait()
        await Response(status_code=self.answers.pop(0) if self.answers else 200)(scope, receive, send)

    @property
    def keys(self) -> list[str]:
        return [headers["idempotency-key"] for headers, _ in self.orders]


@pytest.fixture
async def shop() -> AsyncIterator[Shop]:
    shop = Shop()
    listening = socket.create_server(("127.0.0.1", 0))
    shop.url = f"http://127.0.0.1:{listening.getsockname()[1]}/orders"
    server = uvicorn.Server(uvicorn.Config(shop, lifespan="off", log_config=None))
    task = asyncio.create_task(server.serve(sockets=[listening]))
    yield shop
    shop.done.set()
    server.should_exit = True
    await task


@pytest.fixture
def deliver(stores: Stores, shop: Shop, clock: FrozenClock) -> Callable[[], Any]:
    """One round of a worker."""
    delivery = HttpDelivery(shop.url, SECRET, timeout_seconds=0.3, clock=clock)

    async def round_() -> int:
        return await deliver_all_due(stores, delivery, TRIES)

    return round_


async def ordered(claiming: Claiming, moving: Moving, *users: str) -> list[str]:
    """The ids of requests for a thing, approved and on their way."""
    offer_id = await claiming.offer(await claiming.reward(kind="item", quantity=2), stockTotal=50)
    return await moving.asked(offer_id, *(users or ("us1",)))


async def test_an_order_is_signed_and_what_is_taken_is_fulfilled(
    claiming: Claiming, moving: Moving, shop: Shop, deliver: Callable[[], Any]
) -> None:
    (request_id,) = await ordered(claiming, moving)
    claiming.clock.advance(seconds=5)
    assert await deliver() == 1
    ((headers, body),) = shop.orders
    assert json.loads(body) == {"requestId": request_id, "userId": "us1", "sku": "sword", "quantity": 2}
    assert headers["idempotency-key"] == request_id
    assert headers["x-timestamp"] == str(int(claiming.clock.now().timestamp()))
    assert headers["x-signature"] == signature(SECRET, headers["x-timestamp"], body)
    assert signature(SECRET, headers["x-timestamp"], body + b" ") != headers["x-signature"]
    seen = await moving.request(request_id)
    assert (seen["status"], seen["grant"]) == (
        "FULFILLED",
        {"__typename": "ItemGrant", "sku": "sword", "quantity": 2, "deliveredAt": "2026-03-02T12:00:05.000Z"},
    )
    assert [step["to"] for step in seen["history"]] == ["APPROVED", "FULFILLED"]
    claiming.clock.advance(days=1)
    assert await deliver() == 0
    await claiming.check_sums()


@pytest.mark.parametrize("fault", [500, 503, 429, 408, "slow", "away"])
async def test_what_may_pass_is_tried_again_later_with_the_same_key(
    claiming: Claiming, moving: Moving, shop: Shop, deliver: Callable[[], Any], stores: Stores, fault: int | str
) -> None:
    (request_id,) = await ordered(claiming, moving)
    if fault == "away":
        nowhere = HttpDelivery("http://127.0.0.1:9/orders", SECRET, timeout_seconds=0.3, clock=claiming.clock)
        assert await deliver_all_due(stores, nowhere, TRIES) == 1
    else:
        shop.hangs = fault == "slow"
        shop.answers = [fault] if isinstance(fault, int) else []
        assert await deliver() == 1
        shop.hangs = False
    assert (await moving.request(request_id))["status"] == "APPROVED"
    assert await deliver() == 0
    claiming.clock.advance(seconds=MIN_WAIT_SECONDS)
    assert await deliver() == 1
    assert (await moving.request(request_id))["status"] == "FULFILLED"
    assert set(shop.keys) == {request_id}
    await claiming.check_sums()


@pytest.mark.parametrize("status", [400, 404, 422, 301])
async def test_what_is_refused_has_failed_at_once(
    claiming: Claiming, moving: Moving, shop: Shop, deliver: Callable[[], Any], status: int
) -> None:
    (request_id,) = await ordered(claiming, moving)
    shop.answers = [status] * 3
    for _ in range(3):
        await deliver()
        claiming.clock.advance(seconds=60)
    seen = await moving.request(request_id)
    assert seen["status"] == "FAILED"
    assert len(shop.orders) == (3 if status == 301 else 1)
    assert seen["reason"] == ("the delivery was not possible" if status == 301 else "the delivery was refused")
    assert seen["grant"] is None
    await claiming.check_sums()


async def test_a_failed_delivery_is_tried_again_when_told_and_then_arrives_or_is_reversed(
    claiming: Claiming, moving: Moving, shop: Shop, deliver: Callable[[], Any], mongo: Mongo
) -> None:
    one, other = await ordered(claiming, moving, "us1", "us2")
    shop.answers = [400, 400]
    await deliver()
    told = await asyncio.gather(*(moving.retry(request_id) for request_id in (one, one, one, other)))
    assert {answer["request"]["status"] for answer in told} == {"FAILED"}
    # What is on its way cannot be taken back.
    assert (await moving.reverse(one))["status"] == "FAILED"
    shop.answers = [200, 400]
    await deliver()
    seen = [await moving.request(request_id) for request_id in (one, other)]
    assert {request["status"] for request in seen} == {"FULFILLED", "FAILED"}
    for request in seen:
        # Retries change no status, but stand in the trail.
        assert [step["to"] for step in request["history"]][:2] == ["APPROVED", "FAILED"]
        trail = [
            row["action"] async for row in mongo.write["audit"].find({"subjectId": request["id"]}, sort=[("seq", 1)])
        ]
        assert trail[:3] == ["request.claimed", "request.failed", "request.retried"]
        assert trail.count("request.retried") == 1
        assert (await moving.reverse(request["id"]))["request"]["status"] == "REVERSED"
    await claiming.check_sums()


async def test_two_workers_at_once_try_each_order_once(
    claiming: Claiming, moving: Moving, shop: Shop, deliver: Callable[[], Any]
) -> None:
    ids = await ordered(claiming, moving, *(f"us{n}" for n in range(30)))
    tried = await asyncio.gather(deliver(), deliver())
    assert sum(tried) == 30
    assert sorted(shop.keys) == sorted(ids)
    await claiming.check_sums()


async def test_what_a_worker_that_died_had_taken_up_is_tried_by_another_when_the_lease_is_over(
    claiming: Claiming, moving: Moving, shop: Shop, deliver: Callable[[], Any], stores: Stores
) -> None:
    (request_id,) = await ordered(claiming, moving)
    shop.hangs = True
    patient = HttpDelivery(shop.url, SECRET, timeout_seconds=60, clock=claiming.clock)
    dying = asyncio.create_task(deliver_all_due(stores, patient, TRIES))
    await shop.asked.wait()
    dying.cancel()
    shop.hangs = False
    assert await deliver() == 0
    claiming.clock.advance(seconds=TRIES.lease_seconds)
    assert await deliver() == 1
    assert (await moving.request(request_id))["status"] == "FULFILLED"
    assert shop.keys == [request_id, request_id]


async def test_the_worker_delivers_what_was_ordered_and_sweeps_what_is_due(
    claiming: Claiming, moving: Moving, shop: Shop, mongo_url: str, redis_url: str, mongo: Mongo, clock: FrozenClock
) -> None:
    (thing,) = await ordered(claiming, moving)
    waits = await claiming.offer(approval="MANUAL", reservationSeconds=60, stockTotal=1)
    (overdue,) = await moving.asked(waits, "us1")
    await moving.asked(await claiming.offer(await claiming.reward(expireAfterDays=1)), "us1")
    clock.advance(days=1)
    settings = RewardsWorkerSettings(
        mongo_url=mongo_url, redis_url=redis_url, REWARDS_DATABASE=mongo.write.name, sweep_seconds=0.05
    )
    broker = InProcessBroker()
    worker = build_worker(settings, broker, HttpDelivery(shop.url, SECRET, timeout_seconds=5, clock=clock), clock=clock)
    for topic, handler in worker.handlers.items():
        broker.subscribe(topic, handler)
    jobs = [asyncio.ensure_future(job()) for job in worker.jobs]
    write = mongo.write

    async def is_done() -> bool:
        return (
            not await write["outbox"].count_documents({})
            and not await write["requests"].count_documents({"status": {"$in": ["APPROVED", "PENDING"]}})
            and await write["ledger"].count_documents({"kind": "EXPIRE"}) == 1
        )

    await until(is_done)
    for job in jobs:
        job.cancel()
    await asyncio.gather(*jobs, return_exceptions=True)
    for stop in worker.on_stop:
        await stop()
    worker.mongo.close()
    assert (await moving.request(thing))["status"] == "FULFILLED"
    assert (await moving.request(overdue))["status"] == "EXPIRED"
    assert await moving.balances("us1") == [0]


def test_waits_grow_to_ten_minutes_and_differ() -> None:
    for tries in range(1, 30):
        longest = min(MAX_WAIT_SECONDS, MIN_WAIT_SECONDS * 2 ** (tries - 1))
        waits = {wait_after(tries) for _ in range(50)}
        assert len(waits) > 1
        assert longest / 2 <= min(waits)
        assert max(waits) <= longest


def test_an_address_without_a_secret_is_no_setting(mongo_url: str) -> None:
    with pytest.raises(ValueError, match="ITEM_DELIVERY_SECRET"):
        RewardsWorkerSettings(mongo_url=mongo_url, redis_url="redis://x", item_delivery_url="https://shop.example")
