"""Calls made for a while by a few at once, and how long they took."""

import asyncio
import statistics
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

Call = Callable[[], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Timing:
    """The seconds of each call, and of all together."""

    calls: list[float]
    seconds: float

    @property
    def rate(self) -> float:
        """Calls a second."""
        return len(self.calls) / self.seconds

    def percentile(self, percent: int) -> float:
        """Milliseconds within which that share of the calls was answered."""
        if len(self.calls) == 1:
            return self.calls[0] * 1000
        return statistics.quantiles(self.calls, n=100, method="inclusive")[percent - 1] * 1000


async def measure(call: Call, *, at_once: int, seconds: float, most: int) -> Timing:
    """Calls again and again, so many at once, until the time is over or so many calls were made.

    One call more goes before, unmeasured, so that connections and caches are there.
    """
    await call()
    taken: list[float] = []
    started = time.perf_counter()
    begun = 0

    async def caller() -> None:
        nonlocal begun
        while begun < most and time.perf_counter() - started < seconds:
            begun += 1
            at = time.perf_counter()
            await call()
            taken.append(time.perf_counter() - at)

    await asyncio.gather(*(caller() for _ in range(at_once)))
    return Timing(taken, time.perf_counter() - started)
