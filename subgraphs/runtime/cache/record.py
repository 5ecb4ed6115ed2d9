"""What is stored under a key: a value, the generations it was made under, and until when it may be used."""

import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import bson
from bson.codec_options import CodecOptions
from bson.errors import BSONError

MAX_BYTES: Final = 256 * 1024
MIN_COMPRESSED_BYTES: Final = 2048
_PLAIN, _ZLIB = b"\x00", b"\x01"
_CODEC: Final[CodecOptions[Mapping[str, Any]]] = CodecOptions(tz_aware=True)


@dataclass(frozen=True, slots=True)
class Record:
    """`fresh_until` and `ends_at` are instants of the clock.

    A record that `is_unstorable` says that the value is not kept: whoever wants it loads it.
    """

    generations: tuple[bytes, ...]
    made_at: datetime
    fresh_until: datetime
    ends_at: datetime
    value: Any
    is_absent: bool = False
    is_unstorable: bool = False

    def seconds_left(self, now: datetime) -> float:
        """For how long it is fresh yet; 0 when it no longer is."""
        return max(0.0, (self.fresh_until - now) / timedelta(seconds=1))


def pack(record: Record, stored: Any) -> bytes | None:
    """The record with its value as `stored`; None when that is too large, or nothing that BSON can hold."""
    try:
        raw = bson.encode(
            {
                "g": list(record.generations),
                "m": record.made_at,
                "f": record.fresh_until,
                "e": record.ends_at,
                "a": record.is_absent,
                "u": record.is_unstorable,
                "v": stored,
            }
        )
    except (BSONError, OverflowError):
        return None
    packed = _ZLIB + zlib.compress(raw, 1) if len(raw) > MIN_COMPRESSED_BYTES else _PLAIN + raw
    return packed if len(packed) <= MAX_BYTES else None


def unpack(packed: bytes) -> Record | None:
    """The record, its value as it was stored; None when it cannot be read."""
    try:
        raw = zlib.decompress(packed[1:]) if packed[:1] == _ZLIB else packed[1:]
        found = bson.decode(raw, _CODEC)
        return Record(tuple(found["g"]), found["m"], found["f"], found["e"], found["v"], found["a"], found["u"])
    except (BSONError, KeyError, TypeError, zlib.error):
        return None
