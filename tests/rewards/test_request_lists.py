"""Everybody's requests, for staff: by user, event, offer, status and time; over indexes, paged both ways."""

from datetime import timedelta
from typing import Any

import pytest

from subgraphs.rewards.model.request_status import RequestStatus
from subgraphs.rewards.store.request_lists import SORTS, RequestQuery, index_for, query_filter
from subgraphs.rewards.store.requests import REQUESTS
from subgraphs.runtime.mongo import Mongo
from subgraphs.runtime.pagination.cursors import PageBounds, keyset_filter, keyset_sort
from tests.fixtures.clock import FrozenClock
from tests.fixtures.commands import CommandLog
from tests.fixtures.graph import operation
from tests.rewards.claiming import Claiming

LIST = """query L($filter: RewardRequestFilter, $sort: RewardRequestSort! = CREATED_AT_DESC, $first: Int, $after: String) {
  rewardRequests(filter: $filter, sort: $sort, first: $first, after: $after) { totalCount
    edges { node { id user { id } reward { name } offer { id } } } pageInfo { hasNextPage endCursor } } }"""
START = FrozenClock().now()
DISTINCT = [
    RequestQuery(),
    RequestQuery(statuses=(RequestStatus.FULFILLED,)),
    RequestQuery(statuses=(RequestStatus.FULFILLED, RequestStatus.REJECTED)),
    RequestQuery(offer_id="ev1.x"),
    RequestQuery(event_id="ev1", statuses=(RequestStatus.PENDING,)),
    RequestQuery(statuses=(RequestStatus.PENDING,), created_from=START, created_before=START + timedelta(days=1)),
]


async def listed(claiming: Claiming, **variables: Any) -> dict[str, Any]:
    answer = await claiming.rewards.graphql(LIST, variables, token=claiming.operator)
    found: dict[str, Any] = answer.data["rewardRequests"]
    return found


def users(page: dict[str, Any]) -> list[str]:
    return [edge["node"]["user"]["id"] for edge in page["edges"]]


async def test_staff_see_what_they_ask_for_and_page_through_it(claiming: Claiming, commands: CommandLog) -> None:
    offers = [await claiming.offer(), await claiming.offer()]
    for number in range(6):
        claiming.clock.advance(minutes=1)
        await claiming.claim(offers[number % 2], f"us{number}")
    everything = ["us5", "us4", "us3", "us2", "us1", "us0"]
    with commands.recording() as sent:
        page = await listed(claiming)
    assert (users(page), page["totalCount"]) == (everything, 6)
    assert sorted(name for _, name, _ in sent) == ["aggregate", "find", "find", "find"]
    first = await listed(claiming, first=4)
    rest = await listed(claiming, first=4, after=first["pageInfo"]["endCursor"])
    assert users(first) + users(rest) == everything
    assert users(await listed(claiming, sort="CREATED_AT_ASC")) == everything[::-1]
    assert users(await listed(claiming, filter={"offerId": offers[1]})) == ["us5", "us3", "us1"]
    assert users(await listed(claiming, filter={"userId": "us2"})) == ["us2"]
    assert users(await listed(claiming, filter={"eventId": "ev1", "statuses": ["FULFILLED"]})) == everything
    assert users(await listed(claiming, filter={"eventId": "ev2"})) == []
    assert users(await listed(claiming, filter={"statuses": ["PENDING", "REJECTED"]})) == []
    assert users(await listed(claiming, filter={"statuses": []})) == []
    since = (START + timedelta(minutes=5)).isoformat()
    assert users(await listed(claiming, filter={"createdFrom": since})) == ["us5", "us4"]
    assert users(await listed(claiming, filter={"createdBefore": since})) == ["us3", "us2", "us1", "us0"]


async def test_the_list_is_for_staff_alone(claiming: Claiming) -> None:
    await claiming.claim(await claiming.offer(), "us1")
    for token, code in ((None, "UNAUTHENTICATED"), (claiming.issuer.token("us1"), "FORBIDDEN")):
        answer = await claiming.rewards.graphql(LIST, {}, token=token)
        assert (answer.codes, answer.partial) == ([code], {"rewardRequests": None})
    auditor = claiming.issuer.token("kr-auditor", "AUDITOR")
    answer = await claiming.rewards.graphql(LIST, {}, token=auditor)
    assert users(answer.data["rewardRequests"]) == ["us1"]


@pytest.mark.parametrize("user_id", [None, "us1"])
@pytest.mark.parametrize("query", DISTINCT, ids=range(len(DISTINCT)))
async def test_every_list_walks_an_index_in_order_and_sorts_nothing(
    claiming: Claiming, mongo: Mongo, query: RequestQuery, user_id: str | None
) -> None:
    declared = {index.name for index in REQUESTS.indexes}
    base = query_filter(query, START) | ({} if user_id is None else {"userId": user_id})
    for sort in SORTS.values():
        for after in (None, (START, "us1.x")):
            bounds = PageBounds(20, backward=False, after=after, before=None)
            hint = index_for(user_id, query)
            assert hint in declared
            found = {
                "find": "requests",
                "filter": keyset_filter(base, sort, bounds),
                "sort": dict(keyset_sort(sort, bounds)),
                "hint": hint,
            }
            explained = await mongo.write.command({"explain": found, "verbosity": "queryPlanner"})
            stages = stages_of(explained["queryPlanner"]["winningPlan"])
            assert "IXSCAN" in stages
            assert not {"SORT", "COLLSCAN"} & set(stages), stages


def stages_of(plan: dict[str, Any]) -> list[str]:
    below = [plan["inputStage"]] if "inputStage" in plan else plan.get("inputStages", [])
    return [plan["stage"], *(stage for inner in below for stage in stages_of(inner))]


async def test_operations_of_the_back_office_read_it_too(claiming: Claiming) -> None:
    offer_id = await claiming.offer()
    await claiming.claim(offer_id, "us1")
    text = operation("web/RequestsTable").replace("displayName", "").replace("event { id name }", "event { id }")
    answer = await claiming.rewards.graphql(text, {"filter": {"offerId": offer_id}}, token=claiming.operator)
    (node,) = [edge["node"] for edge in answer.data["rewardRequests"]["edges"]]
    assert (node["status"], node["history"][0]["to"]) == ("FULFILLED", "FULFILLED")
