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


@strawberry.type
class Mutation:
    """All changes that can be made."""

    register = strawberry.mutation(resolver=register, permission_classes=[Public])
    login = strawberry.mutation(resolver=login, permission_classes=[Public])
    refresh_session = strawberry.mutation(resolver=refresh_session, permission_classes=[Public])
    logout = strawberry.mutation(resolver=logout, permission_classes=[Public])
    update_profile = strawberry.mutation(resolver=update_profile, permission_classes=[UserOnly])
    change_password = strawberry.mutation(resolver=change_password, permission_classes=[UserOnly])
    mark_notifications_read = strawberry.mutation(resolver=mark_notifications_read, permission_classes=[UserOnly])
    set_roles = strawberry.mutation(resolver=set_roles, permission_classes=[Admins])
    set_user_status = strawberry.mutation(resolver=set_user_status, permission_classes=[Admins])
