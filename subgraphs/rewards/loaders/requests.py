"""The dataloaders of requests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from dataloaders import One, Pages
from subgraphs.rewards.model.request import RewardRequest
from subgraphs.rewards.store.request_lists import RequestQuery, pages_by_user
from subgraphs.rewards.store.requests import requests_by_id
from subgraphs.runtime.mongo.read_your_writes import ReadYourWrites
from subgraphs.runtime.pagination.cursors import Cursors, Page, PageBounds, Sort
from subgraphs.runtime.pagination.queries import Fields

RequestPageArgs = tuple[RequestQuery, datetime, Sort, PageBounds, str, Fields]


class RequestsById(One[str, RewardRequest]):
    """A request of whomever, or None. Who may see it is decided by whoever asks."""

    def __init__(self, read_your_writes: ReadYourWrites) -> None:
        super().__init__(read_your_writes.reading(requests_by_id))


class RequestsByUser(Pages[RequestPageArgs, Page[RewardRequest]]):
    """A page of each user's requests."""

    def __init__(self, read_your_writes: ReadYourWrites, cursors: Cursors) -> None:
        async def find(user_ids: Sequence[str], args: RequestPageArgs) -> Mapping[str, Page[RewardRequest]]:
            query, now, sort, bounds, scope, fields = args
            database = await read_your_writes.database()
            return await pages_by_user(database, user_ids, query, now, sort, bounds, cursors, scope, fields)

        super().__init__(find)
