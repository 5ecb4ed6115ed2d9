"""How often users check in, and how often services tell activities."""

from dataclasses import dataclass

from subgraphs.events.settings import EventsSettings
from subgraphs.runtime.rate_limits import Rate, RateLimiter
from subgraphs.runtime.results import RateLimited


@dataclass(frozen=True, slots=True)
class RateLimits:
    """The limits of these settings."""

    limits: RateLimiter
    settings: EventsSettings

    async def record(self, caller_id: str) -> RateLimited | None:
        """Counts a call of a service that records activities; returns the refusal when it is one too many."""
        return await self.limits.take("record", Rate.parse(self.settings.record_limit), caller_id)

    async def check_in(self, user_id: str) -> RateLimited | None:
        """Counts a check-in; returns the refusal when it is one too many."""
        return await self.limits.take("check-in", Rate.parse(self.settings.check_in_limit), user_id)
