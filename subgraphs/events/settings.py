"""The settings of events' processes."""

from pydantic import Field

from subgraphs.runtime.settings import ServiceSettings, StoreSettings


class EventsSettings(ServiceSettings):
    """The subgraph."""

    mongo_database: str = "events"


class EventsWorkerSettings(StoreSettings):
    """The worker."""

    mongo_database: str = Field(default="events", validation_alias="EVENTS_DATABASE")
