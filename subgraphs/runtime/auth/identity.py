"""Who is asking: access tokens (JWT, EdDSA) verified against the issuer's public keys."""

import hashlib
import hmac
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Final, Protocol

import jwt

from subgraphs.runtime.clock import Clock

ALGORITHM: Final = "EdDSA"
AUDIENCE: Final = "supergraph"
LEEWAY_SECONDS: Final = 5
ROUTER_SECRET_HEADER: Final = "x-router-secret"  # noqa: S105 - a name


class CallerKind(StrEnum):
    """The three kinds of callers."""

    ANONYMOUS = "anonymous"
    USER = "user"
    SERVICE = "service"


class Privilege(StrEnum):
    """The roles that permissions speak of."""

    USER = "USER"
    OPERATOR = "OPERATOR"
    AUDITOR = "AUDITOR"
    ADMIN = "ADMIN"


STAFF: Final = frozenset({Privilege.OPERATOR, Privilege.AUDITOR, Privilege.ADMIN})


@dataclass(frozen=True, slots=True)
class Identity:
    """The caller: nobody, a user with roles, or a trusted service. `id` is None for nobody.

    `withheld` are roles of the token that cannot be confirmed for the moment; `session_id` is the session that the token
    was issued in.
    """

    kind: CallerKind
    id: str | None = None
    roles: frozenset[Privilege] = field(default=frozenset())
    withheld: frozenset[Privilege] = field(default=frozenset())
    session_id: str | None = None

    @property
    def user_id(self) -> str | None:
        """The user's id; None for nobody and for services."""
        return self.id if self.kind is CallerKind.USER else None

    @property
    def is_service(self) -> bool:
        """Returns whether the caller is a trusted service."""
        return self.kind is CallerKind.SERVICE

    def has_any(self, roles: Iterable[Privilege]) -> bool:
        """Whether the caller is a user holding one of `roles`."""
        return self.kind is CallerKind.USER and not self.roles.isdisjoint(roles)

    @property
    def is_staff(self) -> bool:
        """Operator, auditor or admin."""
        return self.has_any(STAFF)

    def is_user(self, user_id: str) -> bool:
        """Whether the caller is this very user."""
        return self.kind is CallerKind.USER and self.id == user_id


ANONYMOUS: Final = Identity(CallerKind.ANONYMOUS)


class InvalidToken(Exception):
    """The token is malformed, expired, foreign or signed by nobody we know. The message says which, never the token."""


class KeysUnavailable(Exception):
    """The issuer's keys could not be had, so nobody's token can be judged."""


class KeySource(Protocol):
    """Gives the public key for a key id, or None when the issuer has no such key."""

    async def key(self, key_id: str) -> jwt.PyJWK | None:
        """Returns the public key of the id, or None when the issuer has no such key."""
        ...


# Whose tokens were verified lately: the longest unused are forgotten first.
MAX_VERIFIED: Final = 20_000


@dataclass(frozen=True, slots=True)
class _Verified:
    """What a token's signature stands for, for as long as the issuer has the key."""

    key_id: str
    key: jwt.PyJWK
    identity: Identity
    expires_at: float


class TokenVerifier:
    """KeyedLocks an Authorization header into an identity. A signature is verified once, and the rest each time."""

    def __init__(self, keys: KeySource, *, issuer: str, clock: Clock) -> None:
        self._keys = keys
        self._issuer = issuer
        self._clock = clock
        # By the token's digest, so that no token is kept.
        self._verified: OrderedDict[bytes, _Verified] = OrderedDict()

    async def identify(self, authorization: str | None) -> Identity:
        """Nobody without a header; else the token's identity.

        Raises InvalidToken, and KeysUnavailable when the issuer does not answer and its keys are not known yet.
        """
        if authorization is None:
            return ANONYMOUS
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise InvalidToken("the Authorization header is not 'Bearer <token>'")
        digest = hashlib.sha256(token.encode("utf-8", "replace")).digest()
        known = self._verified.get(digest)
        # A key that the issuer has given up, or put another in the place of, vouches for nothing any more.
        if known is None or await self._keys.key(known.key_id) is not known.key:
            known = self._verified[digest] = await self._verify(token)
            if len(self._verified) > MAX_VERIFIED:
                self._verified.popitem(last=False)
        else:
            self._verified.move_to_end(digest)
        # Judged by our clock, not the library's, so that tests can move time.
        if self._clock.now().timestamp() >= known.expires_at + LEEWAY_SECONDS:
            raise InvalidToken("the access token has expired")
        return known.identity

    async def _verify(self, token: str) -> _Verified:
        try:
            key_id = jwt.get_unverified_header(token).get("kid")
        except jwt.InvalidTokenError:
            raise InvalidToken("the access token is malformed") from None
        if not isinstance(key_id, str) or (key := await self._keys.key(key_id)) is None:
            raise InvalidToken("the access token was signed by an unknown key")
        claims, expires_at = self._claims(token, key)
        return _Verified(key_id, key, self._identity(claims), expires_at)

    def _claims(self, token: str, key: jwt.PyJWK) -> tuple[dict[str, Any], float]:
        try:
            claims: dict[str, Any] = jwt.decode(
                token,
                key,
                algorithms=[ALGORITHM],
                issuer=self._issuer,
                audience=AUDIENCE,
                options={"require": ["exp", "iat", "sub", "kind"], "verify_exp": False, "verify_iat": False},
            )
            return claims, float(claims["exp"])
        except jwt.InvalidIssuerError:
            raise InvalidToken("the access token is from another issuer") from None
        except (jwt.InvalidTokenError, TypeError, ValueError):
            raise InvalidToken("the access token is not valid") from None

    @staticmethod
    def _identity(claims: dict[str, Any]) -> Identity:
        try:
            kind = CallerKind(claims["kind"])
            roles = frozenset(Privilege(role) for role in claims.get("roles", ()))
        except (ValueError, TypeError):
            raise InvalidToken("the access token is not valid") from None
        if kind is CallerKind.ANONYMOUS:
            raise InvalidToken("the access token is not valid")
        session_id = claims.get("sid")
        return Identity(kind, str(claims["sub"]), roles, session_id=session_id if isinstance(session_id, str) else None)


def sign_token(
    key: jwt.PyJWK,
    *,
    issuer: str,
    kind: CallerKind,
    subject: str,
    roles: Iterable[str],
    issued_at: datetime,
    expires_at: datetime,
    session_id: str | None = None,
) -> str:
    """A signed access token; `key` is a private key of a JWK set and its `kid` goes into the header."""
    claims: dict[str, Any] = {
        "iss": issuer,
        "aud": AUDIENCE,
        "sub": subject,
        "kind": kind.value,
        "roles": sorted(roles),
        "iat": int(issued_at.timestamp()),
        "exp": int(expires_at.timestamp()),
    }
    if session_id is not None:
        claims["sid"] = session_id
    return jwt.encode(claims, key, algorithm=ALGORITHM, headers={"kid": key.key_id})


def secrets_match(given: str | None, expected: str) -> bool:
    """Compares in constant time."""
    return given is not None and hmac.compare_digest(given.encode(), expected.encode())
