"""What rewards' worker does: hands over the messages of its outbox."""

from subgraphs.rewards.settings import RewardsWorkerSettings
from subgraphs.runtime.mongo import Mongo
from subgraphs.runtime.outbox import Publisher, Relay
from subgraphs.runtime.worker import Worker


def build_worker(settings: RewardsWorkerSettings, publisher: Publisher) -> Worker:
    """The worker of these settings."""
    mongo = Mongo(settings, app_name="laurel-rewards-worker")
    return Worker(name="rewards", mongo=mongo, jobs=(Relay(mongo, publisher).run,))
