"""Redis as the cache uses it: counted, under the breaker, in one namespace."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from redis.exceptions import ResponseError

from subgraphs.runtime.cache.breaker import Breaker
from subgraphs.runtime.cache.counts import Counts
from subgraphs.runtime.cache.wire import LIMIT_SECONDS, Away, Command, Reply, Wire

# What the last round trip of a call is given at least.
MIN_SECONDS: Final = 0.005


class Link:
    """One process's way to Redis. `namespace` keeps databases apart that share a server."""

    def __init__(
        self, wire: Wire, namespace: str, *, limit_seconds: float = LIMIT_SECONDS, breaker: Breaker | None = None
    ) -> None:
        self._wire = wire
        self.namespace = namespace
        self.limit_seconds = limit_seconds
        self.breaker = breaker or Breaker()
        self.counts = Counts()
        self.counts.breaker_state = lambda: self.breaker.state

    async def run(self, commands: Sequence[Command], budget: "Budget | None" = None) -> Reply:
        """Waits no longer than is left of the budget. Raises Away; an answer that is nothing but errors is as bad."""
        budget = budget or self.budget()
        self.counts.round_trips += 1
        try:
            reply = await self._wire.run(commands, seconds=budget.left)
        except Away as away:
            budget.left = max(MIN_SECONDS, budget.left - away.waited)
            self.counts.faults["away"] += 1
            self.breaker.failed()
            raise
        budget.left = max(MIN_SECONDS, budget.left - reply.waited)
        refused = [value for value in reply.values if is_refusal(value)]
        if refused:
            self.counts.faults["refused"] += 1
            if len(refused) == len(reply.values):
                self.breaker.failed()
                raise Away(str(refused[0])[:80])
        else:
            self.breaker.succeeded()
        return reply

    def budget(self) -> "Budget":
        """For all the round trips of one call."""
        return Budget(self.limit_seconds)

    async def close(self) -> None:
        await self._wire.close()


@dataclass(slots=True)
class Budget:
    """How long one call may yet wait for Redis, over all its round trips."""

    left: float


def is_refusal(value: Any) -> bool:
    """Whether a reply is an error: the server is full, loading, or a replica."""
    return isinstance(value, ResponseError)
