"""What users' worker does: hands over the messages of its outbox."""

from subgraphs.runtime.mongo import Mongo
from subgraphs.runtime.outbox import Publisher, Relay
from subgraphs.runtime.worker import Worker
from subgraphs.users.settings import UsersWorkerSettings


def build_worker(settings: UsersWorkerSettings, publisher: Publisher) -> Worker:
    """The worker of these settings."""
    mongo = Mongo(settings, app_name="laurel-users-worker")
    return Worker(name="users", mongo=mongo, jobs=(Relay(mongo, publisher).run,))
