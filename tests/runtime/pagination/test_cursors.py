"""Keyset pages against a plain model, and cursors that cannot be forged."""

import base64
import itertools
import secrets
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from subgraphs.runtime.mongo import Mongo
from subgraphs.runtime.pagination.cursors import (
    BadPage,
    Cursors,
    PageBounds,
    Sort,
    build_page,
    keyset_filter,
    keyset_sort,
    list_scope,
    read_bounds,
)
from subgraphs.runtime.pagination.queries import count_up_to_cap, read_page, read_pages

CURSORS = Cursors("a secret of the tests")
BY_AGE = Sort("AGE_DESC", (("age", -1), ("_id", 1)))
SCOPE = list_scope("Query.people", BY_AGE, {"team": "red"})


def bounds(**arguments: Any) -> PageBounds:
    given = {"first": None, "after": None, "last": None, "before": None, **arguments}
    return read_bounds(CURSORS, SCOPE, **given)


def test_a_page_holds_twenty_rows_unless_said() -> None:
    assert bounds().limit == 20
    assert bounds(first=100).limit == 100


@pytest.mark.parametrize("size", [0, 101, -1, 2**31 - 1])
@pytest.mark.parametrize("argument", ["first", "last"])
def test_a_page_size_outside_1_to_100_is_refused_by_the_argument_s_name(argument: str, size: int) -> None:
    with pytest.raises(BadPage) as refusal:
        bounds(**{argument: size})
    assert refusal.value.argument == argument


def test_first_and_last_together_are_refused() -> None:
    with pytest.raises(BadPage):
        bounds(first=1, last=1)


@given(st.lists(st.one_of(st.text(), st.integers(-(2**63), 2**63 - 1), st.booleans()), max_size=4))
def test_a_cursor_carries_its_values_whole(values: list[Any]) -> None:
    assert list(CURSORS.decode(SCOPE, CURSORS.encode(SCOPE, values), argument="after")) == values


def test_a_cursor_carries_an_instant_to_the_millisecond() -> None:
    instant = datetime(2026, 3, 29, 0, 59, 59, 999000, tzinfo=UTC)
    assert CURSORS.decode(SCOPE, CURSORS.encode(SCOPE, [instant]), argument="after") == (instant,)


