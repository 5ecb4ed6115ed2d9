"""Admins list users: every filter, every sort both ways, from an index."""

import random
from datetime import timedelta
from typing import Any

import pytest

from subgraphs.runtime.mongo import Mongo
from subgraphs.users.model.user import Role, User, UserStatus, email_key, name_key
from subgraphs.users.store.users import user_document
from tests.fixtures.client import InProcess
from tests.fixtures.clock import FrozenClock
from tests.fixtures.issuer import Issuer

LIST = """query List($filter: UserFilter, $sort: UserSort! = CREATED_AT_DESC, $first: Int, $after: String,
  $last: Int, $before: String) { users(filter: $filter, sort: $sort, first: $first, after: $after, last: $last,
  before: $before) { edges { node { id } } totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }"""


@pytest.fixture
async def people(users: InProcess, mongo: Mongo, clock: FrozenClock) -> list[User]:
    rng = random.Random(5)
    made = [
        User(
            id=f"kr{n:04}",
            display_name=rng.choice(["Ann", "ANN-Marie", "Bob", "Élodie", "zoë", None]),
            email=f"u{n}@example.com",
            roles=frozenset({Role.USER, *([Role.OPERATOR] if n % 10 == 0 else []), *([Role.ADMIN] if n == 7 else [])}),
            status=UserStatus.SUSPENDED if n % 7 == 0 else UserStatus.ACTIVE,
            region=rng.choice(["KR", "US", None]),
            timezone=None,
            created_at=clock.now() - timedelta(days=n // 3),
            version=1,
        )
        for n in range(90)
    ]
    await mongo.write["users"].insert_many([user_document(user, "hash") for user in made])
    await mongo.write["emails"].insert_many([{"_id": email_key(user.email or ""), "userId": user.id} for user in made])
    return made


async def ask(users: InProcess, issuer: Issuer, **variables: Any) -> dict[str, Any]:
    found: dict[str, Any] = (await users.graphql(LIST, variables, token=issuer.token("kr-admin", "ADMIN"))).data[
        "users"
    ]
    return found


FILTERS: list[tuple[dict[str, Any], Any]] = [
    ({}, lambda user, now: True),
    ({"roles": ["OPERATOR", "ADMIN"]}, lambda user, now: bool(user.roles & {Role.OPERATOR, Role.ADMIN})),
    ({"statuses": ["SUSPENDED"]}, lambda user, now: user.status is UserStatus.SUSPENDED),
    ({"regions": ["kr"]}, lambda user, now: user.region == "KR"),
    ({"text": " ann"}, lambda user, now: name_key(user.display_name).startswith("ann")),
    ({"text": "U5@example.com"}, lambda user, now: user.id == "kr0005"),
    ({"text": "nobody@example.com"}, lambda user, now: False),
    ({"roles": []}, lambda user, now: False),
    (
        {"createdFrom": "2026-02-20T12:00:00Z", "createdBefore": "2026-02-25T12:00:00Z", "statuses": ["ACTIVE"]},
        lambda user, now: (
            timedelta(days=5) < now - user.created_at <= timedelta(days=10) and user.status is UserStatus.ACTIVE
        ),
    ),
]


@pytest.mark.parametrize("number", range(len(FILTERS)))
async def test_a_filter_keeps_whom_it_says_and_counts_them(
    users: InProcess, issuer: Issuer, people: list[User], clock: FrozenClock, number: int
) -> None:
    wanted, keeps = FILTERS[number]
    expected = {user.id for user in people if keeps(user, clock.now())}
    page = await ask(users, issuer, filter=wanted, first=100)
    assert {edge["node"]["id"] for edge in page["edges"]} == expected
    assert page["totalCount"] == len(expected)


@pytest.mark.parametrize("sort", ["CREATED_AT_DESC", "CREATED_AT_ASC", "DISPLAY_NAME_ASC"])
async def test_a_sort_pages_through_all_both_ways(
    users: InProcess, issuer: Issuer, people: list[User], sort: str
) -> None:
    def order(user: User) -> Any:
        return (name_key(user.display_name), user.id) if sort == "DISPLAY_NAME_ASC" else (user.created_at, user.id)

    expected = [user.id for user in sorted(people, key=order, reverse=sort.endswith("DESC"))]
    forward: list[str] = []
    after = None
    while True:
        page = await ask(users, issuer, sort=sort, first=13, after=after)
        forward += [edge["node"]["id"] for edge in page["edges"]]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    backward: list[str] = []
    before = None
    while True:
        page = await ask(users, issuer, sort=sort, last=13, before=before)
        backward = [edge["node"]["id"] for edge in page["edges"]] + backward
        before = page["pageInfo"]["startCursor"]
        if not page["pageInfo"]["hasPreviousPage"]:
            break
    assert forward == backward == expected


@pytest.mark.parametrize("role", ["", "OPERATOR", "AUDITOR"])
async def test_nobody_but_admins_lists_users(users: InProcess, issuer: Issuer, people: list[User], role: str) -> None:
    answer = await users.graphql(LIST, {}, token=issuer.token("kr0000", *([role] if role else [])))
    assert (answer.codes, answer.partial) == (["FORBIDDEN"], {"users": None})
