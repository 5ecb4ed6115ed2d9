"""Rate limits: so many calls at once, refilled evenly, counted in Redis for all processes together.

The generic cell rate algorithm (https://en.wikipedia.org/wiki/Generic_cell_rate_algorithm): one instant a key says it all.
"""

import hashlib
from collections import OrderedDict
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Self

from subgraphs.runtime.clock import Clock, to_millisecond
from subgraphs.runtime.redis import REDIS_FAULTS, RedisClient
from subgraphs.runtime.results import RateLimited

RATE_PATTERN: Final = r"^[1-9]\d{0,5}/[1-9]\d{0,5}$"
# How many keys are counted in the process while Redis is away; the oldest are forgotten first.
MAX_LOCAL: Final = 10_000
_SCRIPT: Final = """
local now, step, span = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local due = tonumber(redis.call('GET', KEYS[1]) or 0)
if due < now then due = now end
local following = due + step
if following - now > span then return string.format('%.3f', following - span) end
redis.call('SET', KEYS[1], string.format('%.3f', following), 'PX', math.max(1, math.ceil(following - now)))
return '0'
"""


@dataclass(frozen=True, slots=True)
class Rate:
    """`calls` at once, and no more than that in any `seconds` for long: one is given back every `seconds / calls`."""

    calls: int
    seconds: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """The rate that a setting writes as `calls/seconds`. Raises ValueError."""
        calls, _, seconds = text.partition("/")
        return cls(int(calls), int(seconds))

    def following(self, due: float, now: float, calls: int) -> tuple[float, float]:
        """What is due after so many more calls at `now`, and when they may be made; all in milliseconds."""
        span = self.seconds * 1000
        following = max(due, now) + span / self.calls * calls
        return following, following - span


class RateLimiter:
    """Counts calls by name and subject.

    While Redis is away each process counts for itself, so nobody is refused for what was not counted, and nobody is
    let through without end.
    """

    def __init__(self, redis: RedisClient, clock: Clock) -> None:
        self._redis = redis
        self._clock = clock
        self._local: OrderedDict[str, float] = OrderedDict()

    async def take(self, name: str, rate: Rate, subject: str, *, calls: int = 1) -> RateLimited | None:
        """Counts a call of `subject`, or several; a refusal when that is too many, which are then not counted.

        More calls than the rate has at once are never let through.
        """
        now = self._clock.now().timestamp() * 1000
        key = _key(name, subject)
        arguments = (f"{now:.3f}", f"{rate.seconds * 1000 / rate.calls * calls:.6f}", str(rate.seconds * 1000))
        try:
            told = float(await self._redis.eval(_SCRIPT, 1, key, *arguments))
        except REDIS_FAULTS:
            told = self._take_locally(key, rate, now, calls)
        return RateLimited(instant_after(told)) if told else None

    async def forget(self, name: str, subject: str) -> None:
        """Starts anew, as after a login that was right."""
        key = _key(name, subject)
        self._local.pop(key, None)
        try:
            await self._redis.delete(key)
        except REDIS_FAULTS:
            return

    def _take_locally(self, key: str, rate: Rate, now: float, calls: int) -> float:
        following, allowed_at = rate.following(self._local.get(key, 0), now, calls)
        if allowed_at > now:
            return allowed_at
        self._local[key] = following
        self._local.move_to_end(key)
        if len(self._local) > MAX_LOCAL:
            self._local.popitem(last=False)
        return 0


def _key(name: str, subject: str) -> str:
    # Hashed: what is limited may be an address.
    return f"limit:{name}:{hashlib.sha256(subject.encode()).hexdigest()[:32]}"


def instant_after(milliseconds: float) -> datetime:
    """The instant of milliseconds since 1970, with whole ones."""
    # Rounded up, or a caller who comes back at that instant would be early.
    return to_millisecond(datetime.fromtimestamp((int(milliseconds) + 1) / 1000, UTC))
