"""Sessions out."""

from datetime import datetime
from typing import Self

import strawberry

from subgraphs.users.operations import sessions
from subgraphs.users.types.users import User


@strawberry.type
class Session:
    """A signed-in session.

    The access token lives 15 minutes; each refresh token works once, and using one twice ends the session.
    """

    access_token: str = strawberry.field(
        description="To be sent as `authorization: Bearer <token>`; a JWT signed with EdDSA."
    )
    access_token_expires_at: datetime = strawberry.field(
        description="When the access token ends, 15 minutes after it was issued."
    )
    refresh_token: str = strawberry.field(description="Opaque; works once, for the session's next pair of tokens.")
    refresh_token_expires_at: datetime = strawberry.field(
        description="When the refresh token ends, 30 days after it was issued."
    )
    user: User = strawberry.field(description="Who is signed in.")

    @classmethod
    def of(cls, session: sessions.SessionTokens) -> Self:
        """Returns the GraphQL object for what the use case or the store gave."""
        return cls(
            access_token=session.access_token,
            access_token_expires_at=session.access_token_expires_at,
            refresh_token=session.refresh_token,
            refresh_token_expires_at=session.refresh_token_expires_at,
            user=User.of(session.user),
        )
