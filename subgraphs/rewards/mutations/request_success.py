"""What the mutations that move a request on share."""

from typing import Self

import strawberry

from subgraphs.rewards.context import RewardsContext
from subgraphs.rewards.model import request as model
from subgraphs.rewards.operations.step_outcomes import NotAllowed, Short
from subgraphs.rewards.types.requests import RequestStatus, RewardRequest
from subgraphs.runtime.graphql.refusals import Error
from subgraphs.runtime.graphql.scalars import SafeInt


@strawberry.type
class RequestSuccess:
    request: RewardRequest

    @classmethod
    async def of(cls, context: RewardsContext, request: model.RewardRequest) -> Self:
        """The request as this very call has left it."""
        await context.recency.mark()
        return cls(request=RewardRequest.of(request, context.now))


@strawberry.type(description="The request's status does not allow the step.")
class IllegalStep(Error):
    status: RequestStatus

    @classmethod
    def of(cls, refusal: NotAllowed) -> Self:
        message = f"a request that is {refusal.status} does not allow this"
        return cls(code="ILLEGAL_STEP", message=message, status=RequestStatus(refusal.status.value))


@strawberry.type(
    description=(
        "The points were spent already; `shortBy` more would be needed. `allowNegative` in the wallet's settings decides."
    )
)
class InsufficientPoints(Error):
    short_by: SafeInt

    @classmethod
    def of(cls, refusal: Short) -> Self:
        message = f"the wallet holds {refusal.short_by} points too few"
        return cls(code="INSUFFICIENT_POINTS", message=message, short_by=SafeInt(refusal.short_by))
