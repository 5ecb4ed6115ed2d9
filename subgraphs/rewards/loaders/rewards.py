"""The dataloaders of rewards and of coupons' pools."""

from __future__ import annotations

from typing import Final

from dataloaders import One
from subgraphs.rewards.model.code import PoolCounts
from subgraphs.rewards.model.reward import Reward
from subgraphs.rewards.store.codes import pool_counts
from subgraphs.rewards.store.rewards import reward_document, rewards_by_id, to_reward
from subgraphs.runtime.cache import CachedEntityLoader, CacheUse, Entity, Policy, Scope
from subgraphs.runtime.mongo.read_your_writes import ReadYourWrites

# What operators write and everybody reads; what claims change (stocks, codes, wallets) is never kept.
REFERENCE_TTL_SECONDS: Final = 3600.0


REFERENCE_STALE_SECONDS: Final = 300.0


REWARD: Final = Entity(
    Policy(
        name="Reward",
        ttl=REFERENCE_TTL_SECONDS,
        scope=Scope.PUBLIC,
        tags=("Reward:{id}",),
        dump=reward_document,
        load=to_reward,
        stale_for=REFERENCE_STALE_SECONDS,
    ),
    rewards_by_id,
)


class RewardsById(CachedEntityLoader[Reward]):
    """A reward, or None."""

    def __init__(self, read_your_writes: ReadYourWrites, use: CacheUse) -> None:
        super().__init__(REWARD, read_your_writes, use)


class PoolsByReward(One[str, PoolCounts]):
    """How many codes of a coupon's pool are free, issued and revoked; None when counting took too long."""

    def __init__(self, read_your_writes: ReadYourWrites) -> None:
        super().__init__(read_your_writes.reading(pool_counts))
