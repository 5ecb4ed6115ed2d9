"""The worker of the local stack: the three subgraphs' workers in one process, with a broker inside it.

Takes MONGO_URL, HOST, PORT and LOG_LEVEL from the environment; answers `/health/live` and `/health/ready`.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence

import structlog
from fastapi import FastAPI

from deploy.local.delivery import AcceptsAll
from subgraphs.events.settings import EventsWorkerSettings
from subgraphs.events.worker import build_worker as build_events_worker
from subgraphs.rewards.clients.item_delivery import http_delivery
from subgraphs.rewards.settings import RewardsWorkerSettings
from subgraphs.rewards.worker import build_worker as build_rewards_worker
from subgraphs.runtime.clock import SystemClock
from subgraphs.runtime.health import Health
from subgraphs.runtime.messaging.broker import InProcessBroker
from subgraphs.runtime.messaging.worker import Job, Worker
from subgraphs.runtime.server import create_app, run_service
from subgraphs.runtime.settings import ServerSettings, load_settings
from subgraphs.users.settings import UsersWorkerSettings
from subgraphs.users.worker import build_worker as build_users_worker

RESTART_SECONDS = 1.0
log = structlog.get_logger("worker")


class WorkerSettings(ServerSettings):
    """The process's own settings; each subgraph's worker reads its own besides."""

    mongo_database: str = "admin"


def build(workers: Sequence[Worker], broker: InProcessBroker) -> FastAPI:
    """The app whose lifespan runs the workers' jobs."""
    for worker in workers:
        for topic, handler in worker.handlers.items():
            broker.subscribe(topic, handler)
    health = Health({worker.name: worker.mongo.ping for worker in workers})

    @contextlib.asynccontextmanager
    async def lifespan() -> AsyncIterator[None]:
        tasks = [asyncio.create_task(_keep_running(worker.name, job)) for worker in workers for job in worker.jobs]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            for worker in workers:
                for stop in worker.on_stop:
                    await stop()
                worker.mongo.close()

    return create_app(name="worker", health=health, routers=(), lifespan=lifespan)


async def _keep_running(name: str, job: Job) -> None:
    while True:
        try:
            await job()
        except Exception:
            log.exception("job failed; starting it again", worker=name)
        await asyncio.sleep(RESTART_SECONDS)


def _build_all(_: WorkerSettings) -> FastAPI:
    broker = InProcessBroker()
    rewards = load_settings(RewardsWorkerSettings)
    delivery = http_delivery(rewards, SystemClock()) or AcceptsAll()
    workers = [
        build_users_worker(load_settings(UsersWorkerSettings), broker),
        build_events_worker(load_settings(EventsWorkerSettings), broker),
        build_rewards_worker(rewards, broker, delivery),
    ]
    return build(workers, broker)


def main() -> None:
    """Runs until SIGTERM or SIGINT."""
    run_service("worker", WorkerSettings, _build_all)


if __name__ == "__main__":
    main()
