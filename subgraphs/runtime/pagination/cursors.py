"""Keyset pages: bounds in, a store's filter and sort out, cursors that cannot be forged.

A page is found by the values of its sort and a unique tie-break, never by counting rows, so rows that come and go
meanwhile shift nothing. See the Relay connection specification for the meaning of the bounds.
"""

import base64
import hashlib
import hmac
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

import bson
from bson.codec_options import CodecOptions
from bson.errors import BSONError

DEFAULT_PAGE: Final = 20
MAX_PAGE: Final = 100
MAX_CURSOR_LENGTH: Final = 2048
_VERSION: Final = 1
_SIGNATURE_BYTES: Final = 16
_CODEC: Final[CodecOptions[dict[str, Any]]] = CodecOptions(tz_aware=True)

Row = TypeVar("Row")
Other = TypeVar("Other")


class BadPage(Exception):
    """The bounds of a page make no sense; `argument` is the one at fault."""

    def __init__(self, argument: str, message: str) -> None:
        super().__init__(message)
        self.argument = argument


@dataclass(frozen=True, slots=True)
class Sort:
    """A total order: fields with direction (1 or -1). The last field must be unique (the tie-break)."""

    name: str
    fields: tuple[tuple[str, int], ...]

    def values_of(self, document: Mapping[str, Any]) -> list[Any]:
        """The sort's values of a stored document."""
        return [document[field] for field, _ in self.fields]


@dataclass(frozen=True, slots=True)
class PageBounds:
    """What a client asked for: `limit` rows after or before a row's sort values, from the front or the back."""

    limit: int
    backward: bool
    after: tuple[Any, ...] | None
    before: tuple[Any, ...] | None


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """Rows in the sort's order, each with its cursor, and whether there is more on either side."""

    rows: list[Row]
    cursors: list[str]
    has_next: bool
    has_previous: bool

    def map(self, convert: Callable[[Row], Other]) -> "Page[Other]":
        """The same page with each row converted."""
        return Page([convert(row) for row in self.rows], self.cursors, self.has_next, self.has_previous)


class Cursors:
    """Makes and reads cursors: the sort's values, bound to the list they came from, signed."""

    def __init__(self, secret: str) -> None:
        self._secret = hashlib.sha256(b"cursor:" + secret.encode()).digest()

    def encode(self, scope: str, values: Sequence[Any]) -> str:
        """An opaque cursor of a row with these sort values in the list that `scope` names (its sort and filter)."""
        payload = bson.encode({"v": list(values)})
        return _text(self._sign(scope, payload) + payload)

    def decode(self, scope: str, cursor: str, *, argument: str) -> tuple[Any, ...]:
        """The sort values. Raises BadPage unless the cursor was made here, for this scope and version."""
        refused = BadPage(argument, "the cursor is not one of this list with this sort and filter")
        if not cursor or len(cursor) > MAX_CURSOR_LENGTH or not cursor.isascii():
            raise refused
        try:
            raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        except ValueError:
            raise refused from None
        # The last character may carry bits that say nothing: a cursor has one spelling.
        if _text(raw) != cursor:
            raise refused
        signature, payload = raw[:_SIGNATURE_BYTES], raw[_SIGNATURE_BYTES:]
        if not hmac.compare_digest(signature, self._sign(scope, payload)):
            raise refused
        try:
            values = tuple(bson.decode(payload, _CODEC)["v"])
        except (BSONError, KeyError):
            raise refused from None
        return values

    def _sign(self, scope: str, payload: bytes) -> bytes:
        message = f"{_VERSION}\n{len(scope)}\n{scope}\n".encode() + payload
        return hmac.new(self._secret, message, hashlib.sha256).digest()[:_SIGNATURE_BYTES]


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def list_scope(list_name: str, sort: Sort, filter_values: Mapping[str, Any]) -> str:
    """Names one list: its field, sort and filter. A cursor of one list is refused by every other."""
    canonical = repr(sorted((key, value) for key, value in filter_values.items() if value is not None))
    return f"{list_name}:{sort.name}:{hashlib.sha256(canonical.encode()).hexdigest()[:16]}"


def read_bounds(
    cursors: Cursors,
    scope: str,
    *,
    first: int | None,
    after: str | None,
    last: int | None,
    before: str | None,
) -> PageBounds:
    """The page a client asked for: 20 rows unless said, 1 to 100. Raises BadPage."""
    if first is not None and last is not None:
        raise BadPage("last", "ask for `first` or for `last`, not for both")
    for argument, size in (("first", first), ("last", last)):
        if size is not None and not 1 <= size <= MAX_PAGE:
            raise BadPage(argument, f"a page holds 1 to {MAX_PAGE} rows")
    return PageBounds(
        limit=first or last or DEFAULT_PAGE,
        backward=last is not None or (first is None and before is not None and after is None),
        after=None if after is None else cursors.decode(scope, after, argument="after"),
        before=None if before is None else cursors.decode(scope, before, argument="before"),
    )


def keyset_filter(base: Mapping[str, Any], sort: Sort, bounds: PageBounds) -> dict[str, Any]:
    """`base`, narrowed to the rows beyond the cursors; each branch is one tight range of the sort's index."""
    query: dict[str, Any] = dict(base)
    if bounds.after is not None and bounds.before is not None:
        return {"$and": [query, _beyond({}, sort, bounds.after, 1), _beyond({}, sort, bounds.before, -1)]}
    if bounds.after is not None:
        return _beyond(query, sort, bounds.after, 1)
    if bounds.before is not None:
        return _beyond(query, sort, bounds.before, -1)
    return query


def _beyond(base: Mapping[str, Any], sort: Sort, values: Sequence[Any], towards: int) -> dict[str, Any]:
    # The base filter is repeated in each branch, so that the planner can merge sorted index ranges.
    branches = []
    for position, (field, direction) in enumerate(sort.fields):
        equal = {name: values[i] for i, (name, _) in enumerate(sort.fields[:position])}
        compare = "$gt" if direction * towards > 0 else "$lt"
        branches.append(_conjunction(base, {**equal, field: {compare: values[position]}}))
    return branches[0] if len(branches) == 1 else {"$or": branches}


def _conjunction(base: Mapping[str, Any], more: Mapping[str, Any]) -> dict[str, Any]:
    if base.keys().isdisjoint(more):
        return {**base, **more}
    return {"$and": [dict(base), dict(more)]}


def keyset_sort(sort: Sort, bounds: PageBounds) -> list[tuple[str, int]]:
    """The order to read in; a page from the back is read backwards."""
    return [(field, -direction if bounds.backward else direction) for field, direction in sort.fields]


def build_page(
    documents: Sequence[Mapping[str, Any]], cursors: Cursors, scope: str, sort: Sort, bounds: PageBounds
) -> Page[Mapping[str, Any]]:
    """The page from up to `limit + 1` documents read in `keyset_sort`'s order; the extra one tells that there is more."""
    more = len(documents) > bounds.limit
    kept = list(documents[: bounds.limit])
    if bounds.backward:
        kept.reverse()
        has_previous, has_next = more, bounds.before is not None
    else:
        has_previous, has_next = bounds.after is not None, more
    marks = [cursors.encode(scope, sort.values_of(document)) for document in kept]
    return Page(kept, marks, has_next, has_previous)
