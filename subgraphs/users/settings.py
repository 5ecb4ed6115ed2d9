"""The settings of users' processes."""

from pathlib import Path

from pydantic import Field

from subgraphs.runtime.rate_limits import RATE_PATTERN
from subgraphs.runtime.settings import RedisUrlSetting, ServiceSettings, StoreSettings


def _rate(default: str, what: str) -> str:
    found: str = Field(default=default, pattern=RATE_PATTERN, description=f"calls/seconds: {what}")
    return found


class UsersSettings(ServiceSettings):
    """The subgraph. It has the keys and the revocations themselves, so it asks nobody for them."""

    mongo_database: str = "users"
    jwks_url: str = ""
    revocations_url: str = ""
    signing_keys_file: Path = Field(description="a private JWK set; the first key signs, all verify")
    password_memory_kib: int = Field(default=19_456, ge=8, description="argon2id's memory for one password")
    password_time_cost: int = Field(default=2, ge=1)
    password_threads: int = Field(default=2, ge=1, description="how many passwords are hashed at once")
    login_limit: str = _rate("10/300", "logins of one account that fail")
    login_address_limit: str = _rate("100/300", "logins from one address")
    register_limit: str = _rate("5/3600", "registrations of one e-mail address")
    register_address_limit: str = _rate("50/3600", "registrations from one address")
    refresh_limit: str = _rate("60/60", "uses of one refresh token")
    password_limit: str = _rate("5/900", "changes of one account's password that are tried")


class UsersWorkerSettings(StoreSettings):
    """The worker."""

    mongo_database: str = Field(default="users", validation_alias="USERS_DATABASE")
    redis_url: RedisUrlSetting = Field(description="the subgraph's, for the tags of its cache")
