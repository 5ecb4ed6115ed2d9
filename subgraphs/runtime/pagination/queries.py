"""Reads keyset pages from MongoDB: of one list, or of many parents' lists in one aggregation."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, TypeAlias, TypeVar

from pymongo.errors import ExecutionTimeout

from subgraphs.runtime.mongo import DocumentCollection, Index
from subgraphs.runtime.pagination.cursors import (
    Cursors,
    Page,
    PageBounds,
    Sort,
    build_page,
    keyset_filter,
    keyset_sort,
)

# The stored fields that rows are read with, besides the id, the parent and those of the sort. None: all there are.
Fields: TypeAlias = frozenset[str] | None
Row = TypeVar("Row")
# A filter that few rows of a list of all there is pass is searched for this long.
LIST_MILLISECONDS: Final = 2000
TEXT_MILLISECONDS: Final = 1000
MAX_COUNTED: Final = 10_000
COUNT_MILLISECONDS: Final = 500


async def read_page(
    collection: DocumentCollection,
    base: Mapping[str, Any],
    sort: Sort,
    bounds: PageBounds,
    cursors: Cursors,
    scope: str,
    *,
    hint: str | None = None,
    milliseconds: int | None = None,
    fields: Fields = None,
) -> Page[Mapping[str, Any]]:
    """One page of the rows that `base` selects: one find, no count, no skip.

    `hint` names the index to walk; where few rows of it may be selected, `milliseconds` bounds the walk.
    """
    found = collection.find(
        keyset_filter(base, sort, bounds),
        projection=projection(fields, sort),
        sort=keyset_sort(sort, bounds),
        limit=bounds.limit + 1,
        hint=hint,
        max_time_ms=milliseconds,
    )
    return build_page(await found.to_list(None), cursors, scope, sort, bounds)


async def read_text_page(
    collection: DocumentCollection,
    text: str,
    base: Mapping[str, Any],
    sort: Sort,
    bounds: PageBounds,
    cursors: Cursors,
    scope: str,
) -> Page[Mapping[str, Any]]:
    """One page of the rows that `base` selects and that hold every word of the text, by the collection's text index.

    What it finds is sorted in memory, so it may take a second and no longer.
    """
    # Text search stands at the top of a filter or nowhere.
    found = collection.find(
        {"$text": all_words(text), "$and": [keyset_filter(base, sort, bounds)]},
        sort=keyset_sort(sort, bounds),
        limit=bounds.limit + 1,
        max_time_ms=TEXT_MILLISECONDS,
    )
    return build_page(await found.to_list(None), cursors, scope, sort, bounds)


def all_words(text: str) -> dict[str, str]:
    """A text search for all of the words. Bare, any one of them would do, and a minus would exclude."""
    return {"$search": " ".join(f'"{word}"' for word in text.replace('"', " ").split())}


async def read_pages(
    collection: DocumentCollection,
    parent_field: str,
    parent_ids: Sequence[str],
    base: Mapping[str, Any],
    sort: Sort,
    bounds: PageBounds,
    cursors: Cursors,
    scope: str,
    *,
    hint: str | None = None,
    fields: Fields = None,
) -> dict[str, Page[Mapping[str, Any]]]:
    """The same page of each parent's rows, in one aggregation: a bounded index range a parent.

    `hint` names the index to walk; unless said, the one of the parent and the sort.
    """
    only = projection(fields, sort, parent_field)
    projected: list[dict[str, Any]] = [] if only is None else [{"$project": only}]

    def pipeline(parent_id: str) -> list[dict[str, Any]]:
        return [
            {"$match": keyset_filter({parent_field: parent_id, **base}, sort, bounds)},
            {"$sort": dict(keyset_sort(sort, bounds))},
            {"$limit": bounds.limit + 1},
            *projected,
        ]

    rows: dict[str, list[dict[str, Any]]] = {parent_id: [] for parent_id in parent_ids}
    walked = hint or Index(((parent_field, 1), *((field, 1) for field, _ in sort.fields))).name
    pipelines = [pipeline(parent_id) for parent_id in rows]
    async for document in collection.aggregate(union(collection, pipelines), hint=walked):
        rows[document[parent_field]].append(document)
    return {parent: build_page(found, cursors, scope, sort, bounds) for parent, found in rows.items()}


def projection(fields: Fields, sort: Sort, *more: str) -> dict[str, bool] | None:
    """The fields as the database takes them; the id comes by itself."""
    if fields is None:
        return None
    return dict.fromkeys(sorted(fields.union(more, (name for name, _ in sort.fields))), True)


def partial_rows(
    convert: Callable[[Mapping[str, Any]], Row], blank: Mapping[str, Any]
) -> Callable[[Mapping[str, Any]], Row]:
    """`convert` for rows that were read in part: what was not read is as in `blank`, and nobody looks at it."""
    return lambda row: convert({**blank, **row})


def union(collection: DocumentCollection, pipelines: Sequence[Sequence[dict[str, Any]]]) -> list[dict[str, Any]]:
    """One pipeline that gives what all of them give, each on the collection, one after the other."""
    first, *others = pipelines
    return [*first, *({"$unionWith": {"coll": collection.name, "pipeline": list(other)}} for other in others)]


async def count_up_to_cap(collection: DocumentCollection, base: Mapping[str, Any]) -> int | None:
    """How many rows `base` selects; 10,000 means at least that, None that counting took longer than half a second."""
    try:
        return await collection.count_documents(dict(base), limit=MAX_COUNTED, maxTimeMS=COUNT_MILLISECONDS)
    except ExecutionTimeout:
        return None
