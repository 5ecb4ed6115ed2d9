"""Create a reward of points."""

from dataclasses import asdict

from subgraphs.rewards.model.draft import PointRewardDraft, check_reward
from subgraphs.rewards.model.offer import PointReward, Reward
from subgraphs.rewards.operations.tools import Tools
from subgraphs.rewards.store.offers import reward_document
from subgraphs.runtime import audit
from subgraphs.runtime.idempotency import Call, check_key, fingerprint_of, once
from subgraphs.runtime.ids import random_id
from subgraphs.runtime.mongo import Document, Session
from subgraphs.runtime.outcomes import Invalid, KeyReused


async def create_reward(tools: Tools, actor_id: str, draft: PointRewardDraft, key: str) -> Reward | Invalid | KeyReused:
    """Makes the reward once for a key; the same call again gives the reward as it now is."""
    bad_key = check_key(key)
    if bad_key is not None:
        return bad_key
    violations = check_reward(draft)
    if violations:
        return Invalid(tuple(violations))
    now = tools.clock.now()
    reward = PointReward(
        id="rw" + random_id(),
        name=draft.name.strip(),
        description=draft.description,
        image_url=draft.image_url,
        points=draft.points,
        expire_after_days=draft.expire_after_days,
        version=1,
        created_at=now,
    )

    async def work(session: Session) -> tuple[Reward, Document]:
        await tools.offers.insert_reward(reward, session)
        change = audit.Change(reward.id, "reward.created", now, actor_id, after=reward_document(reward))
        await audit.append_first(tools.mongo, [change], session)
        return reward, {"rewardId": reward.id}

    call = Call(actor_id, key, "createReward", fingerprint_of(asdict(draft)), now)
    outcome = await once(tools.mongo, call, work)
    if isinstance(outcome, Reward | KeyReused):
        return outcome
    made = await tools.offers.reward(outcome["rewardId"])
    if made is None:
        raise LookupError("a reward that was made is gone")
    return made
