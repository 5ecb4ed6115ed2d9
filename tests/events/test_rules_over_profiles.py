"""Rules that ask who a user is: judged by the profile that users tells, kept once told."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from subgraphs.events.model.draft import ProfileDraft, RuleDraft, check_rule
from subgraphs.events.model.profile import Comparison, ProfileCondition, ProfileField, progress_of
from subgraphs.events.settings import EventsWorkerSettings
from subgraphs.events.store.activities import record
from subgraphs.events.store.event_documents import event_document
from subgraphs.events.worker import build_worker
from subgraphs.runtime.messaging.broker import InProcessBroker
from subgraphs.runtime.messaging.outbox import new_message
from subgraphs.runtime.mongo import Mongo
from tests.events.factories import NOON, a_profile, an_activity, an_event, told
from tests.events.users_service import UsersService
from tests.fixtures.client import InProcess
from tests.fixtures.commands import CommandLog
from tests.fixtures.issuer import Issuer

AGE, REGION = ProfileField.ACCOUNT_AGE_DAYS, ProfileField.REGION
PROGRESS = "query P($id: ID!) { event(id: $id) { myProgress { satisfied conditions { current target satisfied } } } }"


def condition(field: ProfileField, comparison: str, *values: str) -> ProfileCondition:
    return ProfileCondition("c1", field, Comparison(comparison), values)


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (condition(REGION, "EQUALS", "KR"), (1, 1)),
        (condition(REGION, "EQUALS", "JP"), (0, 1)),
        (condition(REGION, "NOT_EQUALS", "JP"), (1, 1)),
        (condition(REGION, "NOT_EQUALS", "KR"), (0, 1)),
        (condition(REGION, "ONE_OF", "JP", "KR"), (1, 1)),
        (condition(AGE, "AT_LEAST", "30"), (60, 30)),
        (condition(AGE, "AT_LEAST", "61"), (60, 61)),
        (condition(AGE, "AT_MOST", "60"), (1, 1)),
        (condition(AGE, "AT_MOST", "59"), (0, 1)),
        (condition(AGE, "EQUALS", "60"), (1, 1)),
        (condition(AGE, "NOT_EQUALS", "60"), (0, 1)),
        (condition(AGE, "ONE_OF", "7", "60"), (1, 1)),
    ],
)
def test_a_condition_compares_the_profile_as_it_says(asked: ProfileCondition, expected: tuple[int, int]) -> None:
    # Sixty days and a half after the first of January.
    assert (progress_of(asked, a_profile(), NOON), asked.target) == expected
    assert progress_of(asked, None, NOON) == 0


def test_an_account_gets_a_day_older_at_the_very_instant() -> None:
    asked = condition(AGE, "AT_LEAST", "1")
    profile = a_profile(created_at=NOON - timedelta(days=1))
    assert progress_of(asked, profile, NOON) == 1
    assert progress_of(asked, profile, NOON - timedelta(milliseconds=1)) == 0


def test_who_is_judged_after_the_close_is_judged_as_of_the_close() -> None:
    event = an_event(ends_at=datetime(2026, 1, 5, tzinfo=UTC), rule=condition(AGE, "AT_MOST", "4"))
    assert told(event, [], a_profile()).satisfied
    later = an_event(ends_at=datetime(2026, 1, 6, tzinfo=UTC), rule=condition(AGE, "AT_MOST", "4"))
    assert not told(later, [], a_profile()).satisfied


@pytest.mark.parametrize(
    ("field", "comparison", "values", "path"),
    [
        (REGION, "AT_LEAST", ("KR",), ("comparison",)),
        (REGION, "EQUALS", (), ("values",)),
        (REGION, "EQUALS", ("KR", "JP"), ("values",)),
        (REGION, "ONE_OF", ("KR", "kr"), ("values", "1")),
        (REGION, "EQUALS", ("XX",), ("values", "0")),
        (AGE, "AT_LEAST", ("-1",), ("values", "0")),
        (AGE, "AT_LEAST", ("many",), ("values", "0")),
        (AGE, "ONE_OF", ("1", "36601"), ("values", "1")),
        (AGE, "ONE_OF", tuple(str(n) for n in range(51)), ("values",)),
    ],
)
def test_a_senseless_profile_condition_is_refused_at_its_place(
    field: ProfileField, comparison: str, values: tuple[str, ...], path: tuple[str, ...]
) -> None:
    draft = RuleDraft(conditions={"profile": ProfileDraft(field, Comparison(comparison), values)})
    assert [violation.path for violation in check_rule(draft, ("rule",))] == [("rule", "profile", *path)]


async def insert_regional(mongo: Mongo, *ids: str) -> None:
    events = [an_event(id=event_id, rule=condition(REGION, "EQUALS", "KR")) for event_id in ids or ["ev1"]]
    await mongo.write["events"].insert_many([event_document(event) for event in events])


async def test_a_profile_is_asked_for_once_and_then_kept(
    events: InProcess, mongo: Mongo, issuer: Issuer, users_service: UsersService, commands: CommandLog
) -> None:
    await insert_regional(mongo, *(f"ev{n}" for n in range(20)))
    users_service.add("kr1")
    page = "{ events(first: 20) { edges { node { myProgress { satisfied } } } } }"
    for asked in ([["kr1"]], []):
        users_service.asked.clear()
        with commands.recording() as sent:
            answer = await events.graphql(page, token=issuer.token("kr1"))
        assert all(edge["node"]["myProgress"]["satisfied"] for edge in answer.data["events"]["edges"])
        assert users_service.asked == asked
    # Twenty rules over one profile: the page, and the profile.
    assert [(name, command.get("find")) for _, name, command in sent] == [("find", "profiles")]


async def test_while_users_is_silent_progress_is_unavailable_and_eligibility_null_where_it_could_not_be_told(
    events: InProcess, mongo: Mongo, issuer: Issuer, users_service: UsersService
) -> None:
    await insert_regional(mongo)
    users_service.add("kr1")
    users_service.add("us2", region="US")
    assert (await events.graphql(PROGRESS, {"id": "ev1"}, token=issuer.token("kr1"))).data
    users_service.silent = True
    answer = await events.graphql(PROGRESS, {"id": "ev1"}, token=issuer.token("us2"))
    assert answer.codes == ["UNAVAILABLE"]
    assert answer.partial == {"event": {"myProgress": None}}
    asked = "... on Event { eligibility(userIds: $u) { satisfied } }"
    query = f"query E($of: [_Any!]!, $u: [ID!]!) {{ _entities(representations: $of) {{ {asked} }} }}"
    variables: dict[str, Any] = {"of": [{"__typename": "Event", "id": "ev1"}], "u": ["us2", "kr1"]}
    found = await events.graphql(query, variables, token=issuer.service_token())
    assert found.data["_entities"][0]["eligibility"] == [None, {"satisfied": True}]
    users_service.silent = False
    found = await events.graphql(query, {**variables, "u": ["us2", "kr1", "nobody"]}, token=issuer.service_token())
    assert [entry["satisfied"] for entry in found.data["_entities"][0]["eligibility"]] == [False, True, False]


async def test_the_newest_profile_is_judged_however_late_and_often_it_is_told(
    events: InProcess, mongo: Mongo, issuer: Issuer, users_service: UsersService, service_settings: dict[str, Any]
) -> None:
    await insert_regional(mongo)
    settings = EventsWorkerSettings(
        redis_url=service_settings["redis_url"],
        mongo_url=service_settings["mongo_url"],
        EVENTS_DATABASE=service_settings["mongo_database"],
    )
    worker = build_worker(settings, InProcessBroker())

    async def tell(region: str, version: int) -> None:
        created_at = datetime(2026, 1, 1, tzinfo=UTC)
        payload = {"userId": "kr1", "region": region, "timezone": None, "createdAt": created_at, "version": version}
        await worker.handlers["users.profile"](new_message("users.profile", "kr1", payload, NOON))

    async def is_satisfied() -> bool:
        answer = await events.graphql(PROGRESS, {"id": "ev1"}, token=issuer.token("kr1"))
        found: bool = answer.data["event"]["myProgress"]["satisfied"]
        return found

    for region, version, expected in [("KR", 2, True), ("JP", 1, True), ("JP", 3, False), ("KR", 2, False)]:
        await tell(region, version)
        assert await is_satisfied() is expected
    assert users_service.asked == []
    worker.mongo.close()


async def test_profile_and_activity_conditions_meet_in_one_tree(
    events: InProcess, mongo: Mongo, issuer: Issuer, users_service: UsersService
) -> None:
    create = """mutation C($rule: RuleInput!) { createEvent(idempotencyKey: "k", input: {
      name: "Both", startsAt: "2026-01-01T00:00:00Z", rule: $rule }) { ... on EventSuccess { event { id rule {
      ... on AllOf { rules { __typename id ... on ProfileCondition { field comparison values } } } } } } } }"""
    profile = {"field": "REGION", "comparison": "ONE_OF", "values": ["KR", "JP"]}
    rule = {"allOf": [{"profile": profile}, {"count": {"activity": "QUEST", "target": 1}}]}
    answer = await events.graphql(create, {"rule": rule}, token=issuer.token("kr-operator", "OPERATOR"))
    event = answer.data["createEvent"]["event"]
    assert event["rule"]["rules"] == [
        {"__typename": "ProfileCondition", "id": "c1", **profile},
        {"__typename": "CountCondition", "id": "c2"},
    ]
    users_service.add("kr1")
    users_service.add("us2", region="US")
    await record(mongo, [an_activity(user_id=user_id) for user_id in ("kr1", "us2")])
    for user_id, expected in (("kr1", True), ("us2", False)):
        token = issuer.token(user_id, "OPERATOR")
        answer = await events.graphql(PROGRESS, {"id": event["id"]}, token=token)
        assert answer.data["event"]["myProgress"]["satisfied"] is expected
