"""`addCouponCodes`."""

from typing import Annotated

import strawberry

from subgraphs.rewards.context import RewardsInfo
from subgraphs.rewards.types.rewards import CouponReward
from subgraphs.runtime.graphql.refusals import IdempotencyConflict, NotFound, ValidationFailed


@strawberry.input
class GenerateCodesInput:
    count: int
    prefix: str = ""
    length: int = 12


@strawberry.input(
    description=(
        "Either codes of one's own, or how many to generate: 1 to 10,000 a call. "
        "Exactly one of `codes` and `generate` is set."
    )
)
class AddCouponCodesInput:
    reward_id: strawberry.ID
    codes: list[str] | None = strawberry.UNSET
    generate: GenerateCodesInput | None = strawberry.UNSET


@strawberry.type
class AddCouponCodesSuccess:
    reward: CouponReward
    added: int
    duplicates: int


AddCouponCodesResult = Annotated[
    AddCouponCodesSuccess | NotFound | ValidationFailed | IdempotencyConflict,
    strawberry.union("AddCouponCodesResult"),
]


async def add_coupon_codes(
    info: RewardsInfo, input: AddCouponCodesInput, idempotency_key: str
) -> AddCouponCodesResult | None:
    return None
