"""Add points to a wallet or take some, as an admin."""

from datetime import datetime
from typing import Final

from subgraphs.rewards.model.bounds import check_range
from subgraphs.rewards.model.reason import check_reason
from subgraphs.rewards.model.wallet import LedgerEntry, LedgerKind
from subgraphs.rewards.operations.dependencies import Dependencies
from subgraphs.rewards.operations.transition_results import InsufficientPoints
from subgraphs.rewards.operations.wallet_postings import MAX_POSTING_POINTS, ExpiryInPast, WalletPosting, post_to_wallet
from subgraphs.runtime.clock import to_millisecond
from subgraphs.runtime.idempotency import Call, check_key, fingerprint_of
from subgraphs.runtime.results import IdempotencyConflict, NotFound, ValidationFailed, Violation

_EXPIRY: Final = ("input", "expiresAt")


async def adjust_points(
    dependencies: Dependencies,
    actor_id: str,
    user_id: str,
    points: int,
    reason: str,
    expires_at: datetime | None,
    key: str,
    now: datetime,
) -> LedgerEntry | ValidationFailed | NotFound | InsufficientPoints | IdempotencyConflict:
    """Adds points that may lapse, or takes points of those that lapse first. Once for a key; raises SubgraphUnavailable."""
    bad_key = check_key(key)
    if bad_key is not None:
        return bad_key
    violations = _check(points, expires_at) + check_reason(reason, required=True)
    if violations:
        return ValidationFailed(tuple(violations))
    lapse = None if expires_at is None else to_millisecond(expires_at)
    arguments = {"userId": user_id, "points": points, "reason": reason, "expiresAt": lapse}
    call = Call(actor_id, key, "adjustPoints", fingerprint_of(arguments), now)
    try:
        return await post_to_wallet(
            dependencies, call, WalletPosting(user_id, LedgerKind.ADJUST, points, reason, lapse)
        )
    except ExpiryInPast:
        # Judged only where the key is new: a call that is repeated later gets its answer.
        return ValidationFailed((Violation(_EXPIRY, "PAST", "points lapse in the future"),))


def _check(points: int, expires_at: datetime | None) -> list[Violation]:
    violations = check_range(("input", "points"), "POINTS", points, -MAX_POSTING_POINTS, MAX_POSTING_POINTS)
    if points == 0:
        violations.append(Violation(("input", "points"), "POINTS", "points are added or taken, not neither"))
    if expires_at is not None and points < 0:
        violations.append(Violation(_EXPIRY, "NOT_ADDED", "only points that are added can lapse"))
    return violations
