"""Create a reward of any kind."""

from dataclasses import asdict

from subgraphs.rewards.model.reward import Reward
from subgraphs.rewards.model.reward_draft import FIELDS, RewardDraft, check_reward, new_reward
from subgraphs.rewards.operations.dependencies import Dependencies
from subgraphs.rewards.operations.outbox_messages import reward_message
from subgraphs.rewards.store.rewards import reward_document
from subgraphs.runtime import audit
from subgraphs.runtime.idempotency import Call, check_key, fingerprint_of, run_once
from subgraphs.runtime.ids import random_id
from subgraphs.runtime.messaging.outbox import enqueue
from subgraphs.runtime.mongo import Document, Session
from subgraphs.runtime.results import IdempotencyConflict, ValidationFailed


async def create_reward(
    dependencies: Dependencies, actor_id: str, draft: RewardDraft, key: str
) -> Reward | ValidationFailed | IdempotencyConflict:
    """Makes the reward once for a key; the same call again gives the reward as it now is."""
    bad_key = check_key(key)
    if bad_key is not None:
        return bad_key
    violations = check_reward(draft)
    if violations:
        return ValidationFailed(tuple(violations))
    now = dependencies.clock.now()
    reward = new_reward(draft, "rw" + random_id(), now)

    async def work(session: Session) -> tuple[Reward, Document]:
        await dependencies.rewards.insert(reward, session)
        change = audit.Change(reward.id, "reward.created", now, actor_id, after=reward_document(reward))
        await audit.append_first(dependencies.mongo, [change], session)
        await enqueue(dependencies.mongo, [reward_message(reward, now)], session)
        return reward, {"rewardId": reward.id}

    arguments = {"kind": FIELDS[type(draft)], **asdict(draft)}
    call = Call(actor_id, key, "createReward", fingerprint_of(arguments), now)
    outcome = await run_once(dependencies.mongo, call, work)
    if isinstance(outcome, Reward | IdempotencyConflict):
        return outcome
    found = await dependencies.rewards.reward(outcome["rewardId"])
    if found is None:
        raise LookupError("a reward that was made is gone")
    return found
