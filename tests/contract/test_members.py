"""Every member of every union: reached by some test, in the subgraphs or through the router."""

from collections.abc import Iterator
from itertools import groupby

import pytest

from tests.fixtures import members
from tests.fixtures.members import REACHED, declared, note_answer
from tests.fixtures.records import is_whole


@pytest.fixture
def reached(monkeypatch: pytest.MonkeyPatch) -> Iterator[set[str]]:
    """Nothing yet."""
    found: set[str] = set()
    monkeypatch.setattr(members, "REACHED", found)
    yield found


def test_a_member_is_seen_under_an_alias_in_a_fragment_and_in_a_list(reached: set[str]) -> None:
    query = """query { me { ...Told } } fragment Told on User { all: notifications { nodes: edges { one: node {
        subject { __typename ... on Event { id } } } } } }"""
    edges = [{"one": {"subject": {"__typename": "Event", "id": "ev1"}}}, {"one": {"subject": None}}]
    note_answer(query, {"data": {"me": {"all": {"nodes": edges}}}})
    assert reached == {"NotificationSubject.Event"}
    note_answer("mutation { gone: claimReward { __typename } }", {"data": {"gone": {"__typename": "OutOfStock"}}})
    assert reached == {"NotificationSubject.Event", "ClaimRewardResult.OutOfStock"}


def test_what_is_no_answer_reaches_nothing(reached: set[str]) -> None:
    note_answer("mutation {", {"data": {"claimReward": {"__typename": "OutOfStock"}}})
    note_answer("mutation { claimReward { __typename } }", {"data": None})
    note_answer("mutation { claimReward { __typename } }", [])
    note_answer("mutation { claimReward { __typename } }", {"data": {"claimReward": None}})
    assert reached == set()


@pytest.mark.last
@pytest.mark.servers
def test_every_member_of_every_union_was_reached(request: pytest.FixtureRequest) -> None:
    if not is_whole(request.config):
        pytest.skip("only some of the tests were asked for")
    assert len(declared()) > 100
    missing = groupby(sorted(declared() - REACHED), lambda member: member.split(".")[0])
    assert [f"{union}: {', '.join(name.split('.')[1] for name in names)}" for union, names in missing] == []
