"""The queries of rewards."""

from datetime import datetime
from enum import Enum
from typing import Final, Self

import strawberry

from subgraphs.rewards.context import RewardsInfo
from subgraphs.rewards.loaders.rewards import REWARD
from subgraphs.rewards.model import reward as model
from subgraphs.rewards.model.reconciliation import Findings, Line
from subgraphs.rewards.operations.reconcile import reconcile
from subgraphs.rewards.store.request_lists import SORTS as REQUEST_SORTS
from subgraphs.rewards.store.request_lists import RequestQuery, count_requests, page_of_all
from subgraphs.rewards.store.rewards import SORTS, RewardQuery, rewards_page
from subgraphs.rewards.types.offers import RewardOffer
from subgraphs.rewards.types.requests import (
    REQUEST_PROJECTION,
    RewardRequest,
    RewardRequestConnection,
    RewardRequestSort,
    UserRewardRequestFilter,
)
from subgraphs.rewards.types.rewards import Reward, RewardConnection, to_reward
from subgraphs.rewards.types.users import AUDIT_TYPES, AuditConnection, User
from subgraphs.runtime.audit import LATEST_FIRST, audit_page
from subgraphs.runtime.cache import Scope
from subgraphs.runtime.graphql.audit import AUDIT_PROJECTION
from subgraphs.runtime.graphql.cached import CacheHint
from subgraphs.runtime.graphql.connection_field import ConnectionField, PageRequest
from subgraphs.runtime.graphql.permissions import Admins, Auditors, Public, SignedIn, Staff
from subgraphs.runtime.graphql.unset import value_or_none

STAFF = "Operators, auditors and admins only."
MAX_TEXT: Final = 200


@strawberry.enum
class RewardKind(Enum):
    POINTS = "POINTS"
    ITEM = "ITEM"
    COUPON = "COUPON"
    BADGE = "BADGE"


@strawberry.input
class RewardFilter:
    kinds: list[RewardKind] | None = strawberry.UNSET
    text: str | None = strawberry.UNSET

    def query(self) -> RewardQuery:
        """The filter as the store takes it."""
        text = (value_or_none(self.text) or "").strip()[:MAX_TEXT]
        kinds = value_or_none(self.kinds)
        return RewardQuery(
            kinds=None if kinds is None else tuple(model.RewardKind(kind.value) for kind in kinds), text=text or None
        )


@strawberry.enum
class RewardSort(Enum):
    CREATED_AT_DESC = "CREATED_AT_DESC"
    NAME_ASC = "NAME_ASC"


@strawberry.input
class RewardRequestFilter(UserRewardRequestFilter):
    user_id: strawberry.ID | None = strawberry.UNSET


@strawberry.type(description="A check that state and history agree: each line counts the breaches found.")
class Reconciliation:
    checked_at: datetime
    ledger_breaches: int
    stock_breaches: int
    budget_breaches: int
    code_breaches: int
    audit_chain_breaches: int
    samples: list[str]

    @classmethod
    def of(cls, findings: Findings, checked_at: datetime) -> Self:
        return cls(
            checked_at=checked_at,
            ledger_breaches=findings.counts[Line.LEDGER],
            stock_breaches=findings.counts[Line.STOCK],
            budget_breaches=findings.counts[Line.BUDGET],
            code_breaches=findings.counts[Line.CODES],
            audit_chain_breaches=findings.counts[Line.AUDIT],
            samples=findings.samples,
        )


@strawberry.type
class Query:
    @strawberry.field(description=STAFF, permission_classes=[Staff], extensions=[CacheHint(REWARD, Scope.PUBLIC)])
    async def reward(self, info: RewardsInfo, id: strawberry.ID) -> Reward | None:
        found = await info.context.rewards_by_id.load(id)
        return None if found is None else to_reward(found)

    @strawberry.field(description=STAFF, permission_classes=[Staff], extensions=[ConnectionField()])
    async def rewards(
        self,
        info: RewardsInfo,
        page_request: PageRequest,
        filter: RewardFilter | None = strawberry.UNSET,
        sort: RewardSort = RewardSort.CREATED_AT_DESC,
    ) -> RewardConnection | None:
        context = info.context
        query = filter.query() if filter else RewardQuery()
        order = SORTS[sort.value]
        bounds, scope = page_request.of(order, {"query": query})
        database = await context.read_your_writes.database()
        return RewardConnection.of(await rewards_page(database, query, order, bounds, context.cursors, scope))

    @strawberry.field(permission_classes=[Public])
    async def reward_offer(self, info: RewardsInfo, id: strawberry.ID) -> RewardOffer | None:
        return await RewardOffer.resolve_reference(info, id)

    @strawberry.field(
        description=(
            "One's own, or any to operators, auditors and admins; another's request is as if it were not there."
        ),
        permission_classes=[SignedIn],
    )
    async def reward_request(self, info: RewardsInfo, id: strawberry.ID) -> RewardRequest | None:
        return await RewardRequest.resolve_reference(info, id)

    @strawberry.field(description=STAFF, permission_classes=[Staff], extensions=[ConnectionField()])
    async def reward_requests(
        self,
        info: RewardsInfo,
        page_request: PageRequest,
        filter: RewardRequestFilter | None = strawberry.UNSET,
        sort: RewardRequestSort = RewardRequestSort.CREATED_AT_DESC,
    ) -> RewardRequestConnection | None:
        context = info.context
        query = filter.query() if filter else RequestQuery()
        user_id = value_or_none(filter.user_id) if filter else None
        order = REQUEST_SORTS[sort.value]
        bounds, scope = page_request.of(order, {"user": user_id, "query": query})
        database = await context.read_your_writes.database()
        fields = REQUEST_PROJECTION.of_nodes(info)
        page = await page_of_all(database, user_id, query, context.now, order, bounds, context.cursors, scope, fields)
        return RewardRequestConnection.of(
            page, context.now, lambda: count_requests(database, user_id, query, context.now)
        )

    @strawberry.field(
        description="Auditors and admins only. `subjectId` is a reward, an offer or a request.",
        permission_classes=[Auditors],
        extensions=[ConnectionField()],
    )
    async def reward_audit(
        self,
        info: RewardsInfo,
        page_request: PageRequest,
        subject_id: strawberry.ID,
    ) -> AuditConnection | None:  # type: ignore[valid-type]
        context = info.context
        bounds, scope = page_request.of(LATEST_FIRST, {"of": subject_id})
        database = await context.read_your_writes.database()
        fields = AUDIT_PROJECTION.of_nodes(info)
        page = await audit_page(database, subject_id, bounds, context.cursors, scope, fields)
        return AUDIT_TYPES.page(page, lambda actor_id: User(id=strawberry.ID(actor_id)))

    @strawberry.field(description="Admins only.", permission_classes=[Admins])
    async def reconciliation(self, info: RewardsInfo) -> Reconciliation | None:
        return Reconciliation.of(await reconcile(info.context.dependencies.mongo), info.context.now)
