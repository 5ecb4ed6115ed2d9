"""The signing keys: a private JWK set in a file, of which the first signs and all verify."""

import base64
import json
import sys
from pathlib import Path
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from subgraphs.runtime.ids import random_id
from subgraphs.runtime.jwks import FixedKeys, parse_key_set


class SigningKeys:
    """The keys of one issuer."""

    def __init__(self, private_set: dict[str, Any]) -> None:
        """Raises ValueError unless each key is a private Ed25519 JWK with a key id."""
        keys = parse_key_set(private_set)
        if not all(entry.get("d") for entry in private_set["keys"]):
            raise ValueError("a key of the set has no private part")
        self.current: jwt.PyJWK = next(iter(keys.values()))
        public_names = ("kty", "crv", "kid", "x")
        self.public_set: dict[str, Any] = {
            "keys": [
                {**{name: entry[name] for name in public_names if name in entry}, "use": "sig", "alg": "EdDSA"}
                for entry in private_set["keys"]
            ]
        }
        self.verifying = FixedKeys(self.public_set)


def load_signing_keys(path: Path) -> SigningKeys:
    """The keys in the file. A file that cannot be read, or holds no such keys, ends the process: status 2, and says why."""
    try:
        return SigningKeys(json.loads(path.read_text()))
    except (OSError, ValueError) as error:
        print(f"setting SIGNING_KEYS_FILE: {type(error).__name__}: {error}", file=sys.stderr)
        raise SystemExit(2) from None


def new_private_key() -> dict[str, str]:
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
