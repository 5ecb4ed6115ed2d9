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


@strawberry.input
class UpdateRewardInput:
    """Changes of a reward's words and image.

    A field that is left out keeps its value; null clears it where it can be null.
    """

    id: strawberry.ID = strawberry.field(description="The reward.")
    expected_version: int = strawberry.field(
        description="The reward's `version` when it was read; when another stands, nothing is changed."
    )
    name: str | None = strawberry.field(
        default=strawberry.UNSET, description="1 to 120 printable characters; cannot be cleared."
    )
    description: str | None = strawberry.field(
        default=strawberry.UNSET, description="At most 5,000 characters; null empties it."
    )
    image_url: str | None = strawberry.field(
        default=strawberry.UNSET, description="An https URL of at most 2,048 characters; null clears it."
    )

    def change(self) -> RewardUpdate:
        """What was asked for, unchecked."""
        fields = {"name": self.name, "description": self.description, "imageUrl": self.image_url}
        return RewardUpdate(self.id, self.expected_version, present_values(fields))


UpdateRewardResult = Annotated[
    RewardSuccess | NotFound | ValidationFailed | VersionConflict,
    strawberry.union("UpdateRewardResult", description="What `updateReward` answers."),
]


async def update_reward(
    info: RewardsInfo,
    input: Annotated[
        UpdateRewardInput, strawberry.argument(description="The changes, and the version that they are based on.")
    ],
) -> UpdateRewardResult | None:
    """For operators and admins: changes the words and the image of a reward; what it is worth stays."""
    context = info.context
    outcome = await operation(context.dependencies, context.identity.id or "", input.change())
    if isinstance(outcome, results.NotFound | results.ValidationFailed | results.VersionConflict):
        return change_refused(outcome)
    await context.wrote(*reward_tags(outcome.id))
    context.rewards_by_id.clear(outcome.id)
    return RewardSuccess(reward=to_reward(outcome))
