"""Identifiers: opaque to clients, placed by us."""

import secrets
import string
from typing import Final

_ALPHABET: Final = string.digits + string.ascii_lowercase
MAX_ID_LENGTH: Final = 128


def random_id(length: int = 20) -> str:
    """`length` characters of [0-9a-z] from the system's secure source; 20 carry 103 bits."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(length))


def is_plausible_id(value: object) -> bool:
    """Whether a client's value can be an id at all: a non-empty string of bounded length without control characters."""
    return isinstance(value, str) and 0 < len(value) <= MAX_ID_LENGTH and value.isprintable()
