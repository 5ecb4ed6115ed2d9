"""Cursors that an earlier version gave out are still taken: what they are signed for never changes with the code's names."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from deploy.generate.permissions import declared_fields, schema_of
from deploy.generate.schema import SUBGRAPHS
from subgraphs.events.model.event import EventStatus
from subgraphs.events.store.activities import ActivityQuery
from subgraphs.events.store.event_lists import EventQuery
from subgraphs.rewards.model.request_status import RequestStatus
from subgraphs.rewards.store.request_lists import RequestQuery
from subgraphs.rewards.store.rewards import RewardQuery
from subgraphs.runtime.graphql.connection_field import ConnectionField, PageRequest
from subgraphs.runtime.pagination.cursors import Cursors, Sort
from subgraphs.users.store.users import UserQuery

CURSORS = Cursors("a secret of the version before")
SINCE = datetime(2026, 3, 2, tzinfo=UTC)
# The list's name, its sort, its filter, and a cursor of the values "x" and 1 as version 0.1.0 made it.
GIVEN_OUT: list[tuple[str, str, Mapping[str, Any], str]] = [
    (
        "Query.events",
        "STARTS_AT_DESC",
        {"query": EventQuery(None, (EventStatus.ACTIVE,), ("a", "b"), None, SINCE, None, False)},
        "PC8ZHydSyk-NwtwNzS2KCB0AAAAEdgAVAAAAAjAAAgAAAHgAEDEAAQAAAAAA",
    ),
    (
        "Query.rewardRequests",
        "CREATED_AT_DESC",
        {"user": "kr1", "query": RequestQuery(statuses=(RequestStatus.PENDING,))},
        "pgg81uJpDOKNK4fo-bOVUx0AAAAEdgAVAAAAAjAAAgAAAHgAEDEAAQAAAAAA",
    ),
    (
        "Query.rewards",
        "NAME_ASC",
        {"query": RewardQuery()},
        "wLoNs_lmi4P-C6aNM2KEAR0AAAAEdgAVAAAAAjAAAgAAAHgAEDEAAQAAAAAA",
    ),
    (
        "Query.users",
        "CREATED_AT_DESC",
        {"query": UserQuery()},
        "mYrzjR2YNnFfIREaY4AwDB0AAAAEdgAVAAAAAjAAAgAAAHgAEDEAAQAAAAAA",
    ),
    (
        "User.activities",
        "OCCURRED_AT_DESC",
        {"query": ActivityQuery()},
        "N7pkMt7IXROgBeo52rPe5B0AAAAEdgAVAAAAAjAAAgAAAHgAEDEAAQAAAAAA",
    ),
    (
        "User.notifications",
        "CREATED_AT_DESC",
        {"unread": False},
        "OvpXxIrTv6mKMp-3zIz-rR0AAAAEdgAVAAAAAjAAAgAAAHgAEDEAAQAAAAAA",
    ),
    ("Wallet.entries", "SEQ_DESC", {}, "nCHRL0QtwVw-rz4cxSFTwh0AAAAEdgAVAAAAAjAAAgAAAHgAEDEAAQAAAAAA"),
]
CONNECTIONS = {
    "Query.events",
    "Query.eventAudit",
    "Query.rewards",
    "Query.rewardRequests",
    "Query.rewardAudit",
    "Query.users",
    "Query.userAudit",
    "User.activities",
    "User.badges",
    "User.notifications",
    "User.rewardRequests",
    "Wallet.entries",
}


@pytest.mark.parametrize(("name", "sort", "filter_values", "cursor"), GIVEN_OUT)
def test_a_cursor_of_the_version_before_is_taken(
    name: str, sort: str, filter_values: Mapping[str, Any], cursor: str
) -> None:
    request = PageRequest(name, CURSORS, first=None, after=cursor, last=None, before=None)
    bounds, _ = request.of(Sort(sort, ()), filter_values)
    assert bounds.after == ("x", 1)


def test_every_connection_names_its_list_by_its_type_and_field() -> None:
    named = {
        (f"{kind}.{name}", extension._list_name)
        for subgraph in SUBGRAPHS
        for kind, name, field in declared_fields(schema_of(subgraph))
        for extension in getattr(field, "extensions", ())
        if isinstance(extension, ConnectionField)
    }
    assert named == {(connection, connection) for connection in CONNECTIONS}
