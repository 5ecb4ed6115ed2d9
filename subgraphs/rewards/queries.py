"""The queries of rewards."""

from datetime import datetime
from enum import Enum
from typing import Annotated, Final, Self

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
from subgraphs.rewards.types.request_list import RewardRequestConnection, RewardRequestSort, UserRewardRequestFilter
from subgraphs.rewards.types.requests import REQUEST_PROJECTION, RewardRequest
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
    """Kinds of rewards."""

    POINTS = strawberry.enum_value("POINTS", description="Points for a wallet.")
    ITEM = strawberry.enum_value("ITEM", description="Items that another system delivers.")
    COUPON = strawberry.enum_value("COUPON", description="A code of a pool.")
    BADGE = strawberry.enum_value("BADGE", description="A badge.")


@strawberry.input
class RewardFilter:
    """Keeps the rewards that match all fields that are given. A field that is null or left out keeps all."""

    kinds: list[RewardKind] | None = strawberry.field(
        default=strawberry.UNSET, description="Rewards of any of these kinds."
    )
    text: str | None = strawberry.field(
        default=strawberry.UNSET,
        description=("Rewards that hold every word of the text in name or description; at most 200 characters count."),
    )

    def query(self) -> RewardQuery:
        """The filter as the store takes it."""
        text = (value_or_none(self.text) or "").strip()[:MAX_TEXT]
        kinds = value_or_none(self.kinds)
        return RewardQuery(
            kinds=None if kinds is None else tuple(model.RewardKind(kind.name) for kind in kinds), text=text or None
        )


@strawberry.enum
class RewardSort(Enum):
    """The orders of a list of rewards."""

    CREATED_AT_DESC = strawberry.enum_value("CREATED_AT_DESC", description="The latest created first.")
    NAME_ASC = strawberry.enum_value("NAME_ASC", description="By name, whatever its case.")


@strawberry.input
class RewardRequestFilter(UserRewardRequestFilter):
    """Keeps the requests that match all fields that are given. A field that is null or left out keeps all."""

    user_id: strawberry.ID | None = strawberry.field(default=strawberry.UNSET, description="Requests of this user.")


@strawberry.type
class Reconciliation:
    """A check that state and history agree: each line counts the breaches found."""

    checked_at: datetime = strawberry.field(description="When the check began.")
    ledger_breaches: int = strawberry.field(description="Wallets whose ledger, lots and grants do not agree.")
    stock_breaches: int = strawberry.field(description="Offers whose stock does not agree with their requests.")
    budget_breaches: int = strawberry.field(description="Offers whose budget does not agree with their requests.")
    code_breaches: int = strawberry.field(description="Codes that do not agree with the requests that hold them.")
    audit_chain_breaches: int = strawberry.field(
        description="Audit trails whose chain does not verify or that miss an entry."
    )
    samples: list[str] = strawberry.field(description="At most 20 of the breaches in words; no code is shown.")

    @classmethod
    def of(cls, findings: Findings, checked_at: datetime) -> Self:
        """Returns the findings as the API shows them."""
        return cls(
            checked_at=checked_at,
            ledger_breaches=findings.counts[Line.LEDGER],
            stock_breaches=findings.counts[Line.STOCK],
            budget_breaches=findings.counts[Line.BUDGET],
            code_breaches=findings.counts[Line.CODES],
            audit_chain_breaches=findings.counts[Line.AUDIT],
            samples=findings.samples,
        )


