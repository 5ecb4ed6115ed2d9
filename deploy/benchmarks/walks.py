"""What the pages of a list cost: keys and documents that MongoDB examines, by its profiler."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from pymongo.read_concern import ReadConcern

from deploy.generate.guaranteed_lists import CURSORS, LISTS, SCOPE, Guaranteed
from deploy.local.seed.places import Databases
from subgraphs.runtime.mongo import Database
from subgraphs.runtime.pagination.cursors import MAX_PAGE, Page, PageBounds, Sort

SIZE: Final = 20
# The row that tells whether there is more, and where ranges of the index meet.
SLACK: Final = 3
PROFILE: Final = "system.profile"


@dataclass(frozen=True, slots=True)
class Cost:
    """Of one page."""

    keys: int
    documents: int
    rows: int


@dataclass(frozen=True, slots=True)
class Walk:
    """A list in one sort: what its first page costs, its page of that number, and its last, from either side."""

    list: Guaranteed
    sort: Sort
    number: int
    first: Cost
    nth: Cost
    last: Cost
    from_the_back: Cost

    @property
    def name(self) -> str:
        """Names the list and its sort."""
        return f"{self.list.field} ({self.list.filter}) {self.sort.name}"

    @property
    def is_even(self) -> bool:
        """Whether each page is full and none costs more than its rows and a few keys."""
        pages = (self.first, self.nth, self.last, self.from_the_back)
        return all(page.rows == SIZE and page.keys <= SIZE + SLACK and page.documents <= SIZE + SLACK for page in pages)


async def walk_all(databases: Databases, number: int, now: datetime) -> list[Walk]:
    """Every guaranteed list in every sort. Needs lists of at least `number` pages, and nobody else at the databases."""
    return [await walk(one, sort, one.database(databases), number, now) for one in LISTS for sort in one.sorts]


async def walk(one: Guaranteed, sort: Sort, database: Database, number: int, now: datetime) -> Walk:
    """One list in one sort."""

    async def page(bounds: PageBounds) -> Page[Any]:
        return await one.read(database, sort, bounds, now)

    async def cost(bounds: PageBounds) -> Cost:
        return await _profiled(database, lambda: page(bounds))

    after = await _skipped(page, (number - 1) * SIZE)
    before_last = await page(PageBounds(SIZE + 1, backward=True, after=None, before=None))
    end = CURSORS.decode(SCOPE, before_last.cursors[0], argument="after")
    return Walk(
        list=one,
        sort=sort,
        number=number,
        first=await cost(PageBounds(SIZE, backward=False, after=None, before=None)),
        nth=await cost(PageBounds(SIZE, backward=False, after=after, before=None)),
        last=await cost(PageBounds(SIZE, backward=False, after=end, before=None)),
        from_the_back=await cost(PageBounds(SIZE, backward=True, after=None, before=None)),
    )


async def _skipped(page: Callable[[PageBounds], Awaitable[Page[Any]]], rows: int) -> tuple[Any, ...] | None:
    after: tuple[Any, ...] | None = None
    while rows:
        size = min(rows, MAX_PAGE)
        found = await page(PageBounds(size, backward=False, after=after, before=None))
        if len(found.rows) < size:
            raise ValueError("the list is too short")
        after = CURSORS.decode(SCOPE, found.cursors[-1], argument="after")
        rows -= size
    return after


async def _profiled(database: Database, read: Callable[[], Awaitable[Page[Any]]]) -> Cost:
    await database.command("profile", 2)
    try:
        found = await read()
    finally:
        await database.command("profile", 0)
    profile = database.get_collection(PROFILE, read_concern=ReadConcern("local"))
    entries = await profile.find(
        {"keysExamined": {"$exists": True}, "ns": {"$ne": f"{database.name}.{PROFILE}"}}
    ).to_list(None)
    await profile.drop()
    return Cost(
        sum(entry["keysExamined"] for entry in entries),
        sum(entry["docsExamined"] for entry in entries),
        len(found.rows),
    )
