"""What users look like from here."""

import asyncio
from typing import Annotated, Any, Self

import strawberry
from strawberry.federation import type as federated

from subgraphs.rewards.context import RewardsInfo
from subgraphs.rewards.store.badges import LATEST_FIRST as BADGES_SORT
from subgraphs.rewards.store.request_lists import SORTS, RequestQuery, count_requests
from subgraphs.rewards.types.request_list import RewardRequestConnection, RewardRequestSort, UserRewardRequestFilter
from subgraphs.rewards.types.requests import REQUEST_PROJECTION
from subgraphs.rewards.types.rewards import BadgeConnection
from subgraphs.rewards.types.wallets import Wallet
from subgraphs.runtime.auth.identity import Identity
from subgraphs.runtime.graphql.audit import audit_types
from subgraphs.runtime.graphql.connection_field import ConnectionField, PageRequest
from subgraphs.runtime.graphql.permissions import Visible, open_field

SELF_AND_STAFF = "self, operator, auditor, admin"


def to_self_and_staff(viewer: Identity, user: Any) -> bool:
    """Returns whether the viewer is the user or staff."""
    return viewer.is_user(user.id) or viewer.is_staff


@federated(keys=["id"])
class User:
    """A person with an account."""

    id: strawberry.ID = open_field("Opaque; unique among users.")

    @strawberry.field(extensions=[Visible(SELF_AND_STAFF, to_self_and_staff)])
    def wallet(self) -> Wallet | None:
        """The user's points, for the user themself and for operators, auditors and admins; null to others."""
        return Wallet(id=self.id)

    @strawberry.field(
        description=(
            "The user's badges, the latest first, for the user themself and for operators, auditors and "
            "admins; null to others."
        ),
        extensions=[ConnectionField(), Visible(SELF_AND_STAFF, to_self_and_staff)],
    )
    async def badges(
        self,
        info: RewardsInfo,
        page_request: PageRequest,
    ) -> BadgeConnection | None:
        """Reads one page of the user's badges, with their rewards in one batch."""
        context = info.context
        bounds, scope = page_request.of(BADGES_SORT)
        page = await context.badges_by_user.page(self.id, (bounds, scope))
        rewards = await asyncio.gather(*(context.rewards_by_id.load(award.reward_id) for award in page.rows))
        return BadgeConnection.of(page, rewards)

    @strawberry.field(extensions=[ConnectionField(), Visible(SELF_AND_STAFF, to_self_and_staff)])
    async def reward_requests(
        self,
        info: RewardsInfo,
        page_request: PageRequest,
        filter: Annotated[
            UserRewardRequestFilter | None,
            strawberry.argument(
                description="Keeps the requests that match all of its fields; null or left out keeps all."
            ),
        ] = strawberry.UNSET,
        sort: Annotated[
            RewardRequestSort, strawberry.argument(description="The order of the list.")
        ] = RewardRequestSort.CREATED_AT_DESC,
    ) -> RewardRequestConnection | None:
        """The user's requests, for the user themself and for operators, auditors and admins; null to others."""
        context = info.context
        query = filter.query() if filter else RequestQuery()
        order = SORTS[sort.name]
        bounds, scope = page_request.of(order, {"query": query})
        fields = REQUEST_PROJECTION.of_nodes(info)
        page = await context.requests_by_user.page(self.id, (query, context.now, order, bounds, scope, fields))

        async def count() -> int | None:
            return await count_requests(await context.read_your_writes.database(), self.id, query, context.now)

        return RewardRequestConnection.of(page, context.now, count)

    @classmethod
    def resolve_reference(cls, info: RewardsInfo, id: strawberry.ID) -> Self:
        # Whoever holds nothing here has an empty wallet; users says whether there is such a user.
        """Resolves a federated reference by its id."""
        return cls(id=id)


AUDIT_TYPES = audit_types(User)
AuditEntry, AuditEdge, AuditConnection = AUDIT_TYPES
