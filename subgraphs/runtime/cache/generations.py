"""Tags, their generations, and the raises of them."""

import asyncio
import random
import secrets
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import structlog

from subgraphs.runtime.cache.link import MIN_SECONDS, Budget, Link, is_refusal
from subgraphs.runtime.cache.wire import Away, Command

# Every value carries this tag besides its own.
EVERYTHING: Final = "*"
MAX_OWED: Final = 10_000
_RUN_CHARACTERS: Final = 16
_RETRY_SECONDS: Final = (0.1, 1.0)

log = structlog.get_logger("cache")

Known = Mapping[str, bytes]


class Generations:
    """Reads and makes generations, and raises tags. What could not be told is kept, and told before the next read."""

    def __init__(self, link: Link) -> None:
        self._link = link
        # By tag, when it was last owed: what is owed anew while it is told is owed still.
        self._owed: dict[str, int] = {}
        self._owings = 0
        self._teller: asyncio.Task[None] | None = None
        link.counts.owed = lambda: len(self._owed)

    def command(self, tag: str) -> Command:
        """Asks for a tag's generation."""
        return ("GET", self._key(tag))

    def present(self, tags: Sequence[str], values: Sequence[Any], run_id: str) -> dict[str, bytes]:
        """The generations among the replies that were made in this run of the server."""
        prefix = run_id[:_RUN_CHARACTERS].encode()
        return {
            tag: value
            for tag, value in zip(tags, values, strict=True)
            if isinstance(value, bytes) and value.startswith(prefix)
        }

    async def make(self, tags: Sequence[str], run_id: str, budget: Budget, *, lives: float) -> dict[str, bytes]:
        """Fresh generations for tags that have none of this run; of several who make one, all get the same. They are
        kept for `lives` seconds. Raises Away; on a full server there are none."""
        commands: list[Command] = []
        for tag in tags:
            key, fresh = self._key(tag), f"{run_id[:_RUN_CHARACTERS]}{secrets.token_hex(8)}"
            commands += [("SET", key, fresh, "NX", "EX", int(lives)), ("GET", key)]
        reply = await self._link.run(commands, budget)
        if reply.run_id != run_id:
            raise Away("another server answered")
        values = reply.values[1::2]
        found = self.present(tags, values, run_id)
        foreign = [
            tag for tag, value in zip(tags, values, strict=True) if isinstance(value, bytes) and tag not in found
        ]
        if foreign:
            # Of an earlier run, brought back with its data. To remove a generation is always right; the next reader makes
            # a new one.
            await self._link.run([("UNLINK", self._key(tag)) for tag in foreign], budget)
        return found

    async def raise_tags(self, tags: Iterable[str]) -> None:
        """What was made of these is old from now on, everywhere. Called after the commit and before it is acknowledged;
        never fails: while Redis is away this process trusts none of its values, and tells it as soon as it is back."""
        told = set(tags)
        if not told:
            return
        self._link.counts.raised += len(told)
        try:
            await self._tell_now(told)
        except BaseException as error:
            self._owe(told)
            if not isinstance(error, Away):
                raise

    async def settle(self, budget: Budget | None = None) -> bool:
        """Tells what is owed; False when that cannot be done, and no value may be trusted."""
        if not self._owed:
            return True
        telling = dict(self._owed)
        try:
            await self._tell(telling, budget)
        except Away:
            return False
        for tag, owing in telling.items():
            if self._owed.get(tag) == owing:
                del self._owed[tag]
        return not self._owed

    async def close(self) -> None:
        """Ends the telling; tries once more what is owed."""
        if self._teller is not None:
            self._teller.cancel()
            await asyncio.gather(self._teller, return_exceptions=True)
        await self.settle()

    async def _tell_now(self, tags: set[str]) -> None:
        # Whatever the breaker says: were Redis back and others trusted it already, they would show what is old. And twice,
        # for the first connection may be one to a server that is gone.
        budget = self._link.budget()
        try:
            await self._tell(tags, budget)
        except Away:
            if budget.left <= MIN_SECONDS:
                raise
            await self._tell(tags, budget)

    def _owe(self, tags: set[str]) -> None:
        self._owings += 1
        self._owed |= dict.fromkeys(tags, self._owings)
        if len(self._owed) > MAX_OWED:
            self._owed = {EVERYTHING: self._owings}
        if self._teller is None or self._teller.done():
            self._teller = asyncio.create_task(self._tell_owed())

    async def _tell_owed(self) -> None:
        wait, longest = _RETRY_SECONDS
        while not await self.settle():
            await asyncio.sleep(wait * random.uniform(0.8, 1.2))
            wait = min(wait * 2, longest)
        log.info("raises told late")

    async def _tell(self, tags: Iterable[str], budget: Budget | None = None) -> None:
        reply = await self._link.run([("UNLINK", self._key(tag)) for tag in sorted(tags)], budget)
        refused = [value for value in reply.values if is_refusal(value)]
        if refused:
            raise Away(str(refused[0])[:80])

    def _key(self, tag: str) -> str:
        return f"g:{self._link.namespace}:{tag}"
