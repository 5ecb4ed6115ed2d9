"""`addCouponCodes`."""

from typing import Annotated

import strawberry

from subgraphs.rewards.context import RewardsInfo
from subgraphs.rewards.model.code_draft import BroughtCodes, CodesDraft, GeneratedCodes
from subgraphs.rewards.operations.add_coupon_codes import add_coupon_codes as operation
from subgraphs.rewards.types.rewards import CouponReward, to_coupon
from subgraphs.runtime import results
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

    def draft(self) -> CodesDraft | None:
        """What was asked for, unchecked; None unless exactly one way was."""
        if isinstance(self.codes, list) == bool(self.generate):
            return None
        if self.generate:
            return GeneratedCodes(self.generate.count, self.generate.prefix, self.generate.length)
        return BroughtCodes(tuple(self.codes or ()))


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
    context = info.context
    draft = input.draft()
    if draft is None:
        violation = results.Violation(("input",), "EXACTLY_ONE", "exactly one of codes and generate is set")
        return ValidationFailed.of(results.ValidationFailed((violation,)))
    outcome = await operation(context.dependencies, context.identity.id or "", input.reward_id, draft, idempotency_key)
    match outcome:
        case results.NotFound():
            return NotFound.of(outcome)
        case results.ValidationFailed():
            return ValidationFailed.of(outcome)
        case results.IdempotencyConflict():
            return IdempotencyConflict.of(outcome)
    await context.read_your_writes.mark_written()
    reward = to_coupon(outcome.reward)
    return AddCouponCodesSuccess(reward=reward, added=outcome.added, duplicates=outcome.duplicates)
