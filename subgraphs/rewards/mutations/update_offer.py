"""`updateOffer`."""

from typing import Annotated

import strawberry

from subgraphs.rewards.context import RewardsInfo
from subgraphs.rewards.mutations.create_offer import OfferSuccess, UserLimitInput
from subgraphs.rewards.types.offers import ApprovalMode
from subgraphs.runtime.graphql.refusals import NotFound, ValidationFailed, VersionConflict
from subgraphs.runtime.graphql.scalars import SafeInt


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


UpdateOfferResult = Annotated[
    OfferSuccess | NotFound | ValidationFailed | VersionConflict, strawberry.union("UpdateOfferResult")
]


async def update_offer(info: RewardsInfo, input: UpdateOfferInput) -> UpdateOfferResult | None:
    return None
