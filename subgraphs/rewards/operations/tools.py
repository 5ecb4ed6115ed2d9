"""What the use cases work with."""

from dataclasses import dataclass

from subgraphs.rewards.eligibility import EventsClient
from subgraphs.rewards.store.badges import BadgeStore
from subgraphs.rewards.store.codes import CodeStore
from subgraphs.rewards.store.offers import OfferStore
from subgraphs.rewards.store.requests import RequestStore
from subgraphs.rewards.store.rewards import RewardStore
from subgraphs.rewards.store.wallets import WalletStore
from subgraphs.runtime.clock import Clock
from subgraphs.runtime.mongo import Mongo


@dataclass(frozen=True, slots=True)
class Tools:
    """The stores, the clock, and the way to events."""

    mongo: Mongo
    rewards: RewardStore
    codes: CodeStore
    badges: BadgeStore
    offers: OfferStore
    requests: RequestStore
    wallets: WalletStore
    events: EventsClient
    clock: Clock
