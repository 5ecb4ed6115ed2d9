"""Fill a coupon's pool: with codes of one's own, or with new ones."""

import asyncio
import random
from dataclasses import asdict, dataclass
from typing import Final

from subgraphs.rewards.model.code_draft import BroughtCodes, CodesDraft, check_codes, generate_codes
from subgraphs.rewards.model.reward import CouponReward
from subgraphs.rewards.operations.dependencies import Dependencies
from subgraphs.rewards.store.codes import CodeExists
from subgraphs.runtime import audit
from subgraphs.runtime.idempotency import Call, check_key, fingerprint_of, run_once
from subgraphs.runtime.mongo import Document, Session
from subgraphs.runtime.results import IdempotencyConflict, NotFound, ValidationFailed, Violation

# Each time a code was there meanwhile another import brought it, and the next attempt sees that.
MAX_ATTEMPTS: Final = 20


@dataclass(frozen=True, slots=True)
class Added:
    """The coupon as it now is, how many codes are new to its pool, and how many were there or came twice."""

    reward: CouponReward
    added: int
    duplicates: int


async def add_coupon_codes(
    dependencies: Dependencies, actor_id: str, reward_id: str, draft: CodesDraft, key: str
) -> Added | NotFound | ValidationFailed | IdempotencyConflict:
    """Adds the codes once for a key; the same call again gives what it came to. All codes are added or none."""
    bad_key = check_key(key)
    if bad_key is not None:
        return bad_key
    violations = check_codes(draft)
    if violations:
        return ValidationFailed(tuple(violations))
    reward = await dependencies.rewards.reward(reward_id)
    if reward is None:
        return NotFound(reward_id)
    if not isinstance(reward, CouponReward):
        return ValidationFailed((Violation(("input", "rewardId"), "NO_COUPON", "only a coupon has codes"),))
    now = dependencies.clock.now()

    async def work(session: Session) -> tuple[Added, Document]:
        await dependencies.rewards.count_batch(reward_id, session)
        codes = await _new_codes(dependencies, reward_id, draft, session)
        counts = {"added": len(codes), "duplicates": _asked(draft) - len(codes)}
        await dependencies.codes.insert(reward_id, codes, session)
        change = audit.Change(reward_id, "reward.codes-added", now, actor_id, after=counts)
        await audit.append(dependencies.mongo, change, session)
        return Added(reward, **counts), counts

    arguments = {"rewardId": reward_id, "kind": type(draft).__name__, **asdict(draft)}
    call = Call(actor_id, key, "addCouponCodes", fingerprint_of(arguments), now)
    for attempt in range(MAX_ATTEMPTS):
        try:
            outcome = await run_once(dependencies.mongo, call, work)
        except CodeExists:
            await asyncio.sleep(random.uniform(0, 0.01 * attempt))
            continue
        if isinstance(outcome, Added | IdempotencyConflict):
            return outcome
        return Added(reward, outcome["added"], outcome["duplicates"])
    raise LookupError("codes of a pool keep appearing")


async def _new_codes(dependencies: Dependencies, reward_id: str, draft: CodesDraft, session: Session) -> list[str]:
    """The codes to add: those brought that the pool does not have, or so many new ones."""
    if isinstance(draft, BroughtCodes):
        brought = list(dict.fromkeys(draft.codes))
        known = await dependencies.codes.known(reward_id, brought, session)
        return [code for code in brought if code not in known]
    codes: list[str] = []
    while len(codes) < draft.count:
        made = generate_codes(draft, draft.count - len(codes))
        known = await dependencies.codes.known(reward_id, made, session)
        codes += [code for code in made if code not in known and code not in codes]
    return codes


def _asked(draft: CodesDraft) -> int:
    return len(draft.codes) if isinstance(draft, BroughtCodes) else draft.count
