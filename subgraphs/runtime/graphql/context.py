"""What one request carries. Subgraphs add their loaders and operations."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any, Final, TypeAlias

from strawberry.fastapi import BaseContext
from strawberry.types import Info

from dataloaders import Batch, Observer
from subgraphs.runtime.auth.identity import Identity
from subgraphs.runtime.cache import CacheUse
from subgraphs.runtime.clock import Clock
from subgraphs.runtime.mongo.read_your_writes import ReadYourWrites
from subgraphs.runtime.pagination.cursors import Cursors

NO_STORE: Final = "no-store"
# Counts a call of the operation of that name; when the next is allowed, if this one is one too many.
OperationLimit: TypeAlias = Callable[[str], Awaitable[datetime | None]]


@dataclass
class RequestContext(BaseContext):
    """Who asks, what time it is, where to read.

    `cached` is None where a subgraph caches nothing; `remade` gives a context of another identity whose loaders are
    new and read from the primary: values for the cache are loaded in it. All loaders among the fields tell `observer`
    what they do. `operation_limit` is None for callers who are not counted.
    """

    identity: Identity
    clock: Clock
    cursors: Cursors
    read_your_writes: ReadYourWrites
    cached: CacheUse | None = field(default=None, kw_only=True)
    remade: "Callable[[Identity], RequestContext] | None" = field(default=None, kw_only=True)
    observer: Observer | None = field(default=None, kw_only=True)
    operation_limit: OperationLimit | None = field(default=None, kw_only=True)

    def __post_init__(self) -> None:
        super().__init__()
        # What the response says of how long it holds: nothing, unless the operation's end knows better.
        self.cache_control = NO_STORE
        if self.observer is not None:
            for value in vars(self).values():
                if isinstance(value, Batch):
                    value.observer = self.observer

    async def wrote(self, *tags: str, writer_id: str | None = None) -> None:
        """To be said between a commit and its acknowledgement.

        The caller (or `writer_id`, who was nobody before) wrote, and cached values with these tags are old.
        """
        raised = [] if self.cached is None else [self.cached.invalidate(*tags)]
        await asyncio.gather(*raised, self.read_your_writes.mark_written(writer_id))

    @cached_property
    def now(self) -> datetime:
        """The instant of the request: the same for all it reads."""
        return self.clock.now()


AnyInfo = Info[Any, Any]
