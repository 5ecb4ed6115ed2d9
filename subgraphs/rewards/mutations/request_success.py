"""What the mutations that move a request on share."""

from typing import Self

import strawberry

from subgraphs.rewards.context import RewardsContext
from subgraphs.rewards.model import request as model
from subgraphs.rewards.operations import transition_results
from subgraphs.rewards.types.requests import RequestStatus, RewardRequest
from subgraphs.runtime import results
from subgraphs.runtime.graphql.refusals import Error, NotFound
from subgraphs.runtime.graphql.scalars import SafeInt


@strawberry.type
class RequestSuccess:
    """The change was made."""

    request: RewardRequest = strawberry.field(description="The request as it now is.")


@strawberry.type
class IllegalStep(Error):
    """The request's status does not allow this."""

    status: RequestStatus = strawberry.field(description="The status that the request has.")

    @classmethod
    def of(cls, refusal: transition_results.IllegalStep) -> Self:
        """Returns the GraphQL object for what the use case or the store gave."""
        message = f"a request that is {refusal.status} does not allow this"
        return cls(code="ILLEGAL_STEP", message=message, status=RequestStatus(refusal.status.value))


@strawberry.type
class InsufficientPoints(Error):
    """The wallet holds too few points."""

    short_by: SafeInt = strawberry.field(description="How many points more it would have to hold.")

    @classmethod
    def of(cls, refusal: transition_results.InsufficientPoints) -> Self:
        """Returns the GraphQL object for what the use case or the store gave."""
        message = f"the wallet holds {refusal.short_by} points too few"
        return cls(code="INSUFFICIENT_POINTS", message=message, short_by=SafeInt(refusal.short_by))


async def request_result(
    context: RewardsContext, outcome: model.RewardRequest | results.NotFound | transition_results.IllegalStep
) -> RequestSuccess | NotFound | IllegalStep:
    """What a step came to, as its mutation answers."""
    match outcome:
        case results.NotFound():
            return NotFound.of(outcome)
        case transition_results.IllegalStep():
            return IllegalStep.of(outcome)
    await context.read_your_writes.mark_written()
    return RequestSuccess(request=RewardRequest.of(outcome, context.now))
