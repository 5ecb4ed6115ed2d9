"""Settings: one class a process, read from the environment, complete or no start."""

import sys
from typing import Annotated, TypeAlias, TypeVar

from pydantic import AfterValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from subgraphs.runtime.rate_limits import RATE_PATTERN
from subgraphs.runtime.redis import RedisUrl


def _checked(url: str) -> str:
    RedisUrl.parse(url)
    return url


# One server, `redis://host:port/0`, or a cluster, `redis+cluster://host:port,host:port`.
RedisUrlSetting: TypeAlias = Annotated[str, AfterValidator(_checked)]


class StoreSettings(BaseSettings):
    """What a process needs to reach its data."""

    model_config = SettingsConfigDict(extra="ignore", frozen=True)

    mongo_url: str = Field(description="MongoDB's connection string; a replica set, for transactions need one")
    mongo_database: str = Field(min_length=1, max_length=38)
    mongo_timeout_seconds: float = Field(default=5, gt=0, description="the longest one database call may take")
    mongo_pool_size: int = Field(default=64, ge=1)
    mongo_analytics_pool_size: int = Field(default=4, ge=1)
    mongo_analytics_timeout_seconds: float = Field(default=20, gt=0)


class ServerSettings(StoreSettings):
    """What a process that answers HTTP needs."""

    host: str = "127.0.0.1"
    port: int = Field(ge=0, le=65535)
    log_level: str = Field(default="INFO", pattern="^(DEBUG|INFO|WARNING|ERROR)$")
    keep_alive_seconds: int = Field(default=5, ge=1, description="longer than the router keeps an idle connection")
    drain_delay_seconds: float = Field(default=0, ge=0, description="between 'not ready' and the end of accepting")
    drain_seconds: int = Field(default=10, ge=0, description="how long requests under way may take to finish")


class ServiceSettings(ServerSettings):
    """What every subgraph's process needs. Each subgraph adds its own."""

    redis_url: RedisUrlSetting
    cache_limit_seconds: float = Field(default=0.05, gt=0, description="how long one look-up waits for Redis at most")
    router_secret: SecretStr = Field(min_length=16, description="the header x-router-secret must carry it")
    cursor_secret: SecretStr = Field(min_length=16, description="signs the cursors of connections")
    jwks_url: str = Field(description="where the public keys of access tokens are published")
    revocations_url: str = Field(description="where users tells whose roles or status changed lately")
    token_issuer: str = "laurel"  # noqa: S105 - a name
    operation_limit: str = Field(
        default="600/60", pattern=RATE_PATTERN, description="calls/seconds of one operation by one viewer"
    )
    viewer_limit: str = Field(
        default="3000/60", pattern=RATE_PATTERN, description="calls/seconds of all operations by one viewer"
    )
    trusted_proxies: int = Field(
        default=0,
        ge=0,
        description="how many proxies before the router append to x-forwarded-for; 0: it is not believed",
    )


Settings = TypeVar("Settings", bound=BaseSettings)


def load_settings(settings_class: type[Settings]) -> Settings:
    """The settings from the environment. A missing or bad one ends the process: status 2, each named on stderr."""
    try:
        return settings_class()
    except ValidationError as error:
        for fault in error.errors(include_url=False, include_input=False):
            name = "_".join(str(part) for part in fault["loc"]).upper()
            print(f"setting {name}: {fault['msg']}", file=sys.stderr)
        raise SystemExit(2) from None
