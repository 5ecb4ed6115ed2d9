"""What users' worker does: hands over its outbox, and puts what happened to rewards into inboxes."""

from subgraphs.runtime.cache.change_stream import ChangeStreamInvalidator
from subgraphs.runtime.cache.factory import build_invalidator
from subgraphs.runtime.messaging.outbox import Message, Publisher, Relay
from subgraphs.runtime.messaging.worker import Worker
from subgraphs.runtime.mongo import Mongo
from subgraphs.users.model.notification import of_request
from subgraphs.users.settings import UsersWorkerSettings
from subgraphs.users.store import COLLECTIONS
from subgraphs.users.store.notifications import Inbox


def build_worker(settings: UsersWorkerSettings, publisher: Publisher) -> Worker:
    """The worker of these settings."""
    mongo = Mongo(settings, app_name="laurel-users-worker")
    inbox = Inbox(mongo)

    async def notify(message: Message) -> None:
        # The message's id makes the entry unique: the same message again changes nothing.
        told = message.payload
        entry = of_request(told["userId"], message.id, told["requestId"], told["status"], message.at)
        if entry is not None:
            await inbox.put(entry)

    invalidator = build_invalidator(settings.redis_url, settings.mongo_database)
    relay = Relay(mongo, publisher, invalidate=invalidator.invalidate)
    jobs = (relay.run, ChangeStreamInvalidator(mongo, COLLECTIONS, invalidator.invalidate).run)
    return Worker(
        name="users", mongo=mongo, handlers={"rewards.request": notify}, jobs=jobs, on_stop=(invalidator.close,)
    )
