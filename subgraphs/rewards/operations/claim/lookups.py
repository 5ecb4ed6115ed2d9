"""Looks up, for all claims that come together, earlier requests under their keys and whether their offers are on offer."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from subgraphs.rewards.batching import KeyedBatcher
from subgraphs.rewards.model.request import RewardRequest
from subgraphs.rewards.operations.claim.results import Claimed
from subgraphs.rewards.operations.dependencies import Stores
from subgraphs.runtime.results import IdempotencyConflict, NotFound

# As many as a group that commits has, so that the one keeps up with the other.
MAX_LOOKUPS: Final = 64


@dataclass(frozen=True, slots=True)
class Lookup:
    """One user's call, by which an earlier request and the offer are found."""

    user_id: str
    offer_id: str
    key: str


# The call is decided already: it was made before, its key was used for another offer, or there is no such offer.
Known: TypeAlias = Claimed | IdempotencyConflict | NotFound


class Lookups:
    """Sends two queries for up to 64 calls, on whatever offers; the calls that come meanwhile are the next batch."""

    def __init__(self, stores: Stores) -> None:
        self._stores = stores
        self._batcher: KeyedBatcher[None, Lookup, Known | None] = KeyedBatcher(self._find_all, max_batch=MAX_LOOKUPS)

    async def find(self, call: Lookup) -> Known | None:
        """Returns the result that the call has already, or None when it is still to be decided. Raises PyMongoError."""
        return await self._batcher.submit(None, call)

    async def find_earlier(self, call: Lookup) -> Claimed | IdempotencyConflict | None:
        """Returns the result of an earlier call with the same key, if there was one; asked at once, not in a batch."""
        pair = (call.user_id, call.key)
        return _earlier(call, (await self._stores.requests.with_keys([pair])).get(pair))

    async def close(self) -> None:
        """Waits for the queries under way."""
        await self._batcher.close()

    async def _find_all(self, _: None, calls: Sequence[Lookup]) -> list[Known | Exception | None]:
        requests, offers = await asyncio.gather(
            self._stores.requests.with_keys({(call.user_id, call.key) for call in calls}),
            self._stores.offers.offers({call.offer_id for call in calls}),
        )
        known: list[Known | Exception | None] = []
        for call in calls:
            offer = offers.get(call.offer_id)
            missing = None if offer is not None and offer.enabled else NotFound(call.offer_id)
            known.append(_earlier(call, requests.get((call.user_id, call.key))) or missing)
        return known


def _earlier(call: Lookup, request: RewardRequest | None) -> Claimed | IdempotencyConflict | None:
    if request is None:
        return None
    return Claimed(request, is_replay=True) if request.offer_id == call.offer_id else IdempotencyConflict()
