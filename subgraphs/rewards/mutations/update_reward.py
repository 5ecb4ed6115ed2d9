"""`updateReward`."""

from typing import Annotated

import strawberry

from subgraphs.rewards.context import RewardsInfo
from subgraphs.rewards.mutations.create_reward import RewardSuccess
from subgraphs.runtime.graphql.refusals import NotFound, ValidationFailed, VersionConflict


@strawberry.input(
    description="What is worth something (points, sku, quantity) stays as it was made. Absent keeps, null clears."
)
class UpdateRewardInput:
    id: strawberry.ID
    expected_version: int
    name: str | None = strawberry.UNSET
    description: str | None = strawberry.UNSET
    image_url: str | None = strawberry.UNSET


UpdateRewardResult = Annotated[
    RewardSuccess | NotFound | ValidationFailed | VersionConflict, strawberry.union("UpdateRewardResult")
]


async def update_reward(info: RewardsInfo, input: UpdateRewardInput) -> UpdateRewardResult | None:
    return None
