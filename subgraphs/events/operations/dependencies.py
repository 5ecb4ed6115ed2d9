"""What the use cases of events work with."""

from dataclasses import dataclass

from subgraphs.events.clients.profiles import Profiles
from subgraphs.events.operations.rate_limits import RateLimits
from subgraphs.events.store.events import EventStore
from subgraphs.runtime.clock import Clock
from subgraphs.runtime.mongo import Mongo


@dataclass(frozen=True, slots=True)
class Dependencies:
    """The stores, the clock, the limits, and what is known of users."""

    mongo: Mongo
    store: EventStore
    profiles: Profiles
    rate_limits: RateLimits
    clock: Clock
