"""What became of users after their tokens were signed: changes of roles and status, polled from users.

A change holds in every process within five seconds. While the list is out of reach for long, nobody's privileged roles
are believed, since they may have been taken away; what any user may do goes on.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

import httpx
import structlog

from subgraphs.runtime.auth.identity import ROUTER_SECRET_HEADER, STAFF, CallerKind, Identity, InvalidToken, Privilege
from subgraphs.runtime.clients.tls import tls_context

POLL_SECONDS: Final = 2.0
TRUSTED_SECONDS: Final = 30.0
_RETRY_SECONDS: Final = 0.2
_FETCH_SECONDS: Final = 2.0

log = structlog.get_logger("revocations")


@dataclass(frozen=True, slots=True)
class Standing:
    """What a user may do now, whatever their token says."""

    roles: frozenset[Privilege]
    suspended: bool


Fetch = Callable[[], Awaitable[Mapping[str, Standing]]]


class Revocations:
    """The users whose standing changed within the lifetime of a token, kept fresh by `run`."""

    def __init__(self, fetch: Fetch, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._fetch = fetch
        self._monotonic = monotonic
        self._standings: Mapping[str, Standing] = {}
        self._fetched_at = -float("inf")

    async def refresh(self) -> bool:
        """Fetches the list once; False when it could not be had, and the old one stays."""
        asked_at = self._monotonic()
        try:
            async with asyncio.timeout(_FETCH_SECONDS):
                self._standings = await self._fetch()
        except Exception as error:
            log.warning("revocations out of reach", error=type(error).__name__)
            return False
        self._fetched_at = asked_at
        return True

    async def run(self) -> None:
        """Refreshes until cancelled."""
        while True:
            had = await self.refresh()
            is_new = self._fetched_at == -float("inf")
            await asyncio.sleep(POLL_SECONDS if had or not is_new else _RETRY_SECONDS)

    def current_identity(self, identity: Identity) -> Identity:
        """The caller as they stand now. Raises InvalidToken when they are suspended."""
        if identity.kind is not CallerKind.USER:
            return identity
        standing = self._standings.get(identity.id or "")
        if standing is not None:
            if standing.suspended:
                raise InvalidToken("this account is suspended")
            identity = replace(identity, roles=standing.roles)
        if self._monotonic() - self._fetched_at <= TRUSTED_SECONDS:
            return identity
        withheld = identity.roles & STAFF
        return replace(identity, roles=identity.roles - STAFF, withheld=withheld) if withheld else identity


def revocations_document(standings: Mapping[str, Standing]) -> dict[str, Any]:
    """The list as users publishes it."""
    return {
        "users": {
            user_id: {"roles": sorted(standing.roles), "suspended": standing.suspended}
            for user_id, standing in standings.items()
        }
    }


class RemoteRevocations:
    """The list that users publishes at `url` for holders of the router's secret."""

    def __init__(self, url: str, router_secret: str) -> None:
        self._client = httpx.AsyncClient(
            verify=tls_context(), timeout=_FETCH_SECONDS, headers={ROUTER_SECRET_HEADER: router_secret}
        )
        self._url = url

    async def __call__(self) -> Mapping[str, Standing]:
        """Raises httpx.HTTPError and ValueError."""
        response = await self._client.get(self._url)
        response.raise_for_status()
        return {
            user_id: Standing(frozenset(Privilege(role) for role in entry["roles"]), bool(entry["suspended"]))
            for user_id, entry in response.json()["users"].items()
        }

    async def close(self) -> None:
        """Closes the connections."""
        await self._client.aclose()
