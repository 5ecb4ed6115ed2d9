"""Points booked on one wallet by a call with a key, with a trail on the wallet's user."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from subgraphs.rewards.model.wallet import LedgerEntry, LedgerKind, Posting
from subgraphs.rewards.operations.dependencies import Dependencies
from subgraphs.rewards.operations.fulfilment import InsufficientBalance, open_wallet
from subgraphs.rewards.operations.retry import retry_on_conflict
from subgraphs.rewards.operations.transition_results import InsufficientPoints
from subgraphs.runtime import audit
from subgraphs.runtime.idempotency import Call, run_once
from subgraphs.runtime.ids import is_plausible_id
from subgraphs.runtime.mongo import Document, Session
from subgraphs.runtime.results import IdempotencyConflict, NotFound

# What one call may book.
MAX_POSTING_POINTS: Final = 1_000_000_000_000
_ACTIONS: Final = {LedgerKind.SPEND: "wallet.spent", LedgerKind.ADJUST: "wallet.adjusted"}


class ExpiryInPast(Exception):
    """Points to be added would have lapsed before."""


@dataclass(frozen=True, slots=True)
class WalletPosting:
    """Points to add to a user's wallet, or to take when negative; why; and when those that are added lapse."""

    user_id: str
    kind: LedgerKind
    points: int
    reason: str
    expires_at: datetime | None = None


async def post_to_wallet(
    dependencies: Dependencies, call: Call, wanted: WalletPosting
) -> LedgerEntry | NotFound | InsufficientPoints | IdempotencyConflict:
    """Books once for the call's key; the same call again gives the same entry. A refusal is not remembered.

    Raises ExpiryInPast, and SubgraphUnavailable when nobody can say whether there is such a user.
    """
    if not await _has_wallet(dependencies, wanted.user_id):
        return NotFound(wanted.user_id)

    async def work(session: Session) -> tuple[LedgerEntry, Document]:
        entry = await _book(dependencies, call, wanted, session)
        return entry, {"seq": entry.seq}

    try:
        async with dependencies.locks.hold(wanted.user_id):
            outcome = await retry_on_conflict(lambda: run_once(dependencies.mongo, call, work))
    except InsufficientBalance as few:
        return InsufficientPoints(few.short_by)
    if isinstance(outcome, LedgerEntry | IdempotencyConflict):
        return outcome
    return await dependencies.wallets.entry(wanted.user_id, outcome["seq"])


async def _has_wallet(dependencies: Dependencies, user_id: str) -> bool:
    # Who has points has an account. Of others only users can say.
    if not is_plausible_id(user_id):
        return False
    return bool(await dependencies.wallets.heads([user_id])) or await dependencies.users.knows(user_id)


async def _book(dependencies: Dependencies, call: Call, wanted: WalletPosting, session: Session) -> LedgerEntry:
    if wanted.expires_at is not None and wanted.expires_at <= call.at:
        raise ExpiryInPast
    account = await open_wallet(dependencies, wanted.user_id, max(0, -wanted.points), call.at, session)
    posting = Posting(wanted.kind, call.at, reason=wanted.reason)
    if wanted.points > 0:
        entry = account.credit(posting, wanted.points, wanted.expires_at)
    else:
        short_by = account.shortage(-wanted.points)
        if short_by:
            raise InsufficientBalance(short_by)
        entry = account.debit(posting, -wanted.points)
    await dependencies.wallets.write([account], session)
    change = audit.Change(
        wanted.user_id,
        _ACTIONS[wanted.kind],
        call.at,
        call.actor_id,
        reason=wanted.reason,
        before={"balance": entry.balance_after - entry.points},
        after={"balance": entry.balance_after, "points": entry.points, "seq": entry.seq},
    )
    await audit.append(dependencies.mongo, change, session)
    return entry
