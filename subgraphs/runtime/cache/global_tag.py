"""The tag that every value carries.

On a cluster it is one for each sixteenth of the slots, so that a value's mostly lives on the value's own server: no
server is asked by every look-up, and one that is away takes only its own values along.
"""

from functools import cache
from typing import Final

from subgraphs.runtime.redis.slots import SLOTS, slot_of

EVERYTHING: Final = "*"
_PARTS: Final = 16


def part_of(key: str) -> str:
    """The part of EVERYTHING that the value under a key carries."""
    return all_parts()[slot_of(key) * _PARTS // SLOTS]


@cache
def all_parts() -> tuple[str, ...]:
    """The parts of EVERYTHING.

    Each has a hash tag (https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/) that lies in its
    own sixteenth of the slots.
    """
    words: dict[int, str] = {}
    number = 0
    while len(words) < _PARTS:
        words.setdefault(slot_of(str(number)) * _PARTS // SLOTS, str(number))
        number += 1
    return tuple(f"{EVERYTHING}{{{words[part]}}}" for part in range(_PARTS))
