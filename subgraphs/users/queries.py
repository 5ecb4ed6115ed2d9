"""The queries of users."""

from typing import Annotated

import strawberry

from subgraphs.runtime.audit import LATEST_FIRST, audit_page
from subgraphs.runtime.cache import Scope
from subgraphs.runtime.graphql.audit import AUDIT_PROJECTION
from subgraphs.runtime.graphql.cached import CacheHint
from subgraphs.runtime.graphql.connection_field import ConnectionField, PageRequest
from subgraphs.runtime.graphql.permissions import Admins, Auditors, Public, SignedIn
from subgraphs.users.context import UsersInfo
from subgraphs.users.loaders.users import USER
from subgraphs.users.model import user as model
from subgraphs.users.store.users import SORTS, UserQuery, count_users, users_page
from subgraphs.users.types.user_list import UserConnection, UserFilter, UserSort
from subgraphs.users.types.users import AUDIT_TYPES, USER_PROJECTION, AuditConnection, User


# Federation makes a type of its own from this one, and keeps only what is declared here.
@strawberry.type(description="All questions that can be asked.")
class Query:
    """All questions that can be asked."""

    @strawberry.field(permission_classes=[Public])
    async def me(self, info: UsersInfo) -> User | None:
        """The signed-in user; null when nobody is signed in, and for services."""
        # Promises no Cache-Control: whoever has changed their profile asks for it again at once.
        user_id = info.context.identity.user_id
        found = await info.context.users_by_id.load(user_id) if user_id else None
        return None if found is None else User.of(found)

    @strawberry.field(permission_classes=[SignedIn], extensions=[CacheHint(USER, Scope.PUBLIC)])
    async def user(
        self, info: UsersInfo, id: Annotated[strawberry.ID, strawberry.argument(description="The user's id.")]
    ) -> User | None:
        """A user by id, for anybody signed in; null when there is none.

        What is shown of them is decided field by field.
        """
        found = await info.context.users_by_id.load(id)
        return None if found is None else User.of(found)

    @strawberry.field(permission_classes=[Admins], extensions=[ConnectionField()])
    async def users(
        self,
        info: UsersInfo,
        page_request: PageRequest,
        filter: Annotated[
            UserFilter | None,
            strawberry.argument(
                description="Keeps the users that match all of its fields; null or left out keeps all."
            ),
        ] = strawberry.UNSET,
        sort: Annotated[UserSort, strawberry.argument(description="The order of the list.")] = UserSort.CREATED_AT_DESC,
    ) -> UserConnection | None:
        """For admins: all users, by filter and sort."""
        context = info.context
        query = filter.query() if filter else UserQuery()
        order = SORTS[sort.name]
        bounds, scope = page_request.of(order, {"query": query})
        database = await context.read_your_writes.database()
        fields = USER_PROJECTION.of_nodes(info)
        page = await users_page(database, query, order, bounds, context.cursors, scope, fields)
        return UserConnection.of(page, lambda: count_users(database, query))

    @strawberry.field(permission_classes=[Auditors], extensions=[ConnectionField()])
    async def user_audit(
        self,
        info: UsersInfo,
        page_request: PageRequest,
        user_id: Annotated[strawberry.ID, strawberry.argument(description="The user whose trail is asked for.")],
    ) -> AuditConnection | None:  # type: ignore[valid-type]
        """For auditors and admins: the audit trail of a user, the latest entry first."""
        context = info.context
        bounds, scope = page_request.of(LATEST_FIRST, {"of": user_id})
        database = await context.read_your_writes.database()
        fields = AUDIT_PROJECTION.of_nodes(info)
        page = await audit_page(database, user_id, bounds, context.cursors, scope, fields)
        actors = {row["actorId"] for row in page.rows if row.get("actorId") is not None}
        found = {user.id: user for user in await context.users_by_id.load_all(actors) if isinstance(user, model.User)}
        return AUDIT_TYPES.page(page, lambda actor_id: User.of(found[actor_id]) if actor_id in found else None)
