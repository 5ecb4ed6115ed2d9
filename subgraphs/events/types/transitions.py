"""What may be done to an event."""

from enum import Enum

import strawberry


@strawberry.enum
class EventTransition(Enum):
    """What can be done to an event's status."""

    PUBLISH = strawberry.enum_value(
        "PUBLISH", description="From DRAFT to SCHEDULED, ACTIVE or ENDED, as the window says."
    )
    PAUSE = strawberry.enum_value("PAUSE", description="From SCHEDULED or ACTIVE to PAUSED.")
    RESUME = strawberry.enum_value("RESUME", description="From PAUSED back to what the window says.")
    END = strawberry.enum_value(
        "END", description="From SCHEDULED, ACTIVE or PAUSED to ENDED; closes the window at once."
    )
    ARCHIVE = strawberry.enum_value("ARCHIVE", description="From DRAFT or ENDED to ARCHIVED.")
