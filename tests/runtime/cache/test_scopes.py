"""Every cached field, read as every kind of caller, whoever read it before: no value crosses a scope."""

import itertools
from collections.abc import Awaitable, Callable
from typing import Any, Final

import pytest

from deploy.generate.cached_fields import cached
from deploy.generate.schema import SUBGRAPHS
from subgraphs.events.model.event import Lifecycle
from subgraphs.events.store import COLLECTIONS
from subgraphs.events.store.event_documents import event_document
from subgraphs.runtime.auth.identity import ANONYMOUS, CallerKind, Identity, Privilege
from subgraphs.runtime.cache import Scope
from subgraphs.runtime.cache.global_tag import EVERYTHING
from subgraphs.runtime.mongo import Mongo, ensure_collections
from tests.events.factories import an_event
from tests.fixtures.client import InProcess
from tests.fixtures.issuer import Issuer
from tests.users.test_accounts import registered

WHOLE_EVENT: Final = "id name description startsAt endsAt status tags version createdBy { id } rule { __typename }"
EVENTS_QUERIES: Final = {
    "Query.events": f"{{ events {{ edges {{ cursor node {{ {WHOLE_EVENT} }} }} pageInfo {{ endCursor }} totalCount }} }}",
    "Event by its id": f"""{{ shown: event(id: "ev0") {{ {WHOLE_EVENT} }} draft: event(id: "ev1") {{ {WHOLE_EVENT} }}
      _entities(representations: [{{__typename: "Event", id: "ev1"}}]) {{ ... on Event {{ {WHOLE_EVENT} }} }} }}""",
}
USERS_QUERIES: Final = {
    "User by its id": """query U($of: [_Any!]!) { _entities(representations: $of) { ... on User {
      id displayName email roles status region timezone createdAt version unreadNotificationCount } } }""",
}
WHOLE_OFFER: Final = """id position approval perUser { count period } reservationSeconds enabled version event { id }
  reward { __typename id name description version } stock { total remaining reserved issued } budget { limit }"""
REWARDS_QUERIES: Final = {
    "Event.offers": f"""query E($event: ID!) {{ _entities(representations: [{{__typename: "Event", id: $event}}]) {{
      ... on Event {{ offers {{ {WHOLE_OFFER} }} all: offers(includeDisabled: true) {{ {WHOLE_OFFER} }} }} }} }}""",
    "RewardOffer by its id": f"""query O($on: ID!, $off: ID!) {{ on: rewardOffer(id: $on) {{ {WHOLE_OFFER} }}
      off: rewardOffer(id: $off) {{ {WHOLE_OFFER} }} _entities(representations: [{{__typename: "RewardOffer", id: $off}}]) {{
      ... on RewardOffer {{ {WHOLE_OFFER} }} }} }}""",
    "Reward by its id": """query R($reward: ID!, $on: ID!) { reward(id: $reward) { ...whole }
      rewardOffer(id: $on) { reward { ...whole } } }
      fragment whole on Reward { id name ... on CouponReward { codePool { available } } }""",
}
AWAY: Final = "redis://127.0.0.1:9/0"


def test_every_cached_field_is_read_here() -> None:
    found = {subgraph: set(cached(subgraph)) for subgraph in SUBGRAPHS}
    assert found["events"] == set(EVENTS_QUERIES)
    assert found["users"] == set(USERS_QUERIES)
    # Read in tests/rewards/test_cached_rewards.py.
    assert found["rewards"] == set(REWARDS_QUERIES)


def callers(issuer: Issuer, *user_ids: str) -> dict[str, str | None]:
    """A token of each kind of caller."""
    return {
        "nobody": None,
        **{user_id: issuer.token(user_id) for user_id in user_ids},
        "operator": issuer.token("kr-operator", "OPERATOR"),
        "auditor": issuer.token("kr-auditor", "AUDITOR"),
        "admin": issuer.token("kr-admin", "ADMIN"),
        "service": issuer.service_token(),
    }


