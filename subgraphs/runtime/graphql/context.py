"""What one request carries. Subgraphs add their loaders and operations."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from strawberry.fastapi import BaseContext
from strawberry.types import Info

from subgraphs.runtime.clock import Clock
from subgraphs.runtime.connection import Cursors
from subgraphs.runtime.identity import Identity
from subgraphs.runtime.recency import Recency


@dataclass
class RequestContext(BaseContext):
    """Who asks, what time it is, where to read."""

    identity: Identity
    clock: Clock
    cursors: Cursors
    recency: Recency

    def __post_init__(self) -> None:
        super().__init__()

    @cached_property
    def now(self) -> datetime:
        """The instant of the request: the same for all it reads."""
        return self.clock.now()


AnyInfo = Info[Any, Any]
