"""What the use cases work with."""

from dataclasses import dataclass
from typing import Any, Self

from subgraphs.rewards.clients.events import EventsClient
from subgraphs.rewards.clients.users import UsersClient
from subgraphs.rewards.locks import KeyedLocks
from subgraphs.rewards.store.badges import BadgeStore
from subgraphs.rewards.store.codes import CodeStore
from subgraphs.rewards.store.offers import OfferStore
from subgraphs.rewards.store.requests import RequestStore
from subgraphs.rewards.store.rewards import RewardStore
from subgraphs.rewards.store.wallets import WalletStore
from subgraphs.runtime.clock import Clock
from subgraphs.runtime.mongo import Mongo


@dataclass(frozen=True, slots=True)
class Stores:
    """The stores, the clock, and the locks on offers and wallets: all that moves a request on."""

    mongo: Mongo
    rewards: RewardStore
    codes: CodeStore
    badges: BadgeStore
    offers: OfferStore
    requests: RequestStore
    wallets: WalletStore
    clock: Clock
    locks: KeyedLocks

    @classmethod
    def over(cls, mongo: Mongo, clock: Clock, **others: Any) -> Self:
        """All stores of one database; `others` are what a subclass holds besides."""
        return cls(
            mongo=mongo,
            rewards=RewardStore(mongo),
            codes=CodeStore(mongo),
            badges=BadgeStore(mongo),
            offers=OfferStore(mongo),
            requests=RequestStore(mongo),
            wallets=WalletStore(mongo),
            clock=clock,
            locks=KeyedLocks(),
            **others,
        )


@dataclass(frozen=True, slots=True)
class Dependencies(Stores):
    """The stores, the ways to events and to users.

    And whether a wallet may fall under nothing when points that are spent are taken back.
    """

    events: EventsClient
    users: UsersClient
    may_owe: bool
