"""The refusal that no unit is left, or no code."""

from typing import Self

import strawberry

from subgraphs.rewards.operations.claim import results as claim_results
from subgraphs.runtime.graphql.refusals import Error


@strawberry.type
class OutOfStock(Error):
    """No unit is left, or no code in the coupon's pool."""

    @classmethod
    def of(cls, refusal: claim_results.OutOfStock) -> Self:
        """Returns the GraphQL object for what the use case or the store gave."""
        return cls(code=refusal.CODE, message="none is left")
