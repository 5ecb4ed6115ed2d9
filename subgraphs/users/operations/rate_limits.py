"""How often may be tried what a guesser would try often, by account and by network address."""

from dataclasses import dataclass

from subgraphs.runtime.rate_limits import Rate, RateLimiter
from subgraphs.runtime.results import RateLimited
from subgraphs.users.settings import UsersSettings


@dataclass(frozen=True, slots=True)
class RateLimits:
    """The limits of these settings. `address` is None when nobody trustworthy tells it; then only accounts count."""

    limits: RateLimiter
    settings: UsersSettings

    async def login(self, account: str, address: str | None) -> RateLimited | None:
        """Counts a login by account and by address; returns the refusal when it is one too many."""
        return await self._take("login", account, self.settings.login_limit, address, self.settings.login_address_limit)

    async def logged_in(self, account: str) -> None:
        """The password was right: only failures are to be counted for the account."""
        await self.limits.forget("login", account)

    async def register(self, account: str, address: str | None) -> RateLimited | None:
        """Counts a registration by account and by address; returns the refusal when it is one too many."""
        settings = self.settings
        return await self._take("register", account, settings.register_limit, address, settings.register_address_limit)

    async def refresh(self, token_hash: str) -> RateLimited | None:
        """Counts a use of a refresh token; returns the refusal when it is one too many."""
        return await self.limits.take("refresh", Rate.parse(self.settings.refresh_limit), token_hash)

    async def change_password(self, user_id: str) -> RateLimited | None:
        """Counts a change of password; returns the refusal when it is one too many."""
        return await self.limits.take("password", Rate.parse(self.settings.password_limit), user_id)

    async def _take(
        self, name: str, account: str, rate: str, address: str | None, address_rate: str
    ) -> RateLimited | None:
        limited = await self.limits.take(name, Rate.parse(rate), account)
        if limited is None and address is not None:
            limited = await self.limits.take(f"{name}-from", Rate.parse(address_rate), address)
        return limited
