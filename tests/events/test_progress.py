"""The aggregation in MongoDB equals the plain evaluation over the log, and costs one command."""

import random
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from subgraphs.events.model.activity import Activity
from subgraphs.events.model.event import Event
from subgraphs.events.model.profile import Profile
from subgraphs.events.model.rule import ActivityType, Person, judge
from subgraphs.events.store import COLLECTIONS
from subgraphs.events.store.activities import ACTIVITIES, record, tallies
from subgraphs.events.store.event_documents import event_document
from subgraphs.runtime.mongo import Mongo, ensure_collections
from tests.events.factories import NAMES, NOON, REGIONS, TYPES, a_profile, an_activity, an_event, rules, told
from tests.fixtures.client import InProcess
from tests.fixtures.commands import CommandLog
from tests.fixtures.issuer import Issuer

# Days around changes of clocks, ends of years and a leap day.
EDGES = [
    datetime(2026, 3, 29, 1, tzinfo=UTC),
    datetime(2025, 10, 26, 1, tzinfo=UTC),
    datetime(2025, 12, 31, 23, tzinfo=UTC),
    datetime(2024, 2, 29, 12, tzinfo=UTC),
]
ZONES = ["UTC", "Europe/Berlin", "America/New_York", "Asia/Seoul", "Australia/Lord_Howe", "Pacific/Chatham"]


@st.composite
def logs(draw: st.DrawFn) -> tuple[Event, list[Activity]]:
    """An event around an edge, and what two users did near it."""
    edge = draw(st.sampled_from(EDGES))
    minutes = st.integers(-3 * 24 * 60, 3 * 24 * 60)
    starts_at = edge + timedelta(minutes=draw(minutes))
    ends_at = draw(st.none() | st.integers(1, 5 * 24 * 60).map(lambda m: starts_at + timedelta(minutes=m)))
    event = an_event(starts_at=starts_at, ends_at=ends_at, timezone=draw(st.sampled_from(ZONES)), rule=draw(rules()))
    log = [
        an_activity(
            number,
            user_id=draw(st.sampled_from(["kr1", "us2"])),
            type=draw(TYPES),
            name=draw(NAMES),
            occurred_at=edge + timedelta(minutes=draw(minutes)),
            amount=draw(st.none() | st.integers(-200, 400) | st.just(2**53 - 1)),
        )
        for number in range(draw(st.integers(0, 25)))
    ]
    # Exactly at the window's edges too.
    log += [an_activity(1000 + n, occurred_at=at) for n, at in enumerate((starts_at, ends_at)) if at is not None]
    return event, log


PROFILES = st.none() | st.builds(
    a_profile,
    region=st.sampled_from([None, *REGIONS]),
    created_at=st.sampled_from(EDGES),
)


@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(case=logs(), profile=PROFILES, seed=st.integers(0, 1000))
async def test_the_aggregation_equals_the_plain_evaluation(
    mongo: Mongo, case: tuple[Event, list[Activity]], profile: Profile | None, seed: int
) -> None:
    event, log = case
    await mongo.write[ACTIVITIES.name].delete_many({})
    rng = random.Random(seed)
    sent = log + rng.sample(log, len(log) // 2)
    rng.shuffle(sent)
    half = len(sent) // 2
    await record(mongo, sent[:half])
    await record(mongo, sent[half:])
    found = await tallies(mongo.write, {event.id: (event, ["kr1", "us2"])})
    for user_id in ("kr1", "us2"):
        expected = told(event, [activity for activity in log if activity.user_id == user_id], profile)
        person = Person(profile, event.window.judged_at(NOON))
        assert judge(event.rule, found.get((event.id, user_id), {}), person) == expected


async def test_twenty_events_of_one_user_and_one_event_of_five_hundred_are_one_aggregation_each(
    events: InProcess, mongo: Mongo, issuer: Issuer, commands: CommandLog
) -> None:
    made = [an_event(id=f"ev{n}", starts_at=NOON - timedelta(days=n)) for n in range(1, 21)]
    await mongo.write["events"].insert_many([event_document(event) for event in made])
    await record(mongo, [an_activity(1, occurred_at=NOON - timedelta(days=5)), an_activity(1, user_id="us7")])
    page = "{ events(first: 20) { edges { node { id myProgress { satisfied conditions { current } } } } } }"
    with commands.recording() as sent:
        answer = await events.graphql(page, token=issuer.token("kr1"))
    assert [name for _, name, _ in sent] == ["find", "aggregate"]
    satisfied = {e["node"]["id"]: e["node"]["myProgress"]["satisfied"] for e in answer.data["events"]["edges"]}
    assert satisfied == {event.id: event.starts_at <= NOON - timedelta(days=5) for event in made}

    users = [f"us{n}" for n in range(500)]
    query = "... on Event { eligibility(userIds: $users) { satisfied user { id } } }"
    entities = f"query E($of: [_Any!]!, $users: [ID!]!) {{ _entities(representations: $of) {{ {query} }} }}"
    variables: dict[str, Any] = {"of": [{"__typename": "Event", "id": "ev1"}], "users": users}
    with commands.recording() as sent:
        found = await events.graphql(entities, variables, token=issuer.service_token())
    assert [name for _, name, _ in sent] == ["find", "aggregate"]
    answers = found.data["_entities"][0]["eligibility"]
    assert [entry["user"]["id"] for entry in answers] == users
    assert [entry["user"]["id"] for entry in answers if entry["satisfied"]] == ["us7"]


async def test_eligibility_of_nobody_or_too_many_is_bad_user_input(
    events: InProcess, mongo: Mongo, issuer: Issuer
) -> None:
    await mongo.write["events"].insert_one(event_document(an_event()))
    asked = "... on Event { eligibility(userIds: $u) { satisfied } }"
    query = f"query E($of: [_Any!]!, $u: [ID!]!) {{ _entities(representations: $of) {{ {asked} }} }}"
    for users in ([], [f"u{n}" for n in range(501)]):
        variables = {"of": [{"__typename": "Event", "id": "ev1"}], "u": users}
        assert (await events.graphql(query, variables, token=issuer.service_token())).codes == ["BAD_USER_INPUT"]


async def test_the_tallies_are_read_from_the_index_alone(mongo: Mongo) -> None:
    await ensure_collections(mongo.write, COLLECTIONS)
    await record(mongo, [an_activity(n, type=ActivityType.QUEST) for n in range(50)])
    command = {
        "aggregate": ACTIVITIES.name,
        "pipeline": [
            {"$match": {"userId": {"$in": ["kr1"]}, "type": {"$in": ["QUEST"]}, "occurredAt": {"$gte": EDGES[3]}}},
            {"$group": {"_id": "$userId", "c1": {"$sum": {"$cond": [{"$eq": ["$name", "x"]}, "$amount", 0]}}}},
        ],
        "cursor": {},
    }
    plan = await mongo.write.command({"explain": command, "verbosity": "executionStats"})
    assert "COLLSCAN" not in str(plan)
    assert _values(plan, "totalDocsExamined") == {0}
    assert max(_values(plan, "totalKeysExamined")) == 50


def _values(plan: Any, name: str) -> set[int]:
    """Every value of that name, however deep."""
    if isinstance(plan, list):
        return set().union(*(_values(part, name) for part in plan))
    if not isinstance(plan, dict):
        return set()
    own = {plan[name]} if name in plan else set()
    return own.union(*(_values(part, name) for part in plan.values()))
