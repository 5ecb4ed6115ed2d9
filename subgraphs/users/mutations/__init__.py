"""The mutations of users, one file each, and the type that lists them."""

import strawberry

from subgraphs.runtime.graphql.permissions import Admins, Public, UserOnly
from subgraphs.users.mutations.change_password import change_password
from subgraphs.users.mutations.login import login
from subgraphs.users.mutations.logout import logout
from subgraphs.users.mutations.mark_notifications_read import mark_notifications_read
from subgraphs.users.mutations.refresh_session import refresh_session
from subgraphs.users.mutations.register import register
from subgraphs.users.mutations.set_roles import set_roles
from subgraphs.users.mutations.set_user_status import set_user_status
from subgraphs.users.mutations.update_profile import update_profile


@strawberry.type(description="All changes that can be made.")
class Mutation:
    register = strawberry.mutation(
        resolver=register,
        permission_classes=[Public],
        description="Creates an account and signs it in. Limited by account and network address.",
    )
    login = strawberry.mutation(
        resolver=login,
        permission_classes=[Public],
        description="Signs in with an address and a password. Limited by account and network address.",
    )
    refresh_session = strawberry.mutation(
        resolver=refresh_session,
        permission_classes=[Public],
        description=("Exchanges a refresh token for the session's next pair of tokens. Each refresh token works once."),
    )
    logout = strawberry.mutation(
        resolver=logout, permission_classes=[Public], description="Ends this session, or all sessions of the user."
    )
    update_profile = strawberry.mutation(
        resolver=update_profile, permission_classes=[UserOnly], description="Changes the signed-in user's profile."
    )
    change_password = strawberry.mutation(
        resolver=change_password,
        permission_classes=[UserOnly],
        description="Changes the signed-in user's password and ends every other session.",
    )
    mark_notifications_read = strawberry.mutation(
        resolver=mark_notifications_read,
        permission_classes=[UserOnly],
        description="Marks notifications of the signed-in user as read.",
    )
    set_roles = strawberry.mutation(
        resolver=set_roles,
        description="For admins: sets what a user may do. Takes hold in every subgraph within 5 seconds.",
        permission_classes=[Admins],
    )
    set_user_status = strawberry.mutation(
        resolver=set_user_status,
        description=("For admins: suspends a user or lifts that. Takes hold in every subgraph within 5 seconds."),
        permission_classes=[Admins],
    )
