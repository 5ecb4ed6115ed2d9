"""The settings of events' processes."""

from pydantic import Field, SecretStr

from subgraphs.runtime.rate_limits import RATE_PATTERN
from subgraphs.runtime.settings import RedisUrlSetting, ServiceSettings, StoreSettings


class EventsSettings(ServiceSettings):
    """The subgraph. Limits are written as calls/seconds."""

    mongo_database: str = "events"
    users_url: str = Field(description="users' /graphql, asked for profiles that no message has brought yet")
    service_token: SecretStr = Field(description="with which events asks users")
    profile_seconds: float = Field(default=1, gt=0, description="how long users may take")
    record_limit: str = Field(default="6000/60", pattern=RATE_PATTERN, description="recordActivities, by service")
    check_in_limit: str = Field(default="30/60", pattern=RATE_PATTERN, description="checkIn, by user")


class EventsWorkerSettings(StoreSettings):
    """The worker."""

    mongo_database: str = Field(default="events", validation_alias="EVENTS_DATABASE")
    redis_url: RedisUrlSetting = Field(description="the subgraph's, for the tags of its cache")
