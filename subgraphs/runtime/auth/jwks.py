"""The issuer's public keys: fetched over HTTP, cached, fetched again for a key not seen before."""

import asyncio
import json
import time
from typing import Any, Final

import httpx
import jwt

from subgraphs.runtime.auth.identity import KeysUnavailable
from subgraphs.runtime.clients.tls import tls_context

REFRESH_SECONDS: Final = 300
# A stream of tokens with made-up key ids must not become a stream of fetches.
MISS_SECONDS: Final = 2


def parse_key_set(document: dict[str, Any]) -> dict[str, jwt.PyJWK]:
    """The keys of a JWK set by key id, in order. Raises ValueError unless each is an Ed25519 key with an id."""
    keys: dict[str, jwt.PyJWK] = {}
    for entry in document.get("keys", ()):
        if not isinstance(entry, dict) or not isinstance(entry.get("kid"), str) or entry.get("kty") != "OKP":
            raise ValueError("a key of the set is not an OKP key with a kid")
        try:
            keys[entry["kid"]] = jwt.PyJWK(entry, algorithm="EdDSA")
        except jwt.PyJWTError as error:
            raise ValueError(f"a key of the set is malformed: {error}") from None
    if not keys:
        raise ValueError("the key set is empty")
    return keys


class FixedKeys:
    """The keys of a set that is at hand: for the issuer itself."""

    def __init__(self, document: dict[str, Any]) -> None:
        self._keys = parse_key_set(document)

    async def key(self, key_id: str) -> jwt.PyJWK | None:
        """Returns the key of the id, or None."""
        return self._keys.get(key_id)


class RemoteKeys:
    """The keys published at `url`. Known keys go on being trusted while the issuer is away."""

    def __init__(self, url: str, *, timeout_seconds: float = 2) -> None:
        self._client = httpx.AsyncClient(timeout=timeout_seconds, verify=tls_context())
        self._url = url
        self._keys: dict[str, jwt.PyJWK] = {}
        self._fetched_at = -float("inf")
        self._tried_at = -float("inf")
        self._fetching = asyncio.Lock()

    async def key(self, key_id: str) -> jwt.PyJWK | None:
        """Raises KeysUnavailable when no key set has ever been had."""
        now = time.monotonic()
        known = self._keys.get(key_id)
        if known is not None and now - self._fetched_at < REFRESH_SECONDS:
            return known
        async with self._fetching:
            if time.monotonic() - self._tried_at >= MISS_SECONDS:
                await self._fetch()
        if not self._keys:
            raise KeysUnavailable
        return self._keys.get(key_id)

    async def close(self) -> None:
        """Closes the connections."""
        await self._client.aclose()

    async def _fetch(self) -> None:
        self._tried_at = time.monotonic()
        try:
            response = await self._client.get(self._url)
            response.raise_for_status()
            self._keys = parse_key_set(response.json())
        except (httpx.HTTPError, json.JSONDecodeError, ValueError):
            return
        self._fetched_at = self._tried_at
