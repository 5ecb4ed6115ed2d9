"""What rewards' worker does: hands over its outbox, delivers things, and sweeps what is due."""

import asyncio
import random
from collections.abc import Awaitable, Callable

import structlog
from pymongo.errors import PyMongoError

from subgraphs.rewards.clients.item_delivery import ItemDelivery
from subgraphs.rewards.operations.deliver_items import Tries, deliver_all_due
from subgraphs.rewards.operations.dependencies import Stores
from subgraphs.rewards.operations.expire_points import expire_all_due
from subgraphs.rewards.operations.fulfilment import DELIVERY
from subgraphs.rewards.operations.release_reservations import release_all_due
from subgraphs.rewards.settings import RewardsWorkerSettings
from subgraphs.rewards.store import COLLECTIONS
from subgraphs.runtime.cache.change_stream import ChangeStreamInvalidator
from subgraphs.runtime.cache.factory import build_invalidator
from subgraphs.runtime.clock import Clock, SystemClock
from subgraphs.runtime.messaging.outbox import Message, Publisher, Relay
from subgraphs.runtime.messaging.worker import Job, Worker
from subgraphs.runtime.mongo import CommitUnknown, Mongo

log = structlog.get_logger("sweeps")


def build_worker(
    settings: RewardsWorkerSettings, publisher: Publisher, delivery: ItemDelivery, *, clock: Clock | None = None
) -> Worker:
    """The worker of these settings. Several may run at once."""
    mongo = Mongo(settings, app_name="laurel-rewards-worker")
    stores = Stores.over(mongo, clock or SystemClock())
    # One order may take its time-out, and the writing of what it came to.
    tries = Tries(settings.item_delivery_tries, lease_seconds=settings.item_delivery_seconds + 30)
    ordered = asyncio.Event()

    async def wake(_: Message) -> None:
        # The order stands in the store: were this lost, the next look would find it.
        ordered.set()

    invalidator = build_invalidator(settings.redis_url, settings.mongo_database)
    jobs: list[Job] = [
        Relay(mongo, publisher, invalidate=invalidator.invalidate).run,
        ChangeStreamInvalidator(mongo, COLLECTIONS, invalidator.invalidate).run,
        _sweep("deliveries", lambda: deliver_all_due(stores, delivery, tries), settings.sweep_seconds, ordered),
        _sweep("reservations", lambda: release_all_due(stores), settings.sweep_seconds),
        _sweep("points", lambda: expire_all_due(stores), settings.sweep_seconds),
    ]
    return Worker(name="rewards", mongo=mongo, handlers={DELIVERY: wake}, jobs=jobs, on_stop=(invalidator.close,))


def _sweep(name: str, round_: Callable[[], Awaitable[int]], seconds: float, wake: asyncio.Event | None = None) -> Job:
    """Returns a job that works while something is due, then looks again after `seconds`, jittered, or when woken.

    A store that fails is tried again with growing waits.
    """
    woken = wake or asyncio.Event()

    async def run() -> None:
        failures = 0
        while True:
            woken.clear()
            try:
                done = await round_()
                failures = 0
            except (PyMongoError, CommitUnknown) as error:
                done, failures = 0, failures + 1
                log.warning("sweep failed", sweep=name, error=type(error).__name__, failures=failures)
            if done:
                log.info("swept", sweep=name, done=done)
                continue
            wait = seconds * random.uniform(0.8, 1.2) * min(2**failures, 50)
            try:
                async with asyncio.timeout(wait):
                    await woken.wait()
            except TimeoutError:
                continue

    return run
