"""`addCouponCodes`."""

from typing import Annotated

import strawberry

from subgraphs.rewards.context import RewardsInfo
from subgraphs.rewards.model.code_draft import BroughtCodes, CodesDraft, GeneratedCodes
from subgraphs.rewards.operations.add_coupon_codes import add_coupon_codes as operation
from subgraphs.rewards.types.rewards import CouponReward, to_coupon
from subgraphs.runtime import results
from subgraphs.runtime.graphql.arguments import IdempotencyKey
from subgraphs.runtime.graphql.refusals import IdempotencyConflict, NotFound, ValidationFailed


@strawberry.input
class GenerateCodesInput:
    """How to generate codes."""

    count: int = strawberry.field(description="How many: 1 to 10,000.")
    prefix: str = strawberry.field(
        default="", description="What each code begins with: at most 32 printable ASCII characters without blanks."
    )
    length: int = strawberry.field(
        default=12, description="How many random characters follow: at least 12, and with the prefix at most 64."
    )


@strawberry.input
class AddCouponCodesInput:
    """Codes for a coupon's pool: your own, or generated ones. Exactly one of `codes` and `generate` is set."""

    reward_id: strawberry.ID = strawberry.field(description="The coupon.")
    codes: list[str] | None = strawberry.field(
        default=strawberry.UNSET,
        description=(
            "1 to 10,000 codes, each 4 to 64 printable ASCII characters without blanks; null or left out "
            "with `generate`."
        ),
    )
    generate: GenerateCodesInput | None = strawberry.field(
        default=strawberry.UNSET, description="How to generate new codes; null or left out with `codes`."
    )

    def draft(self) -> CodesDraft | None:
        """What was asked for, unchecked; None unless exactly one way was."""
        if isinstance(self.codes, list) == bool(self.generate):
            return None
        if self.generate:
            return GeneratedCodes(self.generate.count, self.generate.prefix, self.generate.length)
        return BroughtCodes(tuple(self.codes or ()))


@strawberry.type
class AddCouponCodesSuccess:
    """The codes are in the pool."""

    reward: CouponReward = strawberry.field(description="The coupon.")
    added: int = strawberry.field(description="How many codes are new to the pool.")
    duplicates: int = strawberry.field(description="How many were in the pool already, or came twice in this call.")


AddCouponCodesResult = Annotated[
    AddCouponCodesSuccess | NotFound | ValidationFailed | IdempotencyConflict,
    strawberry.union("AddCouponCodesResult", description="What `addCouponCodes` answers."),
]


async def add_coupon_codes(
    info: RewardsInfo,
    input: Annotated[AddCouponCodesInput, strawberry.argument(description="The codes.")],
    idempotency_key: IdempotencyKey,
) -> AddCouponCodesResult | None:
    """For operators and admins: fills a coupon's pool, once for a key. All codes are added or none."""
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
