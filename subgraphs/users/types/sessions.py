"""Sessions out."""

from datetime import datetime
from typing import Self

import strawberry

from subgraphs.users.operations import sessions
from subgraphs.users.types.users import User


@strawberry.type(
    description=(
        "A signed-in session. The access token lives 15 minutes; each refresh token works once, "
        "and using one twice ends the session."
    )
)
class Session:
    access_token: str
    access_token_expires_at: datetime
    refresh_token: str
    refresh_token_expires_at: datetime
    user: User

    @classmethod
    def of(cls, session: sessions.SessionTokens) -> Self:
        return cls(
            access_token=session.access_token,
            access_token_expires_at=session.access_token_expires_at,
            refresh_token=session.refresh_token,
            refresh_token_expires_at=session.refresh_token_expires_at,
            user=User.of(session.user),
        )