@given(st.integers(0, 10_000), st.integers(1, 255))
def test_a_cursor_with_any_byte_changed_is_refused(position: int, flip: int) -> None:
    cursor = CURSORS.encode(SCOPE, [30, "abc"])
    raw = bytearray(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    raw[position % len(raw)] ^= flip
    forged = base64.urlsafe_b64encode(bytes(raw)).decode().rstrip("=")
    with pytest.raises(BadPage):
        CURSORS.decode(SCOPE, forged, argument="after")


@given(st.lists(st.one_of(st.text(max_size=9), st.integers(0, 2**31)), max_size=3))
def test_a_cursor_with_any_bit_of_its_text_flipped_is_refused(values: list[Any]) -> None:
    text = CURSORS.encode(SCOPE, values).encode()
    for position, bit in itertools.product(range(len(text)), range(7)):
        flipped = bytes([*text[:position], text[position] ^ 1 << bit, *text[position + 1 :]])
        with pytest.raises(BadPage):
            CURSORS.decode(SCOPE, flipped.decode(), argument="after")


@given(st.text(max_size=200))
def test_any_text_that_is_no_cursor_is_refused(text: str) -> None:
    with pytest.raises(BadPage) as refusal:
        CURSORS.decode(SCOPE, text, argument="before")
    assert refusal.value.argument == "before"


def test_a_cursor_of_another_list_sort_filter_or_secret_is_refused() -> None:
    cursor = CURSORS.encode(SCOPE, [1, "a"])
    other_sort = Sort("AGE_ASC", (("age", 1), ("_id", 1)))
    for scope in (
        list_scope("Query.others", BY_AGE, {"team": "red"}),
        list_scope("Query.people", other_sort, {"team": "red"}),
        list_scope("Query.people", BY_AGE, {"team": "blue"}),
    ):
        with pytest.raises(BadPage):
            CURSORS.decode(scope, cursor, argument="after")
    with pytest.raises(BadPage):
        Cursors("another secret").decode(SCOPE, cursor, argument="after")


def test_an_absent_filter_value_and_a_missing_one_are_the_same_list() -> None:
    assert list_scope("l", BY_AGE, {"a": None, "b": 1}) == list_scope("l", BY_AGE, {"b": 1})


async def people(mongo: Mongo, count: int, ages: int) -> list[dict[str, Any]]:
    rows = [{"_id": f"p{number:04}", "age": secrets.randbelow(ages), "team": "red"} for number in range(count)]
    await mongo.write["people"].insert_many(rows)
    return sorted(rows, key=lambda row: (-row["age"], row["_id"]))


def test_the_filter_of_no_cursor_is_the_filter_itself() -> None:
    assert keyset_filter({"team": "red"}, BY_AGE, bounds()) == {"team": "red"}


@pytest.mark.parametrize("size", [1, 3, 7, 50, 100])
async def test_pages_forward_and_backward_give_every_row_once_in_order(mongo: Mongo, size: int) -> None:
    everyone = await people(mongo, 50, ages=6)
    collection = mongo.write["people"]
    for argument, cursor_argument in (("first", "after"), ("last", "before")):
        seen: list[str] = []
        cursor: str | None = None
        for _ in range(60):
            asked = bounds(**{argument: size, cursor_argument: cursor})
            page = await read_page(collection, {"team": "red"}, BY_AGE, asked, CURSORS, SCOPE)
            ids = [row["_id"] for row in page.rows]
            seen = seen + ids if argument == "first" else ids + seen
            more = page.has_next if argument == "first" else page.has_previous
            if not more:
                break
            cursor = page.cursors[-1] if argument == "first" else page.cursors[0]
        assert seen == [row["_id"] for row in everyone]


async def test_rows_inserted_and_removed_meanwhile_shift_nothing(mongo: Mongo) -> None:
    everyone = await people(mongo, 60, ages=4)
    collection = mongo.write["people"]
    seen: list[str] = []
    cursor: str | None = None
    for step in range(100):
        page = await read_page(collection, {}, BY_AGE, bounds(first=7, after=cursor), CURSORS, SCOPE)
        seen += [row["_id"] for row in page.rows]
        if not page.has_next:
            break
        cursor = page.cursors[-1]
        await collection.insert_one({"_id": f"new{step:03}", "age": step % 4, "team": "red"})
        await collection.delete_one({"_id": seen[0]})
    assert len(seen) == len(set(seen))
    assert [row for row in seen if row.startswith("p")] == [row["_id"] for row in everyone]


async def test_between_two_cursors_lie_the_rows_between(mongo: Mongo) -> None:
    everyone = await people(mongo, 30, ages=3)
    marks = [CURSORS.encode(SCOPE, [row["age"], row["_id"]]) for row in everyone]
    asked = bounds(after=marks[4], before=marks[12], first=100)
    page = await read_page(mongo.write["people"], {}, BY_AGE, asked, CURSORS, SCOPE)
    assert [row["_id"] for row in page.rows] == [row["_id"] for row in everyone[5:12]]


async def test_pages_of_many_parents_are_one_command(mongo: Mongo, commands: Any) -> None:
    rows = [{"_id": f"{owner}{n}", "owner": owner, "age": n} for owner in "abc" for n in range(5)]
    await mongo.write["things"].insert_many(rows)
    await mongo.write["things"].create_index([("owner", 1), *((field, 1) for field, _ in BY_AGE.fields)])
    with commands.recording() as sent:
        found = await read_pages(
            mongo.write["things"], "owner", ["a", "b", "c", "d"], {}, BY_AGE, bounds(first=2), CURSORS, SCOPE
        )
    assert len(sent) == 1
    assert [[row["_id"] for row in found[owner].rows] for owner in "abcd"] == [
        ["a4", "a3"],
        ["b4", "b3"],
        ["c4", "c3"],
        [],
    ]
    assert found["a"].has_next
    assert not found["d"].has_next


async def test_a_count_stops_at_its_cap(mongo: Mongo) -> None:
    await mongo.write["many"].insert_many([{"n": n} for n in range(10_050)])
    assert await count_up_to_cap(mongo.write["many"], {}) == 10_000
    assert await count_up_to_cap(mongo.write["many"], {"n": {"$lt": 7}}) == 7


def test_a_backward_page_is_read_backwards_and_given_forwards() -> None:
    asked = bounds(last=2)
    assert keyset_sort(BY_AGE, asked) == [("age", 1), ("_id", -1)]
    rows = [{"age": 1, "_id": "c"}, {"age": 2, "_id": "b"}, {"age": 3, "_id": "a"}]
    page = build_page(rows, CURSORS, SCOPE, BY_AGE, asked)
    assert [row["_id"] for row in page.rows] == ["b", "c"]
    assert page.has_previous
    assert not page.has_next


def test_the_values_of_a_sort_are_those_of_its_fields() -> None:
    day = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=1)
    assert Sort("S", (("at", 1), ("_id", 1))).values_of({"_id": "x", "at": day, "more": 1}) == [day, "x"]
