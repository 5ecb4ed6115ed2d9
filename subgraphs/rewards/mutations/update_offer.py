"""`updateOffer`."""

from typing import Annotated

import strawberry

from subgraphs.rewards.context import RewardsInfo
from subgraphs.rewards.model import offer as model
from subgraphs.rewards.model.offer_update import OfferUpdate
from subgraphs.rewards.mutations.create_offer import OfferSuccess, UserLimitInput
from subgraphs.rewards.operations.update_offer import update_offer as operation
from subgraphs.rewards.store.offers import offer_tags
from subgraphs.rewards.types.offers import ApprovalMode, RewardOffer
from subgraphs.runtime import results
from subgraphs.runtime.graphql.refusals import NotFound, ValidationFailed, VersionConflict, change_refused
from subgraphs.runtime.graphql.scalars import SafeInt
from subgraphs.runtime.graphql.unset import present_values


@strawberry.input(
    description=(
        "Absent keeps; null for `stockTotal` or `pointsBudget` means unlimited. "
        "`stockTotal` cannot fall under what is reserved and issued."
    )
)
class UpdateOfferInput:
    id: strawberry.ID
    expected_version: int
    approval: ApprovalMode | None = strawberry.UNSET
    per_user: UserLimitInput | None = strawberry.UNSET
    stock_total: int | None = strawberry.UNSET
    points_budget: SafeInt | None = strawberry.UNSET
    reservation_seconds: int | None = strawberry.UNSET
    position: int | None = strawberry.UNSET
    enabled: bool | None = strawberry.UNSET

    def change(self) -> OfferUpdate:
        """What was asked for, unchecked."""
        fields = {
            "approval": model.ApprovalMode(self.approval.name) if self.approval else self.approval,
            "perUser": self.per_user.limit() if self.per_user else self.per_user,
            "stockTotal": self.stock_total,
            "pointsBudget": self.points_budget,
            "reservationSeconds": self.reservation_seconds,
            "position": self.position,
            "enabled": self.enabled,
        }
        return OfferUpdate(self.id, self.expected_version, present_values(fields))


UpdateOfferResult = Annotated[
    OfferSuccess | NotFound | ValidationFailed | VersionConflict, strawberry.union("UpdateOfferResult")
]


async def update_offer(info: RewardsInfo, input: UpdateOfferInput) -> UpdateOfferResult | None:
    context = info.context
    outcome = await operation(context.dependencies, context.identity.id or "", input.change())
    if isinstance(outcome, results.NotFound | results.ValidationFailed | results.VersionConflict):
        return change_refused(outcome)
    await context.wrote(*offer_tags(outcome.id))
    context.forget_offer(outcome)
    return OfferSuccess(offer=RewardOffer.of(outcome))
