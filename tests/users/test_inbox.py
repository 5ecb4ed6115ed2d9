"""The inbox: its owner's alone, one entry a cause, pages and counts in one command each."""

from datetime import timedelta
from typing import Any

import pytest

from subgraphs.runtime.messaging.outbox import Message
from subgraphs.runtime.mongo import Mongo
from subgraphs.users.model.notification import Notification, Subject, SubjectKind
from subgraphs.users.settings import UsersWorkerSettings
from subgraphs.users.store.notifications import Inbox
from subgraphs.users.worker import build_worker
from tests.fixtures.client import InProcess
from tests.fixtures.clock import FrozenClock
from tests.fixtures.commands import CommandLog
from tests.fixtures.issuer import Issuer
from tests.users.test_accounts import registered

INBOX = """query Inbox($unread: Boolean! = false, $first: Int, $after: String) { me { unreadNotificationCount
  notifications(unreadOnly: $unread, first: $first, after: $after) { edges { node { id kind title readAt
    subject { __typename ... on Event { id } ... on RewardRequest { id } } } } pageInfo { hasNextPage endCursor } } } }"""
MARK = """mutation Mark($ids: [ID!]!) { markNotificationsRead(input: {ids: $ids}) { __typename
  ... on MarkNotificationsReadSuccess { user { unreadNotificationCount } }
  ... on ValidationFailed { violations { path } } } }"""


async def told(mongo: Mongo, user_id: str, number: int, clock: FrozenClock, **changes: Any) -> str:
    fields: dict[str, Any] = {"kind": "TEST", "title": f"Title {number}", "body": "Body", **changes}
    entry = Notification(
        user_id=user_id, message_id=f"m{number}", created_at=clock.now() + timedelta(seconds=number), **fields
    )
    await Inbox(mongo).put(entry)
    return entry.id


async def test_the_owner_pages_latest_first_and_sees_what_each_is_about(
    users: InProcess, mongo: Mongo, clock: FrozenClock, commands: CommandLog
) -> None:
    session = await registered(users)
    user_id, token = session["user"]["id"], session["accessToken"]
    await told(mongo, user_id, 1, clock, subject=Subject(SubjectKind.EVENT, "ev1"))
    await told(mongo, user_id, 2, clock, subject=Subject(SubjectKind.REWARD_REQUEST, "kr.1"))
    await told(mongo, user_id, 3, clock)
    await told(mongo, user_id, 3, clock, title="the same cause again")
    await told(mongo, "us-other", 4, clock)
    with commands.recording() as sent:
        me = (await users.graphql(INBOX, {"first": 2}, token=token)).data["me"]
    assert sorted(name for _, name, _ in sent) == ["aggregate", "aggregate", "find"]
    assert me["unreadNotificationCount"] == 3
    page = me["notifications"]
    assert [edge["node"]["title"] for edge in page["edges"]] == ["Title 3", "Title 2"]
    assert page["edges"][1]["node"]["subject"] == {"__typename": "RewardRequest", "id": "kr.1"}
    variables = {"first": 2, "after": page["pageInfo"]["endCursor"]}
    rest = (await users.graphql(INBOX, variables, token=token)).data["me"]["notifications"]
    assert [edge["node"]["subject"] for edge in rest["edges"]] == [{"__typename": "Event", "id": "ev1"}]
    assert rest["pageInfo"]["hasNextPage"] is False


async def test_marking_reads_the_own_ones_once_and_leaves_those_of_others(
    users: InProcess, mongo: Mongo, clock: FrozenClock
) -> None:
    session = await registered(users)
    user_id, token = session["user"]["id"], session["accessToken"]
    mine, mine_too = await told(mongo, user_id, 1, clock), await told(mongo, user_id, 2, clock)
    other = await told(mongo, "us-other", 3, clock)
    answer = await users.graphql(MARK, {"ids": [mine, other, "nothing"]}, token=token)
    assert answer.data["markNotificationsRead"]["user"] == {"unreadNotificationCount": 1}
    first_read = clock.now()
    clock.advance(minutes=10)
    await users.graphql(MARK, {"ids": [mine]}, token=token)
    rows = {row["_id"]: row["readAt"] async for row in mongo.write["notifications"].find({})}
    assert rows == {mine: first_read, mine_too: None, other: None}
    unread = (await users.graphql(INBOX, {"unread": True}, token=token)).data["me"]["notifications"]
    assert [edge["node"]["id"] for edge in unread["edges"]] == [mine_too]


@pytest.mark.parametrize("count", [0, 101])
async def test_marking_none_or_too_many_is_refused(users: InProcess, count: int) -> None:
    token = (await registered(users))["accessToken"]
    answer = await users.graphql(MARK, {"ids": [f"n{n}" for n in range(count)]}, token=token)
    assert answer.data["markNotificationsRead"]["violations"] == [{"path": ["input", "ids"]}]


async def test_nobody_else_sees_an_inbox_not_even_staff(
    users: InProcess, mongo: Mongo, clock: FrozenClock, issuer: Issuer
) -> None:
    user_id = (await registered(users))["user"]["id"]
    await told(mongo, user_id, 1, clock)
    query = f'{{ user(id: "{user_id}") {{ unreadNotificationCount notifications {{ edges {{ node {{ id }} }} }} }} }}'
    for token in (issuer.token("us9"), issuer.token("us8", "ADMIN", "AUDITOR", "OPERATOR"), issuer.service_token()):
        seen = (await users.graphql(query, token=token)).data["user"]
        assert seen == {"unreadNotificationCount": None, "notifications": None}


async def test_a_fulfilled_request_makes_one_entry_however_often_it_is_told(
    service_settings: dict[str, Any], users: InProcess, mongo: Mongo, clock: FrozenClock
) -> None:
    class Nowhere:
        async def publish(self, message: Message) -> None:
            raise AssertionError("nothing is published here")

    settings = UsersWorkerSettings(
        mongo_url=service_settings["mongo_url"],
        redis_url=service_settings["redis_url"],
        USERS_DATABASE=mongo.write.name,
    )
    worker = build_worker(settings, Nowhere())
    payload = {"userId": "kr1", "requestId": "kr1.r1", "status": "FULFILLED"}
    message = Message("rewards.request", "kr1", payload, clock.now(), "m-1")
    for _ in range(3):
        await worker.handlers["rewards.request"](message)
    quiet = Message("rewards.request", "kr1", {**payload, "status": "CANCELLED"}, clock.now(), "m-2")
    await worker.handlers["rewards.request"](quiet)
    rows = await mongo.write["notifications"].find({}).to_list(None)
    assert [(row["kind"], row["subject"]) for row in rows] == [
        ("REWARD_FULFILLED", {"kind": "RewardRequest", "id": "kr1.r1"})
    ]
    worker.mongo.close()
