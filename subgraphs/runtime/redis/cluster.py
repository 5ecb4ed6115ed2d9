"""A Redis Cluster: each command goes to the server that has its slot, to every server in one round trip, to all at once."""

import asyncio
import random
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import structlog
from redis.exceptions import AskError, MovedError, ResponseError

from subgraphs.runtime.redis.circuit_breaker import CircuitBreaker
from subgraphs.runtime.redis.pipeline import LIMIT_SECONDS, MIN_SECONDS, Command, RedisUnavailable, Reply
from subgraphs.runtime.redis.server import Answered, Server
from subgraphs.runtime.redis.slots import SLOTS, slot_of
from subgraphs.runtime.redis.url import Address, RedisUrl

# How long one server may take to tell who has which slots, and the least time from one such question to the next.
_LEARN_SECONDS: Final = 0.5
_LEARN_AGAIN_SECONDS: Final = 0.25

# A server, and whether it is asked for a slot that is on its way there.
_Way: TypeAlias = tuple[Address, bool]

log = structlog.get_logger("cache")


class _Member:
    """One server of the cluster, which is left alone for a while when it does not answer."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.breaker = CircuitBreaker()

    async def run(self, commands: Sequence[Command], seconds: float, *, insist: bool) -> Answered:
        """Sends commands as `Server.run` does; while the breaker is open, only for callers that insist.

        An answer that holds nothing but errors counts as none: the server is loading, or has left the cluster.
        """
        if not self.breaker.allows() and not insist:
            raise RedisUnavailable("left alone")
        try:
            answered = await self.server.run(commands, seconds)
            if all(map(_is_refusal, answered.values)):
                raise RedisUnavailable(str(answered.values[0])[:80], answered.waited)
        except RedisUnavailable:
            self.breaker.failed()
            raise
        self.breaker.succeeded()
        return answered


@dataclass(slots=True)
class _Trip:
    """Commands, and what is known of their replies so far."""

    commands: Sequence[Command]
    run_ids: list[str]
    values: list[Any]


class ClusterPipeline:
    """The way to a cluster, whose map is learned when it is first used.

    And anew when a slot has moved or a server is away. A redirection is followed once.
    """

    def __init__(self, url: RedisUrl) -> None:
        self._url = url
        self._members: dict[Address, _Member] = {}
        self._owners: list[Address | None] = []
        self._masters: set[Address] = set()
        self._learning: asyncio.Task[None] | None = None
        self._learned_at = float("-inf")

    async def run(self, commands: Sequence[Command], *, seconds: float = LIMIT_SECONDS, insist: bool = False) -> Reply:
        """Sends each command to the server of its slot; see `Pipeline.run`."""
        waited = await self._have_map(seconds)
        # Where nobody answered, whoever asks yet is to find out whether somebody does again.
        insist = insist or not self._answers_anywhere()
        trip = _Trip(commands, [""] * len(commands), [RedisUnavailable("nobody has its slot")] * len(commands))
        waited += await self._ask_all(trip, self._by_owner(commands), seconds - waited, insist=insist)
        redirected = self._redirected(trip)
        if redirected:
            waited += await self._ask_all(trip, redirected, max(MIN_SECONDS, seconds - waited), insist=insist)
        if all(isinstance(value, RedisUnavailable) for value in trip.values) and not self._answers_anywhere():
            raise RedisUnavailable("no server of the cluster answers", waited)
        return Reply(trip.run_ids, trip.values, waited)

    async def close(self) -> None:
        """Closes the connections."""
        if self._learning is not None:
            self._learning.cancel()
            await asyncio.gather(self._learning, return_exceptions=True)
        for member in self._members.values():
            await member.server.close()

    def _by_owner(self, commands: Sequence[Command]) -> dict[_Way, list[int]]:
        ways: defaultdict[_Way, list[int]] = defaultdict(list)
        for place, command in enumerate(commands):
            owner = self._owners[_slot(command)]
            if owner is None:
                self._learn_soon()
            else:
                ways[owner, False].append(place)
        return ways

    def _redirected(self, trip: _Trip) -> dict[_Way, list[int]]:
        """Where else to ask for what; a slot that has moved is asked for there from now on."""
        ways: defaultdict[_Way, list[int]] = defaultdict(list)
        for place, value in enumerate(trip.values):
            if not isinstance(value, AskError):
                continue
            slot = _slot(trip.commands[place])
            # A server that does not know its own name leaves it out, and means itself.
            owner = self._owners[slot]
            address = (value.host or (owner[0] if owner is not None else ""), int(value.port))
            if isinstance(value, MovedError):
                self._owners[slot] = address
                self._masters.add(address)
                self._learn_soon()
            ways[address, not isinstance(value, MovedError)].append(place)
        return ways

    async def _ask_all(self, trip: _Trip, ways: dict[_Way, list[int]], seconds: float, *, insist: bool) -> float:
        asked = (self._ask(trip, way, places, seconds, insist=insist) for way, places in ways.items())
        return max(await asyncio.gather(*asked), default=0.0)

    async def _ask(self, trip: _Trip, way: _Way, places: Sequence[int], seconds: float, *, insist: bool) -> float:
        address, is_asking = way
        commands = [trip.commands[place] for place in places]
        if is_asking:
            commands = [word for command in commands for word in (("ASKING",), command)]
        try:
            answered = await self._member(address).run(commands, seconds, insist=insist)
        except RedisUnavailable as away:
            for place in places:
                trip.run_ids[place], trip.values[place] = "", away
            self._learn_soon()
            return away.waited
        for place, value in zip(places, answered.values[1::2] if is_asking else answered.values, strict=True):
            trip.run_ids[place], trip.values[place] = answered.run_id, value
        return answered.waited

    def _member(self, address: Address) -> _Member:
        member = self._members.get(address)
        if member is None:
            member = self._members[address] = _Member(Server(self._url.url_of(address)))
        return member

    def _answers_anywhere(self) -> bool:
        return any(self._member(address).breaker.is_closed for address in self._masters)

    async def _have_map(self, seconds: float) -> float:
        if self._owners:
            return 0.0
        self._learn_soon()
        started = asyncio.get_running_loop().time()
        if self._learning is not None:
            await asyncio.wait((self._learning,), timeout=seconds)
        waited = min(seconds, asyncio.get_running_loop().time() - started)
        if not self._owners:
            raise RedisUnavailable("the cluster's map is not known", waited)
        return min(waited, seconds - MIN_SECONDS)

    def _learn_soon(self) -> None:
        now = asyncio.get_running_loop().time()
        if now - self._learned_at >= _LEARN_AGAIN_SECONDS and (self._learning is None or self._learning.done()):
            self._learned_at = now
            self._learning = asyncio.create_task(self._learn())

    async def _learn(self) -> None:
        known = list({*self._members, *self._url.addresses})
        random.shuffle(known)
        # First who answered last; the others, and the map's servers among them, may be gone.
        for address in sorted(known, key=lambda address: not self._member(address).breaker.is_closed):
            try:
                answered = await self._member(address).server.run([("CLUSTER", "SLOTS")], _LEARN_SECONDS)
            except RedisUnavailable:
                continue
            (told,) = answered.values
            if isinstance(told, ResponseError):
                log.warning("the server tells of no cluster", error=str(told)[:80])
            elif told:
                self._owners = _owners(told, address[0])
                self._masters = {address for address in self._owners if address is not None}
                await self._forget_others()
                return

    async def _forget_others(self) -> None:
        for address in self._members.keys() - self._masters - set(self._url.addresses):
            await self._members.pop(address).server.close()


def _is_refusal(value: Any) -> bool:
    return isinstance(value, ResponseError) and not isinstance(value, AskError)


def _slot(command: Command) -> int:
    return slot_of(command[3 if command[0] == "EVAL" else 1])


def _owners(told: Sequence[Sequence[Any]], asked_host: str) -> list[Address | None]:
    owners: list[Address | None] = [None] * SLOTS
    for first, last, (host, port, *_), *_replicas in told:
        address = (host.decode() if host else asked_host, int(port))
        owners[first : last + 1] = [address] * (last + 1 - first)
    return owners
