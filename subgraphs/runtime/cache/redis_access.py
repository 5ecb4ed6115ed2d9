"""Redis as the cache uses it: counted, under the breaker, in one namespace."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from redis.exceptions import ResponseError

from subgraphs.runtime.cache.metrics import CacheMetrics
from subgraphs.runtime.redis.circuit_breaker import CircuitBreaker
from subgraphs.runtime.redis.pipeline import LIMIT_SECONDS, MIN_SECONDS, Command, Pipeline, RedisUnavailable, Reply


class RedisAccess:
    """One process's way to Redis.

    `namespace` keeps databases apart that share a server; `is_cluster`: of several servers one may be away.
    """

    def __init__(
        self,
        pipeline: Pipeline,
        namespace: str,
        *,
        is_cluster: bool = False,
        limit_seconds: float = LIMIT_SECONDS,
        breaker: CircuitBreaker | None = None,
    ) -> None:
        self._pipeline = pipeline
        self.namespace = namespace
        self.is_cluster = is_cluster
        self.limit_seconds = limit_seconds
        self.breaker = breaker or CircuitBreaker()
        self.counts = CacheMetrics()
        self.counts.breaker_state = lambda: self.breaker.state

    async def run(self, commands: Sequence[Command], budget: "Budget | None" = None, *, insist: bool = False) -> Reply:
        """Waits no longer than is left of the budget; `insist` as in `Pipeline.run`.

        Raises RedisUnavailable; an answer that is nothing but errors is as bad.
        """
        budget = budget or self.budget()
        self.counts.round_trips += 1
        try:
            reply = await self._pipeline.run(commands, seconds=budget.left, insist=insist)
        except RedisUnavailable as away:
            budget.left = max(MIN_SECONDS, budget.left - away.waited)
            self.counts.faults["away"] += 1
            self.breaker.failed()
            raise
        budget.left = max(MIN_SECONDS, budget.left - reply.waited)
        self._judge(reply.values)
        return reply

    def _judge(self, values: Sequence[Any]) -> None:
        refused = [value for value in values if is_refusal(value)]
        # A cluster's server that is away is no reason to do without the others: the pipeline itself leaves it alone.
        away = sum(isinstance(value, RedisUnavailable) for value in refused)
        if away:
            self.counts.faults["away"] += 1
        if away < len(refused):
            self.counts.faults["refused"] += 1
        elif len(refused) < len(values):
            self.breaker.succeeded()
        if refused and len(refused) == len(values):
            if not away:
                self.breaker.failed()
            raise RedisUnavailable(str(refused[0])[:80])

    def budget(self) -> "Budget":
        """For all the round trips of one call."""
        return Budget(self.limit_seconds)

    async def close(self) -> None:
        """Closes the connections."""
        await self._pipeline.close()


@dataclass(slots=True)
class Budget:
    """How long one call may yet wait for Redis, over all its round trips."""

    left: float


def is_refusal(value: Any) -> bool:
    """Whether a reply is none: the server is full, loading, a replica, or away."""
    return isinstance(value, ResponseError | RedisUnavailable)
