"""Tokens as users would sign them, for as many users as a load needs, without their logins."""

from datetime import UTC, datetime, timedelta

from deploy.local.stack import Stack
from subgraphs.runtime.identity import Kind, sign_token
from subgraphs.users.keys import load_signing_keys


class Tokens:
    """Signs with the stack's key; each token is good for two hours."""

    def __init__(self, stack: Stack) -> None:
        self._key = load_signing_keys(stack.secrets.signing_keys).current(datetime.now(UTC))

    def of(self, user_id: str, *roles: str) -> str:
        """The user's token, with these roles besides USER."""
        now = datetime.now(UTC)
        return sign_token(
            self._key,
            issuer="laurel",
            kind=Kind.USER,
            subject=user_id,
            roles={"USER", *roles},
            issued_at=now,
            expires_at=now + timedelta(hours=2),
        )
