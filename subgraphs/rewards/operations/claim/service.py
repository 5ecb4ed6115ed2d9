"""The use case `claimReward`: rate limit, idempotency key and offer, eligibility, group commit; all in one deadline."""

import asyncio
import time
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

import structlog
from pymongo.errors import PyMongoError

from subgraphs.rewards.batching import KeyedBatcher
from subgraphs.rewards.clients.events import Terms
from subgraphs.rewards.model.offer import event_of_offer
from subgraphs.rewards.operations.claim.batch import MAX_GROUP_SIZE, commit_group
from subgraphs.rewards.operations.claim.decision import Claim
from subgraphs.rewards.operations.claim.eligibility import eligible_terms
from subgraphs.rewards.operations.claim.lookups import Lookup, Lookups
from subgraphs.rewards.operations.claim.results import COUNTED_REFUSALS, Claimed, ClaimResult
from subgraphs.rewards.operations.dependencies import Dependencies
from subgraphs.rewards.operations.rate_limits import RateLimits
from subgraphs.rewards.refusal_counter import RefusalCounter
from subgraphs.runtime.clients.subgraph import SubgraphUnavailable
from subgraphs.runtime.idempotency import check_key
from subgraphs.runtime.mongo import CommitUnknown, is_unavailable
from subgraphs.runtime.results import TryAgain

RETRY_AFTER: Final = timedelta(seconds=1)
# The part of the deadline that is kept for asking what became of a claim that ran out of time.
SETTLE_SECONDS: Final = 0.5
log = structlog.get_logger("claims")


class ClaimService:
    """Decides claims on all offers in this process; at most one transaction is in flight for an offer.

    `seconds` is the deadline of one claim, from its arrival to its answer.
    """

    def __init__(
        self, dependencies: Dependencies, rate_limits: RateLimits, refusal_counter: RefusalCounter, *, seconds: float
    ) -> None:
        self._dependencies = dependencies
        self._rate_limits = rate_limits
        self._refusal_counter = refusal_counter
        self._seconds = seconds
        self._lookups = Lookups(dependencies)
        self._batcher: KeyedBatcher[str, Claim, ClaimResult] = KeyedBatcher(self._commit, max_batch=MAX_GROUP_SIZE)

    async def claim(self, user_id: str, offer_id: str, key: str, now: datetime) -> ClaimResult:
        """Returns the request, or the reason why the claim was refused at `now`.

        A claim whose fate could not be learned in time is TryAgain; the same key settles it.
        """
        bad_key = check_key(key)
        if bad_key is not None:
            return bad_key
        deadline = time.monotonic() + self._seconds
        limited = await self._rate_limits.claim(user_id)
        if limited is not None:
            return limited
        result = await self._decide_in_time(Lookup(user_id, offer_id, key), now, deadline)
        # Only what is about an event that exists counts for its statistics.
        if isinstance(result, COUNTED_REFUSALS):
            self._refusal_counter.count(event_of_offer(offer_id), result.CODE)
        return result

    async def close(self) -> None:
        """Waits for the commits under way."""
        await self._lookups.close()
        await self._batcher.close()

    async def _decide_in_time(self, call: Lookup, now: datetime, deadline: float) -> ClaimResult:
        try:
            async with asyncio.timeout(deadline - SETTLE_SECONDS - time.monotonic()):
                return await self._decide(call, now, deadline - SETTLE_SECONDS)
        except (TimeoutError, SubgraphUnavailable, CommitUnknown) as error:
            return await self._settle(call, now, error)
        except PyMongoError as error:
            if not is_unavailable(error):
                raise
            return await self._settle(call, now, error)

    async def _decide(self, call: Lookup, now: datetime, deadline: float) -> ClaimResult:
        known = await self._lookups.find(call)
        if known is not None:
            return known
        terms = await eligible_terms(self._dependencies.events, call.user_id, call.offer_id, now)
        if not isinstance(terms, Terms):
            return terms
        claim = Claim(call.user_id, call.key, now, terms.timezone, deadline)
        return await self._batcher.submit(call.offer_id, claim)

    async def _commit(self, offer_id: str, claims: Sequence[Claim]) -> Sequence[ClaimResult | Exception]:
        return await commit_group(self._dependencies, offer_id, claims)

    async def _settle(self, call: Lookup, now: datetime, error: Exception) -> ClaimResult:
        """Returns what the store says of the key after all, if it says so at once; else TryAgain."""
        log.warning("claim not settled in time", error=type(error).__name__, offer_id=call.offer_id)
        try:
            async with asyncio.timeout(SETTLE_SECONDS):
                earlier = await self._lookups.find_earlier(call)
        except (TimeoutError, PyMongoError):
            earlier = None
        if isinstance(earlier, Claimed):
            return Claimed(earlier.request, is_replay=False)
        return earlier or TryAgain(now + RETRY_AFTER)
