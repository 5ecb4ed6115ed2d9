"""How often users claim."""

from dataclasses import dataclass

from subgraphs.runtime.rate_limits import Rate, RateLimiter
from subgraphs.runtime.results import RateLimited


@dataclass(frozen=True, slots=True)
class RateLimits:
    """The limits of the settings."""

    limits: RateLimiter
    claims: Rate

    async def claim(self, user_id: str) -> RateLimited | None:
        """Counts a claim; returns the refusal when it is one too many."""
        return await self.limits.take("claim", self.claims, user_id)
