"""The statuses of an event, as the API shows them."""

from enum import Enum

import strawberry


@strawberry.enum
class EventStatus(Enum):
    """Where an event stands."""

    DRAFT = strawberry.enum_value("DRAFT", description="Not published; shown to operators, auditors and admins only.")
    SCHEDULED = strawberry.enum_value("SCHEDULED", description="Published; its window has not opened.")
    ACTIVE = strawberry.enum_value("ACTIVE", description="Published, and its window is open: users can claim.")
    PAUSED = strawberry.enum_value("PAUSED", description="Taken back for a while: users cannot claim.")
    ENDED = strawberry.enum_value("ENDED", description="Its window has closed, or it was ended by hand.")
    ARCHIVED = strawberry.enum_value("ARCHIVED", description="Put away; shown to operators, auditors and admins only.")
