"""Which filters and sorts of which connections are guaranteed: any page costs what the first one does, however long the list.

Declared here once: the table in docs/api.md is made of it (`python -m deploy.generate.guaranteed_lists`, `--check` fails on
drift), and `make bench-scale` and the tests walk every line.
"""

import sys
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from deploy.generate.documents import Part
from deploy.local.seed.places import Databases
from subgraphs.events.store import activities, event_lists
from subgraphs.rewards.model.request_status import RequestStatus
from subgraphs.rewards.store import badges, request_lists, rewards, wallets
from subgraphs.runtime import audit
from subgraphs.runtime.mongo import Database
from subgraphs.runtime.pagination.cursors import Cursors, Page, PageBounds, Sort
from subgraphs.users.store import notifications, users

PART: Final = Part("guaranteed lists", "deploy.generate.guaranteed_lists")
# Whose lists are read; `deploy.benchmarks.long_lists` fills them.
USER: Final = "krlong00000000000000"
EVENT: Final = "evlong00000000000000"
OFFER: Final = f"{EVENT}.points0001"
SCOPE: Final = "list"
CURSORS: Final = Cursors("the secret of lists that no client sees")
NONE: Final = "none"
Read = Callable[[Database, Sort, PageBounds, datetime], Awaitable[Page[Any]]]


@dataclass(frozen=True, slots=True)
class Guaranteed:
    """One connection under one filter, with the sorts in which its pages are equal.

    `read` reads a page of the lists that `deploy.benchmarks.long_lists` makes.
    """

    field: str
    filter: str
    sorts: tuple[Sort, ...]
    subgraph: str
    read: Read

    def database(self, databases: Databases) -> Database:
        """Where it is read from."""
        found: Database = getattr(databases, self.subgraph)
        return found


def _lists() -> Iterable[Guaranteed]:
    yield from _of_events()
    yield from _of_users()
    yield from _of_rewards()
    for subgraph, field in (("users", "userAudit"), ("events", "eventAudit"), ("rewards", "rewardAudit")):
        yield Guaranteed(f"Query.{field}", NONE, (audit.LATEST_FIRST,), subgraph, _trail)


async def _trail(database: Database, sort: Sort, bounds: PageBounds, now: datetime) -> Page[Any]:
    return await audit.audit_page(database, USER, bounds, CURSORS, SCOPE)


def _of_events() -> Iterable[Guaranteed]:
    def listed(hidden: bool) -> Read:
        async def read(database: Database, sort: Sort, bounds: PageBounds, now: datetime) -> Page[Any]:
            query = event_lists.EventQuery(None, None, None, None, None, None, hidden)
            return await event_lists.events_page(database, query, sort, bounds, CURSORS, SCOPE, now)

        return read

    async def done(database: Database, sort: Sort, bounds: PageBounds, now: datetime) -> Page[Any]:
        query = activities.ActivityQuery()
        found = await activities.activity_pages(database, [USER], query, bounds, CURSORS, SCOPE)
        return found[USER]

    sorts = tuple(event_lists.SORTS.values())
    yield Guaranteed("Query.events", f"{NONE}, asked by anybody", sorts, "events", listed(False))
    yield Guaranteed("Query.events", f"{NONE}, asked by staff", sorts, "events", listed(True))
    yield Guaranteed("User.activities", NONE, (activities.LATEST_FIRST,), "events", done)


def _of_users() -> Iterable[Guaranteed]:
    def listed(query: users.UserQuery) -> Read:
        async def read(database: Database, sort: Sort, bounds: PageBounds, now: datetime) -> Page[Any]:
            return await users.users_page(database, query, sort, bounds, CURSORS, SCOPE)

        return read

    def inbox(unread_only: bool) -> Read:
        async def read(database: Database, sort: Sort, bounds: PageBounds, now: datetime) -> Page[Any]:
            found = await notifications.notification_pages(database, [USER], unread_only, bounds, CURSORS, SCOPE)
            return found[USER]

        return read

    by_name = (users.SORTS["DISPLAY_NAME_ASC"],)
    latest = (notifications.LATEST_FIRST,)
    yield Guaranteed("Query.users", NONE, tuple(users.SORTS.values()), "users", listed(users.UserQuery()))
    yield Guaranteed(
        "Query.users", "`text`, as the beginning of a name", by_name, "users", listed(users.UserQuery("a"))
    )
    yield Guaranteed("User.notifications", NONE, latest, "users", inbox(False))
    yield Guaranteed("User.notifications", "`unreadOnly`", latest, "users", inbox(True))


def _of_rewards() -> Iterable[Guaranteed]:
    def of_all(user_id: str | None = None, **query: Any) -> Read:
        async def read(database: Database, sort: Sort, bounds: PageBounds, now: datetime) -> Page[Any]:
            asked = request_lists.RequestQuery(**query)
            return await request_lists.page_of_all(database, user_id, asked, now, sort, bounds, CURSORS, SCOPE)

        return read

    async def of_one(database: Database, sort: Sort, bounds: PageBounds, now: datetime) -> Page[Any]:
        query = request_lists.RequestQuery()
        found = await request_lists.pages_by_user(database, [USER], query, now, sort, bounds, CURSORS, SCOPE)
        return found[USER]

    async def defined(database: Database, sort: Sort, bounds: PageBounds, now: datetime) -> Page[Any]:
        return await rewards.rewards_page(database, rewards.RewardQuery(), sort, bounds, CURSORS, SCOPE)

    def of_user(find: Callable[..., Awaitable[Mapping[str, Page[Any]]]]) -> Read:
        async def read(database: Database, sort: Sort, bounds: PageBounds, now: datetime) -> Page[Any]:
            return (await find(database, [USER], bounds, CURSORS, SCOPE))[USER]

        return read

    sorts = tuple(request_lists.SORTS.values())
    one_status = (RequestStatus.FULFILLED,)
    yield Guaranteed("Query.rewards", NONE, tuple(rewards.SORTS.values()), "rewards", defined)
    yield Guaranteed("Query.rewardRequests", NONE, sorts, "rewards", of_all())
    yield Guaranteed("Query.rewardRequests", "`userId`", sorts, "rewards", of_all(USER))
    yield Guaranteed("Query.rewardRequests", "`offerId`", sorts, "rewards", of_all(offer_id=OFFER))
    yield Guaranteed("Query.rewardRequests", "`eventId`", sorts, "rewards", of_all(event_id=EVENT))
    status = "`statuses`, one of them, other than PENDING and EXPIRED"
    yield Guaranteed("Query.rewardRequests", status, sorts, "rewards", of_all(statuses=one_status))
    yield Guaranteed("User.rewardRequests", NONE, sorts, "rewards", of_one)
    yield Guaranteed("User.badges", NONE, (badges.LATEST_FIRST,), "rewards", of_user(badges.badge_pages))
    yield Guaranteed("Wallet.entries", NONE, (wallets.LATEST_FIRST,), "rewards", of_user(wallets.ledger_pages))


LISTS: Final = tuple(_lists())


def table() -> str:
    """The table in Markdown."""
    lines = ["| connection | filter | sorts |", "|---|---|---|"]
    for one in LISTS:
        # A list that has one order only does not name it in the schema.
        sorts = ", ".join(f"`{sort.name}`" for sort in one.sorts) if len(one.sorts) > 1 else "its own"
        lines.append(f"| `{one.field}` | {one.filter} | {sorts} |")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(PART.main(table(), sys.argv[1:], __doc__))