# Federation makes a type of its own from this one, and keeps only what is declared here.
@strawberry.type(description="All questions that can be asked.")
class Query:
    """All questions that can be asked."""

    @strawberry.field(permission_classes=[Staff], extensions=[CacheHint(REWARD, Scope.PUBLIC)])
    async def reward(
        self, info: RewardsInfo, id: Annotated[strawberry.ID, strawberry.argument(description="The reward's id.")]
    ) -> Reward | None:
        """For operators, auditors and admins: a reward by id; null when there is none."""
        found = await info.context.rewards_by_id.load(id)
        return None if found is None else to_reward(found)

    @strawberry.field(permission_classes=[Staff], extensions=[ConnectionField()])
    async def rewards(
        self,
        info: RewardsInfo,
        page_request: PageRequest,
        filter: Annotated[
            RewardFilter | None,
            strawberry.argument(
                description="Keeps the rewards that match all of its fields; null or left out keeps all."
            ),
        ] = strawberry.UNSET,
        sort: Annotated[
            RewardSort, strawberry.argument(description="The order of the list.")
        ] = RewardSort.CREATED_AT_DESC,
    ) -> RewardConnection | None:
        """For operators, auditors and admins: all rewards, by filter and sort."""
        context = info.context
        query = filter.query() if filter else RewardQuery()
        order = SORTS[sort.name]
        bounds, scope = page_request.of(order, {"query": query})
        database = await context.read_your_writes.database()
        return RewardConnection.of(await rewards_page(database, query, order, bounds, context.cursors, scope))

    @strawberry.field(
        permission_classes=[Public],
        description=(
            "An offer by id; null when there is none, and for others than operators, auditors and admins "
            "when it is disabled."
        ),
    )
    async def reward_offer(
        self, info: RewardsInfo, id: Annotated[strawberry.ID, strawberry.argument(description="The offer's id.")]
    ) -> RewardOffer | None:
        """Reads one offer through the loader, hidden from others than staff when disabled."""
        return await RewardOffer.resolve_reference(info, id)

    @strawberry.field(
        description=(
            "A request by id: your own, or any for operators, auditors and admins; null when there is "
            "none or it is another user's."
        ),
        permission_classes=[SignedIn],
    )
    async def reward_request(
        self, info: RewardsInfo, id: Annotated[strawberry.ID, strawberry.argument(description="The request's id.")]
    ) -> RewardRequest | None:
        """Reads one request through the loader; another user's is as if it did not exist."""
        return await RewardRequest.resolve_reference(info, id)

    @strawberry.field(permission_classes=[Staff], extensions=[ConnectionField()])
    async def reward_requests(
        self,
        info: RewardsInfo,
        page_request: PageRequest,
        filter: Annotated[
            RewardRequestFilter | None,
            strawberry.argument(
                description="Keeps the requests that match all of its fields; null or left out keeps all."
            ),
        ] = strawberry.UNSET,
        sort: Annotated[
            RewardRequestSort, strawberry.argument(description="The order of the list.")
        ] = RewardRequestSort.CREATED_AT_DESC,
    ) -> RewardRequestConnection | None:
        """For operators, auditors and admins: everybody's requests, by filter and sort."""
        context = info.context
        query = filter.query() if filter else RequestQuery()
        user_id = value_or_none(filter.user_id) if filter else None
        order = REQUEST_SORTS[sort.name]
        bounds, scope = page_request.of(order, {"user": user_id, "query": query})
        database = await context.read_your_writes.database()
        fields = REQUEST_PROJECTION.of_nodes(info)
        page = await page_of_all(database, user_id, query, context.now, order, bounds, context.cursors, scope, fields)
        return RewardRequestConnection.of(
            page, context.now, lambda: count_requests(database, user_id, query, context.now)
        )

    @strawberry.field(
        description=(
            "For auditors and admins: the audit trail of a reward, an offer, a request or a wallet, the "
            "latest entry first."
        ),
        permission_classes=[Auditors],
        extensions=[ConnectionField()],
    )
    async def reward_audit(
        self,
        info: RewardsInfo,
        page_request: PageRequest,
        subject_id: Annotated[
            strawberry.ID,
            strawberry.argument(description="The id of the reward, offer or request, or of the wallet's user."),
        ],
    ) -> AuditConnection | None:  # type: ignore[valid-type]
        """Reads one page of a subject's audit trail."""
        context = info.context
        bounds, scope = page_request.of(LATEST_FIRST, {"of": subject_id})
        database = await context.read_your_writes.database()
        fields = AUDIT_PROJECTION.of_nodes(info)
        page = await audit_page(database, subject_id, bounds, context.cursors, scope, fields)
        return AUDIT_TYPES.page(page, lambda actor_id: User(id=strawberry.ID(actor_id)))

    @strawberry.field(permission_classes=[Admins])
    async def reconciliation(self, info: RewardsInfo) -> Reconciliation | None:
        """For admins: checks the whole database against its history. Takes minutes on a large one."""
        return Reconciliation.of(await reconcile(info.context.dependencies.mongo), info.context.now)
