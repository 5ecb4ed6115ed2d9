"""Spend a user's points, as a service."""

from datetime import datetime

from subgraphs.rewards.model.bounds import check_range
from subgraphs.rewards.model.reason import check_reason
from subgraphs.rewards.model.wallet import LedgerEntry, LedgerKind
from subgraphs.rewards.operations.dependencies import Dependencies
from subgraphs.rewards.operations.transition_results import InsufficientPoints
from subgraphs.rewards.operations.wallet_postings import MAX_POSTING_POINTS, WalletPosting, post_to_wallet
from subgraphs.runtime.idempotency import Call, check_key, fingerprint_of
from subgraphs.runtime.results import IdempotencyConflict, NotFound, ValidationFailed


async def spend_points(
    dependencies: Dependencies, actor_id: str, user_id: str, points: int, reason: str, key: str, now: datetime
) -> LedgerEntry | ValidationFailed | NotFound | InsufficientPoints | IdempotencyConflict:
    """Takes the points, of those that lapse first. Once for a key; raises SubgraphUnavailable."""
    bad_key = check_key(key)
    if bad_key is not None:
        return bad_key
    violations = check_range(("input", "points"), "POINTS", points, 1, MAX_POSTING_POINTS)
    violations += check_reason(reason, required=True)
    if violations:
        return ValidationFailed(tuple(violations))
    arguments = {"userId": user_id, "points": points, "reason": reason}
    call = Call(actor_id, key, "spendPoints", fingerprint_of(arguments), now)
    return await post_to_wallet(dependencies, call, WalletPosting(user_id, LedgerKind.SPEND, -points, reason))
