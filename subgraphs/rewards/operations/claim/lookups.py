"""What is looked up before a claim is judged, for all claims that come together: earlier requests under their keys, and
whether their offers are on offer."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from subgraphs.rewards.batching import KeyedBatcher
from subgraphs.rewards.model.request import RewardRequest
from subgraphs.rewards.operations.claim.batch import MAX_CLAIMS
from subgraphs.rewards.operations.claim.results import Claimed
from subgraphs.rewards.operations.dependencies import Stores
from subgraphs.runtime.results import IdempotencyConflict, NotFound


@dataclass(frozen=True, slots=True)
class Lookup:
    """One user's call."""

    user_id: str
    offer_id: str
    key: str


# How the call ends already: it was made before, its key was used for another, or there is no such offer.
Ending = Claimed | IdempotencyConflict | NotFound


class Lookups:
    """Two queries for as many calls as a group has, on whatever offers; the calls that come meanwhile are the next ones."""

    def __init__(self, stores: Stores) -> None:
        self._stores = stores
        # As many as a group that commits has, so that the one keeps up with the other.
        self._batcher: KeyedBatcher[None, Lookup, Ending | None] = KeyedBatcher(self._look, max_batch=MAX_CLAIMS)

    async def ending(self, call: Lookup) -> Ending | None:
        """How the call ends already, or None when it is to be judged. Raises what the store raises."""
        return await self._batcher.submit(None, call)

    async def earlier(self, call: Lookup) -> Claimed | IdempotencyConflict | None:
        """The same of its key alone, asked at once."""
        pair = (call.user_id, call.key)
        return _earlier(call, (await self._stores.requests.with_keys([pair])).get(pair))

    async def close(self) -> None:
        """Waits for the queries under way."""
        await self._batcher.close()

    async def _look(self, _: None, calls: Sequence[Lookup]) -> list[Ending | Exception | None]:
        requests, offers = await asyncio.gather(
            self._stores.requests.with_keys({(call.user_id, call.key) for call in calls}),
            self._stores.offers.offers({call.offer_id for call in calls}),
        )
        endings: list[Ending | Exception | None] = []
        for call in calls:
            offer = offers.get(call.offer_id)
            missing = None if offer is not None and offer.enabled else NotFound(call.offer_id)
            endings.append(_earlier(call, requests.get((call.user_id, call.key))) or missing)
        return endings


def _earlier(call: Lookup, request: RewardRequest | None) -> Claimed | IdempotencyConflict | None:
    if request is None:
        return None
    return Claimed(request, is_replay=True) if request.offer_id == call.offer_id else IdempotencyConflict()
