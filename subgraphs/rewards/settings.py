"""The settings of rewards' processes."""

from typing import Self

from pydantic import Field, SecretStr, model_validator

from subgraphs.runtime.rate_limits import RATE_PATTERN
from subgraphs.runtime.settings import RedisUrlSetting, ServiceSettings, StoreSettings


class RewardsSettings(ServiceSettings):
    """The subgraph. Limits are written as calls/seconds."""

    mongo_database: str = "rewards"
    events_url: str = Field(description="events' /graphql, asked for eligibility")
    users_url: str = Field(description="users' /graphql, asked whether there is an account")
    service_token: SecretStr = Field(description="with which rewards asks events and users")
    eligibility_seconds: float = Field(default=2, gt=0, description="how long events may take")
    account_seconds: float = Field(default=1, gt=0, description="how long users may take")
    claim_seconds: float = Field(default=5, gt=0, description="how long a claim may take in all")
    claim_limit: str = Field(default="60/60", pattern=RATE_PATTERN, description="claimReward, by user")
    allow_negative_wallet: bool = Field(
        default=False, description="whether a reversal takes points that are spent, so that the wallet owes them"
    )


class RewardsWorkerSettings(StoreSettings):
    """The worker."""

    mongo_database: str = Field(default="rewards", validation_alias="REWARDS_DATABASE")
    redis_url: RedisUrlSetting = Field(description="the subgraph's, for the tags of its cache")
    item_delivery_url: str | None = Field(default=None, description="where things are ordered, by POST")
    item_delivery_secret: SecretStr | None = Field(default=None, min_length=16, description="signs the orders")
    item_delivery_seconds: float = Field(default=5, gt=0, description="how long one order may take")
    item_delivery_tries: int = Field(default=8, ge=1, description="after so many a delivery has failed")
    sweep_seconds: float = Field(default=1, gt=0, description="between looks at what is due")

    @model_validator(mode="after")
    def _secret_with_url(self) -> Self:
        if (self.item_delivery_url is None) != (self.item_delivery_secret is None):
            raise ValueError("ITEM_DELIVERY_URL and ITEM_DELIVERY_SECRET are set both or not at all")
        return self
