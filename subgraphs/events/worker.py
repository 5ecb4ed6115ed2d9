"""What events' worker does: hands over its outbox, keeps profiles, and takes logins for activities."""

from subgraphs.events.model.activity import LOGINS, Activity
from subgraphs.events.model.rule import ActivityType
from subgraphs.events.settings import EventsWorkerSettings
from subgraphs.events.store import COLLECTIONS
from subgraphs.events.store.activities import record
from subgraphs.events.store.profiles import keep_profile
from subgraphs.runtime.cache.change_stream import ChangeStreamInvalidator
from subgraphs.runtime.cache.factory import build_invalidator
from subgraphs.runtime.messaging.outbox import Message, Publisher, Relay
from subgraphs.runtime.messaging.worker import Worker
from subgraphs.runtime.mongo import Mongo


def build_worker(settings: EventsWorkerSettings, publisher: Publisher) -> Worker:
    """The worker of these settings."""
    mongo = Mongo(settings, app_name="laurel-events-worker")

    async def keep(message: Message) -> None:
        await keep_profile(mongo, message.id, message.payload, message.at)

    async def take_login(message: Message) -> None:
        # The session's id makes it unique: the same message again changes nothing.
        login = Activity(
            user_id=message.payload["userId"],
            type=ActivityType.LOGIN,
            name=None,
            occurred_at=message.payload["at"],
            received_at=message.at,
            source=LOGINS,
            external_id=message.payload["sessionId"],
        )
        await record(mongo, [login])

    handlers = {"users.profile": keep, "users.login": take_login}
    invalidator = build_invalidator(settings.redis_url, settings.mongo_database)
    relay = Relay(mongo, publisher, invalidate=invalidator.invalidate)
    jobs = (relay.run, ChangeStreamInvalidator(mongo, COLLECTIONS, invalidator.invalidate).run)
    return Worker(name="events", mongo=mongo, handlers=handlers, jobs=jobs, on_stop=(invalidator.close,))
