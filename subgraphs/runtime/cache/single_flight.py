"""One load for all who wait for the same value under the same generations."""

import asyncio
import hashlib
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from subgraphs.runtime.cache.policy import Lookup

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Answer(Generic[Value]):
    """A value of the cache, None where there is none, and for how many seconds it is fresh yet."""

    value: Value | None
    fresh_for: float


Waiter = asyncio.Future[Answer[Any] | None]


@dataclass(slots=True)
class Flight:
    """A value on its way.

    Whoever read the same generations may wait for it: no change was told between their look and the one that began it.
    A `refresh` has nobody waiting.
    """

    lookup: Lookup
    generations: tuple[bytes, ...]
    waiters: list[Waiter] = field(default_factory=list)
    refresh: bool = False
    holds_lock: bool = False
    landed: Answer[Any] | None = None

    @property
    def lock_key(self) -> str:
        """Held by the process that loads, named by the generations too: a load that a change has overtaken blocks nobody."""
        digest = hashlib.sha256(b"".join(self.generations)).hexdigest()[:16]
        return f"l:{self.lookup.key}:{digest}"

    def join(self, waiters: list[Waiter]) -> None:
        """More who wait; a value that has come and is being stored is theirs at once."""
        self.waiters += waiters
        if self.landed is not None:
            settle(waiters, self.landed)

    def land(self, answer: Answer[Any] | None) -> None:
        """Tells all who wait; None is that each has to do without the cache."""
        self.landed = answer
        settle(self.waiters, answer)


def settle(waiters: list[Waiter], answer: Answer[Any] | None) -> None:
    """Gives the answer to those who are still there."""
    for waiter in waiters:
        if not waiter.done():
            waiter.set_result(answer)
