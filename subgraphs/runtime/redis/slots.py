"""The slots of a cluster."""

from typing import Final

from redis.crc import key_slot

SLOTS: Final = 16_384


def slot_of(key: str | bytes | int) -> int:
    """The slot that a key is in, from 0 to 16,383."""
    return key_slot(key if isinstance(key, bytes) else str(key).encode())
