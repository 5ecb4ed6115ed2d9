"""Update a reward's words and image, by compare-and-set."""

from subgraphs.rewards.model.reward import Reward
from subgraphs.rewards.model.reward_update import RewardUpdate, check_reward_update, updated_reward
from subgraphs.rewards.operations.dependencies import Dependencies
from subgraphs.rewards.operations.outbox_messages import reward_message
from subgraphs.rewards.store.rewards import reward_document
from subgraphs.runtime import audit
from subgraphs.runtime.messaging.outbox import enqueue
from subgraphs.runtime.mongo import Session
from subgraphs.runtime.results import NotFound, ValidationFailed, VersionConflict


async def update_reward(
    dependencies: Dependencies, actor_id: str, update: RewardUpdate
) -> Reward | NotFound | VersionConflict | ValidationFailed:
    """Of many calls with one version, one changes the reward; one that changes nothing gives it as it is."""
    violations = check_reward_update(update)
    if violations:
        return ValidationFailed(tuple(violations))
    now = dependencies.clock.now()

    async def work(session: Session) -> Reward | NotFound | VersionConflict:
        reward = await dependencies.rewards.reward(update.id, session)
        if reward is None:
            return NotFound(update.id)
        if reward.version != update.expected_version:
            return VersionConflict(reward.version)
        wanted = updated_reward(reward, update)
        if wanted == reward:
            return reward
        changed = await dependencies.rewards.update_texts(wanted, session)
        if changed is None:
            raise LookupError("the snapshot of this transaction changed")
        before, after = audit.changed_values(reward_document(reward), reward_document(changed))
        change = audit.Change(reward.id, "reward.updated", now, actor_id, before=before, after=after)
        await audit.append(dependencies.mongo, change, session)
        await enqueue(dependencies.mongo, [reward_message(changed, now)], session)
        return changed

    return await dependencies.mongo.transaction(work)
