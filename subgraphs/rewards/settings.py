"""The settings of rewards' processes."""

from pydantic import Field, SecretStr

from subgraphs.runtime.settings import ServiceSettings, StoreSettings


class RewardsSettings(ServiceSettings):
    """The subgraph."""

    mongo_database: str = "rewards"
    events_url: str = Field(description="events' /graphql, asked for eligibility")
    service_token: SecretStr = Field(description="with which rewards asks events")
    eligibility_seconds: float = Field(default=2, gt=0, description="how long events may take")
    claim_seconds: float = Field(default=5, gt=0, description="how long a claim may take in all")


class RewardsWorkerSettings(StoreSettings):
    """The worker."""

    mongo_database: str = Field(default="rewards", validation_alias="REWARDS_DATABASE")
