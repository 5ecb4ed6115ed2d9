"""Tags, their generations, and the raises of them."""

import asyncio
import contextlib
import random
import secrets
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import structlog

from subgraphs.runtime.cache.global_tag import EVERYTHING, all_parts, part_of
from subgraphs.runtime.cache.policy import Lookup
from subgraphs.runtime.cache.redis_access import Budget, RedisAccess, is_refusal
from subgraphs.runtime.redis.pipeline import MIN_SECONDS, Command, RedisUnavailable

MAX_OWED: Final = 10_000
_RUN_CHARACTERS: Final = 16
_RETRY_SECONDS: Final = (0.1, 1.0)

log = structlog.get_logger("cache")

Known = Mapping[str, bytes]


class Generations:
    """Reads and makes generations, and raises tags. What could not be told is kept, and told before the next read."""

    def __init__(self, redis: RedisAccess) -> None:
        self._redis = redis
        # By tag, when it was last owed: what is owed anew while it is told is owed still.
        self._owed: dict[str, int] = {}
        self._owings = 0
        self._teller: asyncio.Task[None] | None = None
        redis.counts.owed = lambda: len(self._owed)

    def command(self, tag: str) -> Command:
        """Asks for a tag's generation."""
        return ("GET", self._key(tag))

    def tags_of(self, lookup: Lookup) -> tuple[str, ...]:
        """The tags whose generations a value is stored with."""
        if not self._redis.is_cluster:
            return lookup.tags
        return tuple(part_of(lookup.key) if tag == EVERYTHING else tag for tag in lookup.tags)

    def present(self, tags: Sequence[str], values: Sequence[Any], run_ids: Sequence[str]) -> dict[str, bytes]:
        """The generations among the replies that were made in this run of the server that holds them."""
        return {
            tag: value
            for tag, value, run_id in zip(tags, values, run_ids, strict=True)
            if run_id and isinstance(value, bytes) and value.startswith(_mark(run_id))
        }

    async def make(self, run_ids: Mapping[str, str], budget: Budget, *, lives: float) -> dict[str, bytes]:
        """Fresh generations for tags that have none of the run in which their server was just met.

        Of several who make one, all get the same. They are kept for `lives` seconds. Raises RedisUnavailable; where a
        server is full, away, or another than it was, there are none.
        """
        tags = list(run_ids)
        commands: list[Command] = []
        for tag, run_id in run_ids.items():
            key, fresh = self._key(tag), _mark(run_id) + secrets.token_hex(8).encode()
            commands += [("SET", key, fresh, "NX", "EX", int(lives)), ("GET", key)]
        reply = await self._redis.run(commands, budget)
        values, met = reply.values[1::2], reply.run_ids[1::2]
        found = self.present(tags, values, met)
        foreign = [
            tag for tag, value in zip(tags, values, strict=True) if isinstance(value, bytes) and tag not in found
        ]
        if foreign:
            # Of an earlier run, brought back with its data, or of another server. To remove a generation is always right;
            # the next reader makes a new one.
            await self._redis.run([("UNLINK", self._key(tag)) for tag in foreign], budget)
        return found

    async def invalidate(self, tags: Iterable[str]) -> None:
        """What was made of these is old from now on, everywhere.

        Called after the commit and before it is acknowledged; never fails: while Redis is away this process trusts no
        value made of these, and tells it as soon as it is back.
        """
        told = set(tags)
        if not told:
            return
        if self._redis.is_cluster and EVERYTHING in told:
            told = told - {EVERYTHING} | set(all_parts())
        self._redis.counts.raised += len(told)
        untold = told
        try:
            untold = await self._tell_now(told)
        finally:
            if untold:
                self._owe(untold)

    async def settle(self, budget: Budget | None = None) -> frozenset[str]:
        """Tells what is owed; gives the tags that are owed still, of which no value may be trusted.

        Raises RedisUnavailable; of a cluster another server may answer yet.
        """
        if not self._owed:
            return frozenset()
        telling = dict(self._owed)
        try:
            untold = await self._tell(telling, budget)
        except RedisUnavailable:
            if not self._redis.is_cluster:
                raise
            return frozenset(self._owed)
        for tag, owing in telling.items():
            if self._owed.get(tag) == owing and tag not in untold:
                del self._owed[tag]
        return frozenset(self._owed)

    async def close(self) -> None:
        """Ends the telling; tries once more what is owed."""
        if self._teller is not None:
            self._teller.cancel()
            await asyncio.gather(self._teller, return_exceptions=True)
        await self._is_settled()

    async def _tell_now(self, tags: set[str]) -> set[str]:
        # Whatever the breaker says: were Redis back and others trusted it already, they would show what is old. And twice,
        # for the first connection may be one to a server that is gone.
        budget, untold = self._redis.budget(), tags
        for _ in range(2):
            # A RedisUnavailable is counted where it happens.
            with contextlib.suppress(RedisUnavailable):
                untold = await self._tell(untold, budget, insist=True)
            if not untold or budget.left <= MIN_SECONDS:
                break
        return untold

    def _owe(self, tags: set[str]) -> None:
        self._owings += 1
        self._owed |= dict.fromkeys(tags, self._owings)
        if len(self._owed) > MAX_OWED:
            everything = all_parts() if self._redis.is_cluster else (EVERYTHING,)
            self._owed = dict.fromkeys(everything, self._owings)
        if self._teller is None or self._teller.done():
            self._teller = asyncio.create_task(self._tell_owed())

    async def _tell_owed(self) -> None:
        wait, longest = _RETRY_SECONDS
        while not await self._is_settled():
            await asyncio.sleep(wait * random.uniform(0.8, 1.2))
            wait = min(wait * 2, longest)
        log.info("raises told late")

    async def _is_settled(self) -> bool:
        try:
            return not await self.settle()
        except RedisUnavailable:
            return False

    async def _tell(self, tags: Iterable[str], budget: Budget | None = None, *, insist: bool = False) -> set[str]:
        """Gives the tags that could not be told. Raises RedisUnavailable when none could."""
        telling = sorted(tags)
        reply = await self._redis.run([("UNLINK", self._key(tag)) for tag in telling], budget, insist=insist)
        return {tag for tag, value in zip(telling, reply.values, strict=True) if is_refusal(value)}

    def _key(self, tag: str) -> str:
        return f"g:{self._redis.namespace}:{tag}"


def _mark(run_id: str) -> bytes:
    return run_id[:_RUN_CHARACTERS].encode()
