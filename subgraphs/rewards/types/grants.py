"""What a request brought its user."""

from datetime import datetime
from typing import Annotated

import strawberry

from subgraphs.runtime.graphql.scalars import SafeInt


@strawberry.type
class PointGrant:
    """Points were given."""

    points: SafeInt = strawberry.field(description="How many.")
    expires_at: datetime | None = strawberry.field(description="When they expire; null when they never do.")


@strawberry.type
class ItemGrant:
    """Items were delivered."""

    sku: str = strawberry.field(description="The item's name in the system that delivers it.")
    quantity: int = strawberry.field(description="How many.")
    delivered_at: datetime | None = strawberry.field(description="When they were delivered.")


@strawberry.type
class CouponGrant:
    """A code was given."""

    code: str | None = strawberry.field(description="The code, for its owner; null to others.")


@strawberry.type
class BadgeGrant:
    """A badge was given."""

    image_url: str | None = strawberry.field(
        description="The badge's image at that time, an https URL; null when it had none."
    )


Grant = Annotated[
    PointGrant | ItemGrant | CouponGrant | BadgeGrant,
    strawberry.union("Grant", description="What a request brought its user."),
]
