"""`updateReward`."""

from typing import Annotated

import strawberry

from subgraphs.rewards.context import RewardsInfo
from subgraphs.rewards.model.reward_update import RewardUpdate
from subgraphs.rewards.mutations.create_reward import RewardSuccess
from subgraphs.rewards.operations.update_reward import update_reward as operation
from subgraphs.rewards.store.rewards import reward_tags
from subgraphs.rewards.types.rewards import to_reward
from subgraphs.runtime import results
from subgraphs.runtime.graphql.refusals import NotFound, ValidationFailed, VersionConflict, change_refused
from subgraphs.runtime.graphql.unset import present_values


@strawberry.input(
    description="What is worth something (points, sku, quantity) stays as it was made. Absent keeps, null clears."
)
class UpdateRewardInput:
    id: strawberry.ID
    expected_version: int
    name: str | None = strawberry.UNSET
    description: str | None = strawberry.UNSET
    image_url: str | None = strawberry.UNSET

    def change(self) -> RewardUpdate:
        """What was asked for, unchecked."""
        fields = {"name": self.name, "description": self.description, "imageUrl": self.image_url}
        return RewardUpdate(self.id, self.expected_version, present_values(fields))


UpdateRewardResult = Annotated[
    RewardSuccess | NotFound | ValidationFailed | VersionConflict, strawberry.union("UpdateRewardResult")
]


async def update_reward(info: RewardsInfo, input: UpdateRewardInput) -> UpdateRewardResult | None:
    context = info.context
    outcome = await operation(context.dependencies, context.identity.id or "", input.change())
    if isinstance(outcome, results.NotFound | results.ValidationFailed | results.VersionConflict):
        return change_refused(outcome)
    await context.wrote(*reward_tags(outcome.id))
    context.rewards_by_id.clear(outcome.id)
    return RewardSuccess(reward=to_reward(outcome))
