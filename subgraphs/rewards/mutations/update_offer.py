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


@strawberry.input
class UpdateOfferInput:
    """Changes of an offer. A field that is left out keeps its value; null clears it where it can be null."""

    id: strawberry.ID = strawberry.field(description="The offer.")
    expected_version: int = strawberry.field(
        description="The offer's `version` when it was read; when another stands, nothing is changed."
    )
    approval: ApprovalMode | None = strawberry.field(
        default=strawberry.UNSET,
        description="Whether a claim is granted at once or waits for a decision; cannot be cleared.",
    )
    per_user: UserLimitInput | None = strawberry.field(
        default=strawberry.UNSET, description="How often one user may have it; cannot be cleared."
    )
    stock_total: int | None = strawberry.field(
        default=strawberry.UNSET,
        description="How many units there are, no fewer than are reserved or issued; null means unlimited.",
    )
    points_budget: SafeInt | None = strawberry.field(
        default=strawberry.UNSET,
        description=(
            "How many points all grants may come to, no fewer than are reserved or spent; null means unlimited."
        ),
    )
    reservation_seconds: int | None = strawberry.field(
        default=strawberry.UNSET,
        description="How long a PENDING request holds its unit: 60 to 31,536,000 seconds; cannot be cleared.",
    )
    position: int | None = strawberry.field(
        default=strawberry.UNSET, description="Its place among the event's offers: 0 to 1,000,000; cannot be cleared."
    )
    enabled: bool | None = strawberry.field(
        default=strawberry.UNSET, description="Whether it can be claimed; cannot be cleared."
    )

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
    OfferSuccess | NotFound | ValidationFailed | VersionConflict,
    strawberry.union("UpdateOfferResult", description="What `updateOffer` answers."),
]


async def update_offer(
    info: RewardsInfo,
    input: Annotated[
        UpdateOfferInput, strawberry.argument(description="The changes, and the version that they are based on.")
    ],
) -> UpdateOfferResult | None:
    """For operators and admins: changes an offer, its stock and its budget."""
    context = info.context
    outcome = await operation(context.dependencies, context.identity.id or "", input.change())
    if isinstance(outcome, results.NotFound | results.ValidationFailed | results.VersionConflict):
        return change_refused(outcome)
    await context.wrote(*offer_tags(outcome.id))
    context.forget_offer(outcome)
    return OfferSuccess(offer=RewardOffer.of(outcome))
