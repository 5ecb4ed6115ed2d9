"""What claims at the store work with, when nobody asks events."""

import httpx

from subgraphs.rewards.eligibility import EventsClient
from subgraphs.rewards.operations.tools import Tools
from subgraphs.rewards.store.offers import OfferStore
from subgraphs.rewards.store.requests import RequestStore
from subgraphs.rewards.store.wallets import WalletStore
from subgraphs.runtime.clock import SystemClock
from subgraphs.runtime.mongo import Mongo


def store_tools(mongo: Mongo) -> Tools:
    """The tools of a process on this database; its way to events leads nowhere."""
    nowhere = EventsClient("http://127.0.0.1:9/", "", timeout_seconds=1, http=httpx.AsyncClient())
    return Tools(
        mongo=mongo,
        offers=OfferStore(mongo),
        requests=RequestStore(mongo),
        wallets=WalletStore(mongo),
        events=nowhere,
        clock=SystemClock(),
    )
