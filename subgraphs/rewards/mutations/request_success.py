"""What the mutations that move a request on share."""

import strawberry

from subgraphs.rewards.types.requests import RequestStatus, RewardRequest
from subgraphs.runtime.graphql.refusals import Error
from subgraphs.runtime.graphql.scalars import SafeInt


@strawberry.type
class RequestSuccess:
    request: RewardRequest


@strawberry.type(description="The request's status does not allow the step.")
class IllegalStep(Error):
    status: RequestStatus


@strawberry.type(
    description=(
        "The points were spent already; `shortBy` more would be needed. `allowNegative` in the wallet's settings decides."
    )
)
class InsufficientPoints(Error):
    short_by: SafeInt
