"""What the use cases of users work with."""

from dataclasses import dataclass

from subgraphs.runtime.clock import Clock
from subgraphs.runtime.mongo import Mongo
from subgraphs.users.operations.rate_limits import RateLimits
from subgraphs.users.passwords import Passwords
from subgraphs.users.signing_keys import SigningKeys
from subgraphs.users.store.notifications import Inbox
from subgraphs.users.store.sessions import SessionStore
from subgraphs.users.store.users import UserStore


@dataclass(frozen=True, slots=True)
class Dependencies:
    """What the use cases work with."""

    mongo: Mongo
    users: UserStore
    sessions: SessionStore
    inbox: Inbox
    rate_limits: RateLimits
    passwords: Passwords
    keys: SigningKeys
    issuer: str
    clock: Clock
