"""The signing keys: a private JWK set in a file. All verify; the newest whose time has come signs.

A new key is published before it signs, so that every subgraph knows it by then and a rotation costs no request.
"""

import asyncio
import base64
import json
import sys
from collections.abc import Awaitable, Callable
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import jwt
import structlog
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from subgraphs.runtime.auth.jwks import parse_key_set
from subgraphs.runtime.ids import random_id

WATCH_SECONDS: Final = 2.0
# A member of our own of a private key: the Unix time from which it signs.
SIGNS_FROM: Final = "signs_from"
_PUBLIC_NAMES: Final = ("kty", "crv", "kid", "x")

log = structlog.get_logger("keys")


class SigningKeys:
    """The keys of one issuer; `load` puts others in their place."""

    def __init__(self, private_set: dict[str, Any]) -> None:
        """Raises ValueError as `load` does."""
        self.load(private_set)

    def load(self, private_set: dict[str, Any]) -> None:
        """Takes this set from now on. Raises ValueError unless each key is a private Ed25519 JWK with a key id."""
        keys = parse_key_set(private_set)
        entries = private_set["keys"]
        if not all(entry.get("d") for entry in entries):
            raise ValueError("a key of the set has no private part")
        starts = [float(entry.get(SIGNS_FROM, 0)) for entry in entries]
        self._signing = list(zip(starts, keys.values(), strict=True))
        self._keys = keys
        self.public_set: dict[str, Any] = {
            "keys": [
                {**{name: entry[name] for name in _PUBLIC_NAMES if name in entry}, "use": "sig", "alg": "EdDSA"}
                for entry in entries
            ]
        }

    def current(self, now: datetime) -> jwt.PyJWK:
        """The key that signs: the first of the set whose time has come, or else the one whose time comes first."""
        for start, key in self._signing:
            if start <= now.timestamp():
                return key
        return min(self._signing, key=lambda entry: entry[0])[1]

    async def key(self, key_id: str) -> jwt.PyJWK | None:
        """The key that verifies tokens of this key id."""
        return self._keys.get(key_id)


def load_signing_keys(path: Path) -> SigningKeys:
    """The keys in the file. A file that cannot be read, or holds no such keys, ends the process: status 2, and says why."""
    try:
        return SigningKeys(json.loads(path.read_text()))
    except (OSError, ValueError) as error:
        print(f"setting SIGNING_KEYS_FILE: {type(error).__name__}: {error}", file=sys.stderr)
        raise SystemExit(2) from None


async def watch(keys: SigningKeys, path: Path, *, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep) -> None:
    """Loads the file again whenever it changes, until cancelled. One that makes no sense is logged and left alone."""
    seen = _stamp(path)
    while True:
        await sleep(WATCH_SECONDS)
        stamp = _stamp(path)
        if stamp in (seen, None):
            continue
        seen = stamp
        try:
            keys.load(json.loads(await asyncio.to_thread(path.read_text)))
        except (OSError, ValueError) as error:
            log.error("signing keys not loaded", error=type(error).__name__)
        else:
            log.info("signing keys loaded", keys=[entry["kid"] for entry in keys.public_set["keys"]])


def _stamp(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_ino


def new_private_key() -> dict[str, Any]:
    """A new Ed25519 key as a private JWK with an id of its own."""
    key = Ed25519PrivateKey.generate()
    return {
        "kty": "OKP",
        "crv": "Ed25519",
        "kid": random_id(12),
        "x": _text(key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)),
        "d": _text(key.private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption())),
    }


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")
