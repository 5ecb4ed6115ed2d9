"""Decoded values, kept in the process: they save the transfer and the decoding, never the look at the generations."""

from collections import OrderedDict
from typing import Final

from subgraphs.runtime.cache.record import Record

MAX_LOCAL_RECORDS: Final = 4096
MAX_LOCAL_BYTES: Final = 32 * 1024 * 1024


class LocalCache:
    """Records with their values decoded, the least recently used dropped first; bounded by number and encoded size."""

    def __init__(self, most: int = MAX_LOCAL_RECORDS, most_bytes: int = MAX_LOCAL_BYTES) -> None:
        self._most = most
        self._most_bytes = most_bytes
        self._bytes = 0
        self._records: OrderedDict[str, tuple[Record, int]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._records)

    def get(self, key: str) -> Record | None:
        """The record last put under the key, whatever became of its generations."""
        found = self._records.get(key)
        if found is None:
            return None
        self._records.move_to_end(key)
        return found[0]

    def put(self, key: str, record: Record, size: int) -> None:
        """Keeps a record whose encoding takes `size` bytes."""
        self.drop(key)
        self._records[key] = (record, size)
        self._bytes += size
        while len(self._records) > self._most or self._bytes > self._most_bytes:
            _, (_, gone) = self._records.popitem(last=False)
            self._bytes -= gone

    def drop(self, key: str) -> None:
        """Forgets the key."""
        found = self._records.pop(key, None)
        if found is not None:
            self._bytes -= found[1]

    def clear(self) -> None:
        """Forgets everything."""
        self._records.clear()
        self._bytes = 0
