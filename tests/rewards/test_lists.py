"""Lists of rewards and of badges: filtered, sorted, paged both ways, by indexes."""

from datetime import UTC, datetime
from typing import Any

import pytest

from subgraphs.rewards.model.reward import BadgeReward
from subgraphs.rewards.store.badges import BadgeStore
from subgraphs.runtime.mongo import Mongo
from tests.fixtures.commands import CommandLog
from tests.fixtures.graph import operation
from tests.rewards.claiming import Claiming
from tests.rewards.test_pools import Asked

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
BADGES = """query B($of: [_Any!]!, $first: Int, $after: String) { _entities(representations: $of) { ... on User {
  badges(first: $first, after: $after) { edges { awardedAt node { id name } } pageInfo { hasNextPage endCursor } } } } }"""


async def table(claiming: Claiming, **variables: Any) -> dict[str, Any]:
    answer = await claiming.rewards.graphql(operation("web/RewardsTable"), variables, token=claiming.operator)
    found: dict[str, Any] = answer.data["rewards"]
    return found


def names(page: dict[str, Any]) -> list[str]:
    return [edge["node"]["name"] for edge in page["edges"]]


@pytest.fixture
async def made(claiming: Claiming) -> None:
    """Six rewards, a minute apart."""
    for kind, name in (
        ("points", "Delta"),
        ("badge", "alpha"),
        ("coupon", "Bravo coffee"),
        ("item", "Echo"),
        ("badge", "Charlie coffee"),
        ("points", "delta"),
    ):
        await claiming.reward(kind=kind, name=name)
        claiming.clock.advance(minutes=1)


@pytest.mark.usefixtures("made")
async def test_rewards_are_sorted_and_paged_both_ways(claiming: Claiming) -> None:
    by_name = ["alpha", "Bravo coffee", "Charlie coffee", "Delta", "delta", "Echo"]
    latest = ["delta", "Charlie coffee", "Echo", "Bravo coffee", "alpha", "Delta"]
    for sort, expected in (("NAME_ASC", by_name), ("CREATED_AT_DESC", latest)):
        whole = names(await table(claiming, sort=sort))
        assert [name.casefold() for name in whole] == [name.casefold() for name in expected]
        forward = await table(claiming, sort=sort, first=4)
        rest = await table(claiming, sort=sort, first=4, after=forward["pageInfo"]["endCursor"])
        assert names(forward) + names(rest) == whole
        assert (forward["pageInfo"]["hasNextPage"], rest["pageInfo"]["hasNextPage"]) == (True, False)
        back = await table(claiming, sort=sort, last=2, before=rest["pageInfo"]["startCursor"])
        assert names(back) == whole[2:4]


@pytest.mark.usefixtures("made")
async def test_rewards_are_found_by_kind_and_by_words(claiming: Claiming) -> None:
    found = await table(claiming, filter={"kinds": ["BADGE", "ITEM"]}, sort="NAME_ASC")
    assert names(found) == ["alpha", "Charlie coffee", "Echo"]
    found = await table(claiming, filter={"text": " coffee "}, sort="NAME_ASC", first=1)
    assert names(found) == ["Bravo coffee"]
    rest = await table(
        claiming, filter={"text": " coffee "}, sort="NAME_ASC", first=1, after=found["pageInfo"]["endCursor"]
    )
    assert names(rest) == ["Charlie coffee"]
    assert names(await table(claiming, filter={"text": "coffee", "kinds": ["COUPON"]})) == ["Bravo coffee"]
    assert names(await table(claiming, filter={"text": "coffee -bravo charlie"})) == []
    assert names(await table(claiming, filter={"kinds": []})) == []
    assert len(names(await table(claiming, filter={"text": " ", "kinds": None}))) == 6


async def test_a_bad_page_of_rewards_is_bad_user_input(claiming: Claiming) -> None:
    for variables in ({"first": 0}, {"first": 101}, {"after": "forged"}):
        answer = await claiming.rewards.graphql(operation("web/RewardsTable"), variables, token=claiming.operator)
        assert answer.codes == ["BAD_USER_INPUT"]


async def test_badges_are_paged_for_many_users_in_two_commands_and_seen_by_self_and_staff(
    claiming: Claiming, mongo: Mongo, commands: CommandLog
) -> None:
    rewards = [await claiming.reward(kind="badge", name=f"B{n}") for n in range(3)]
    badges = BadgeStore(mongo)
    for number, reward_id in enumerate(rewards):
        badge = BadgeReward(id=reward_id, name="", description="", image_url=None, version=1, created_at=NOON)
        grants = [Asked(f"{user}.r{number}", user) for user in ("us1", "us2")]
        at = NOON.replace(hour=number)
        await mongo.transaction(lambda session, b=badge, g=grants, at=at: badges.award(g, b, at, session))  # type: ignore[misc]
    both = [{"__typename": "User", "id": user} for user in ("us1", "us2")]
    with commands.recording() as sent:
        answer = await claiming.rewards.graphql(BADGES, {"of": both, "first": 2}, token=claiming.operator)
    assert sorted(name for _, name, _ in sent) == ["aggregate", "find"]
    for entity in answer.data["_entities"]:
        assert [edge["node"]["name"] for edge in entity["badges"]["edges"]] == ["B2", "B1"]
        assert entity["badges"]["edges"][0]["awardedAt"] == "2026-03-02T02:00:00.000Z"
        assert entity["badges"]["pageInfo"]["hasNextPage"] is True
    after = answer.data["_entities"][0]["badges"]["pageInfo"]["endCursor"]
    own = await claiming.rewards.graphql(BADGES, {"of": both, "after": after}, token=claiming.issuer.token("us1"))
    mine, other = own.data["_entities"]
    assert [edge["node"]["name"] for edge in mine["badges"]["edges"]] == ["B0"]
    assert other == {"badges": None}
