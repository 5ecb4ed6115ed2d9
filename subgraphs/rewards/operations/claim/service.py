"""Claim a reward: who, the key, the offer, eligibility, the commit; all in one deadline."""

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
from subgraphs.rewards.operations.claim.batch import MAX_CLAIMS, Claim, commit_group
from subgraphs.rewards.operations.claim.lookups import Lookup, Lookups
from subgraphs.rewards.operations.claim.results import Claimed, ClaimOutcome, ConditionsNotMet, EventNotOpen
from subgraphs.rewards.operations.dependencies import Dependencies
from subgraphs.rewards.operations.rate_limits import RateLimits
from subgraphs.runtime.clients.subgraph import SubgraphUnavailable
from subgraphs.runtime.idempotency import check_key
from subgraphs.runtime.mongo import CommitUnknown, is_unavailable
from subgraphs.runtime.results import NotFound, TryAgain

RETRY_AFTER: Final = timedelta(seconds=1)
SETTLE_SECONDS: Final = 0.5
log = structlog.get_logger("claims")


class Claims:
    """Claims on all offers in this process. At most one transaction is in flight for an offer."""

    def __init__(self, dependencies: Dependencies, rate_limits: RateLimits, *, seconds: float) -> None:
        self._tools = dependencies
        self._rates = rate_limits
        self._seconds = seconds
        self._lookups = Lookups(dependencies)
        self._batcher: KeyedBatcher[str, Claim, ClaimOutcome] = KeyedBatcher(self._commit, max_batch=MAX_CLAIMS)

    async def claim(self, user_id: str, offer_id: str, key: str, now: datetime) -> ClaimOutcome:
        """Decides the claim at `now`. What could not be learned in time is TryAgain, and the same key settles it."""
        bad_key = check_key(key)
        if bad_key is not None:
            return bad_key
        call = Lookup(user_id, offer_id, key)
        deadline = time.monotonic() + self._seconds
        limited = await self._rates.claim(user_id)
        if limited is not None:
            return limited
        try:
            async with asyncio.timeout(self._seconds - SETTLE_SECONDS):
                return await self._decide(call, now, deadline - SETTLE_SECONDS)
        except (TimeoutError, SubgraphUnavailable, CommitUnknown) as error:
            return await self._settle(call, now, error)
        except PyMongoError as error:
            if not is_unavailable(error):
                raise
            return await self._settle(call, now, error)

    async def close(self) -> None:
        """Waits for the commits under way."""
        await self._lookups.close()
        await self._batcher.close()

    async def _decide(self, call: Lookup, now: datetime, deadline: float) -> ClaimOutcome:
        ending = await self._lookups.ending(call)
        if ending is not None:
            return ending
        terms = await self._tools.events.terms(event_of_offer(call.offer_id), call.user_id)
        refusal = judge_terms(terms, call.offer_id, now)
        if refusal is not None or terms is None:
            return refusal or NotFound(call.offer_id)
        return await self._batcher.submit(call.offer_id, Claim(call.user_id, call.key, now, terms.timezone, deadline))

    async def _commit(self, offer_id: str, claims: Sequence[Claim]) -> Sequence[ClaimOutcome | Exception]:
        return await commit_group(self._tools, offer_id, claims)

    async def _settle(self, call: Lookup, now: datetime, error: Exception) -> ClaimOutcome:
        """What the store says of the key after all, if it says so at once."""
        log.warning("claim not settled in time", error=type(error).__name__, offer_id=call.offer_id)
        try:
            async with asyncio.timeout(SETTLE_SECONDS):
                earlier = await self._lookups.earlier(call)
        except (TimeoutError, PyMongoError):
            earlier = None
        if isinstance(earlier, Claimed):
            return Claimed(earlier.request, is_replay=False)
        return earlier or TryAgain(now + RETRY_AFTER)


def judge_terms(terms: Terms | None, offer_id: str, now: datetime) -> ClaimOutcome | None:
    """The refusal that follows from the event and the user's progress, or None."""
    if terms is None or terms.status in ("DRAFT", "ARCHIVED"):
        return NotFound(offer_id)
    if terms.status != "ACTIVE":
        opens_at = terms.starts_at if terms.status == "SCHEDULED" else None
        has_closed = terms.status == "ENDED" and terms.ends_at is not None and terms.ends_at <= now
        return EventNotOpen(opens_at, terms.ends_at if has_closed else None)
    if not terms.satisfied:
        return ConditionsNotMet(event_of_offer(offer_id), terms.unmet_conditions)
    return None
