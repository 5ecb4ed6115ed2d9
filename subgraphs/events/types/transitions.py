"""What may be done to an event."""

from enum import Enum

import strawberry


@strawberry.enum
class EventTransition(Enum):
    PUBLISH = "PUBLISH"
    PAUSE = "PAUSE"
    RESUME = "RESUME"
    END = "END"
    ARCHIVE = "ARCHIVE"
