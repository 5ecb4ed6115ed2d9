"""Tokens as users would sign them, for as many users as a load needs, without their logins."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from subgraphs.runtime.auth.identity import CallerKind, sign_token
from subgraphs.users.signing_keys import load_signing_keys


class Tokens:
    """Signs with a stack's key, which stands in the file; each token is good for two hours."""

    def __init__(self, signing_keys: Path) -> None:
        self._key = load_signing_keys(signing_keys).current(datetime.now(UTC))

    def of(self, user_id: str, *roles: str, issued_at: datetime | None = None) -> str:
        """The user's token, with these roles besides USER; issued now unless said."""
        issued = issued_at or datetime.now(UTC)
        return sign_token(
            self._key,
            issuer="laurel",
            kind=CallerKind.USER,
            subject=user_id,
            roles={"USER", *roles},
            issued_at=issued,
            expires_at=issued + timedelta(hours=2),
        )