Start = Callable[..., Awaitable[InProcess]]


async def compare(start: Start, query: str, variables: dict[str, Any], tokens: dict[str, str | None]) -> None:
    """What each caller is told after each other one is what they are told without a cache."""
    plain, process = await start(redis_url=AWAY), await start()
    cache = process.cache

    async def told(by: InProcess, caller: str) -> Any:
        return (await by.graphql(query, variables, token=tokens[caller])).partial

    for _ in range(3):
        await told(plain, "nobody")
    expected = {caller: await told(plain, caller) for caller in tokens}
    assert len({str(answer) for answer in expected.values()}) > 1
    few = [caller for caller in tokens if caller not in ("auditor", "service")]
    for order in [*itertools.permutations(tokens, 2), *itertools.permutations(few, 4)]:
        await cache.invalidate([EVERYTHING])
        for caller in order:
            assert await told(process, caller) == expected[caller], f"{caller} in {order}"
            await cache.idle()


@pytest.mark.parametrize("name", EVENTS_QUERIES)
async def test_each_caller_is_told_of_events_what_they_may_see_whoever_asked_before(
    start_events: Start, mongo: Mongo, issuer: Issuer, name: str
) -> None:
    await ensure_collections(mongo.write, COLLECTIONS)
    kinds = (Lifecycle.PUBLISHED, Lifecycle.DRAFT, Lifecycle.ARCHIVED, Lifecycle.PAUSED)
    made = [event_document(an_event(id=f"ev{n}", lifecycle=kind)) for n, kind in enumerate(kinds)]
    await mongo.write["events"].insert_many(made)
    await compare(start_events, EVENTS_QUERIES[name], {}, callers(issuer, "kr1"))


@pytest.mark.parametrize("name", USERS_QUERIES)
async def test_each_caller_is_told_of_users_what_they_may_see_whoever_asked_before(
    start_users: Start, mongo: Mongo, issuer: Issuer, name: str
) -> None:
    one = (await registered(await start_users(), email="one@example.com"))["user"]["id"]
    other = (await registered(await start_users(), email="other@example.com"))["user"]["id"]
    of = [{"__typename": "User", "id": user_id} for user_id in (one, other, "kr-nobody")]
    await compare(start_users, USERS_QUERIES[name], {"of": of}, callers(issuer, one, other))


STAFF = [
    Identity(CallerKind.USER, f"kr-{role.value}", frozenset({Privilege.USER, role}))
    for role in (Privilege.OPERATOR, Privilege.AUDITOR, Privilege.ADMIN)
]
OTHERS = [ANONYMOUS, Identity(CallerKind.USER, "kr1", frozenset({Privilege.USER})), Identity(CallerKind.USER, "kr2")]


def test_a_value_is_loaded_by_somebody_who_knows_no_more_than_all_who_share_it() -> None:
    for viewer in STAFF + OTHERS:
        assert Scope.PUBLIC.filler(viewer) == ANONYMOUS
        assert Scope.ROLE.filler(viewer).id is None
        assert Scope.ROLE.filler(viewer).is_staff == viewer.is_staff
        assert Scope.VIEWER.filler(viewer) == viewer
    assert len({Scope.VIEWER.token(viewer) for viewer in STAFF + OTHERS}) == 6
    assert (
        len({Scope.ROLE.token(viewer) for viewer in STAFF}) == len({Scope.ROLE.token(viewer) for viewer in OTHERS}) == 1
    )
    assert Scope.ROLE.token(STAFF[0]) != Scope.ROLE.token(OTHERS[0])
    withheld = Identity(CallerKind.USER, "kr3", frozenset({Privilege.USER}), withheld=frozenset({Privilege.ADMIN}))
    assert Scope.ROLE.token(withheld) == Scope.ROLE.token(ANONYMOUS)
