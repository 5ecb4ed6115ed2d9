"""The permission matrix, cell by cell: through the router as each kind of caller, against the table and the declarations."""

import json
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from motor.motor_asyncio import AsyncIOMotorClient

from deploy.generate.permissions import WORDS, Caller, Outcome, guarded_fields
from deploy.generate.schema import SUBGRAPHS
from subgraphs.runtime.auth.identity import ANONYMOUS, CallerKind, Identity, Privilege
from subgraphs.runtime.clients.tls import tls_context
from subgraphs.runtime.graphql import permissions
from tests.fixtures.client import Answer
from tests.fixtures.graph import Graph
from tests.stack import LocalStack
from tests.supergraph.fingerprint import Fingerprint
from tests.supergraph.permissions import MATRIX, WAYS, Row

ROWS = [row for rows in MATRIX.values() for row in rows]
READS = [row for row in ROWS if row.type != "Mutation" and row.path != "Event.eligibility"]
MUTATIONS = [row for row in ROWS if row.type == "Mutation"]
CELLS = [pytest.param(row, caller, id=f"{row.path} as {caller.name}") for row in ROWS for caller in Caller]
# Where a caller is let in and still finds nothing: nobody has no account, and a request is its owner's and the staff's.
NOTHING_THERE = {
    "Query.me": {Caller.ANONYMOUS, Caller.SERVICE},
    "Query.rewardRequest": {Caller.OTHER, Caller.SERVICE},
}
ROLES = {Caller.OPERATOR: "OPERATOR", Caller.AUDITOR: "AUDITOR", Caller.ADMIN: "ADMIN"}
DEMO = {
    Caller.OTHER: "krdemo0000000000000000",
    Caller.OPERATOR: "krdemo0000000000000001",
    Caller.AUDITOR: "krdemo0000000000000002",
    Caller.ADMIN: "krdemo0000000000000003",
}


@dataclass(frozen=True)
class Matrix:
    """What every cell came to, and whether the refused mutations left everything as it was."""

    cells: Mapping[tuple[str, Caller], str]
    refusals_changed_nothing: bool


@pytest.fixture(scope="session")
async def matrix(stack: LocalStack) -> AsyncIterator[Matrix]:
    """All cells, by a few requests a caller."""
    async with httpx.AsyncClient(verify=tls_context(), timeout=30) as http, Fingerprint(stack) as stored:
        graph = Graph(stack, http)
        session = await graph.registered(region="KR", timezone="Asia/Seoul")
        names = await objects(graph, session["user"]["id"])
        tokens: dict[Caller, str | None] = {
            Caller.ANONYMOUS: None,
            Caller.SELF: session["accessToken"],
            **{caller: graph.token(user, *filter(None, [ROLES.get(caller)])) for caller, user in DEMO.items()},
            Caller.SERVICE: stack.service_token,
        }
        cells: dict[tuple[str, Caller], str] = {}
        for caller, token in tokens.items():
            for kind in WAYS.keys() - {"Mutation"}:
                rows = [row for row in READS if row.type == kind]
                answer = await graph(query(rows, names), token=token)
                cells |= {(row.path, caller): outcome(answer, row) for row in rows}
            cells["Event.eligibility", caller] = await eligibility(graph, names, token)
        before = await stored.settled()
        for caller, token in tokens.items():
            refused = [row for row in MUTATIONS if row.outcome(caller) is not Outcome.ANSWERED]
            if refused:
                answer = await graph(query(refused, names), token=token)
                cells |= {(row.path, caller): outcome(answer, row) for row in refused}
        unchanged = await stored() == before
        for caller, token in tokens.items():
            let_in = [row for row in MUTATIONS if row.outcome(caller) is Outcome.ANSWERED]
            answer = await graph(query(let_in, names), token=token)
            cells |= {(row.path, caller): outcome(answer, row) for row in let_in}
        yield Matrix(cells, unchanged)


async def objects(graph: Graph, user_id: str) -> dict[str, str]:
    """The ids of one object of each type, with something in each of its fields; the user's own where it is somebody's."""
    event = await graph.active_event()
    offer_id = await graph.offer(event["id"], stockTotal=5, pointsBudget=1000)
    reward = (await graph(f'{{ rewardOffer(id: "{offer_id}") {{ reward {{ id }} }} }}')).data["rewardOffer"]["reward"]
    await graph.did_quest(user_id)
    request_id: str = (await graph.claim(offer_id, user_id, "matrix"))["request"]["id"]
    # As if somebody had decided it and said why.
    decided = {"history.0.from": "PENDING", "history.0.actorId": DEMO[Caller.OPERATOR], "history.0.reason": "said why"}
    client: AsyncIOMotorClient[dict[str, Any]] = AsyncIOMotorClient(graph.stack.mongo_url)
    await client["rewards"]["requests"].update_one({"userId": user_id, "_id": request_id}, {"$set": decided})
    client.close()
    return {
        "$user": user_id,
        "$event": event["id"],
        "$offer": offer_id,
        "$reward": reward["id"],
        "$request": request_id,
    }


def query(rows: list[Row], names: Mapping[str, str]) -> str:
    """One operation for fields of one type."""
    text = " ".join(f"{row.field}{row.rest}" for row in rows)
    for step in reversed(WAYS[rows[0].type]):
        text = f"{step} {{ {text} }}"
    for name, value in names.items():
        text = text.replace(name, json.dumps(value))
    return f"{'mutation' if rows[0].type == 'Mutation' else 'query'} Matrix {{ {text} }}"


def outcome(answer: Answer, row: Row) -> str:
    """What the row's field came to: an outcome, or the code of an error."""
    path = [*(step.split("(")[0] for step in WAYS[row.type]), row.field]
    for error in answer.errors:
        # A list's number stands in the path of what is in it.
        at = [name for name in error["path"] if isinstance(name, str)]
        if at == path[: len(at)]:
            code: str = error["extensions"]["code"]
            return code
    value = answer.partial
    for name in path:
        value = value[0] if isinstance(value, list) else value
        value = None if value is None else value[name]
    return Outcome.NULL if value is None else Outcome.ANSWERED


async def eligibility(graph: Graph, names: Mapping[str, str], token: str | None) -> str:
    """What the field that the router does not know comes to at the subgraph, asked for as the router would."""
    events = graph.subgraph("events", {"x-router-secret": graph.stack.router_secret})
    (row,) = [row for row in ROWS if row.path == "Event.eligibility"]
    asked = f"... on Event {{ {row.field}{row.rest} }}".replace("$user", json.dumps(names["$user"]))
    answer = await events.entities([{"__typename": "Event", "id": names["$event"]}], asked, token=token)
    if answer.codes:
        return answer.codes[0]
    return Outcome.ANSWERED if answer.data["_entities"][0]["eligibility"] == [{"satisfied": True}] else Outcome.NULL


@pytest.mark.parametrize(("row", "caller"), CELLS)
def test_a_cell_is_what_the_table_says(matrix: Matrix, row: Row, caller: Caller) -> None:
    assert matrix.cells[row.path, caller] == row.outcome(caller)


def test_the_refused_mutations_changed_nothing(matrix: Matrix) -> None:
    assert matrix.refusals_changed_nothing


async def test_nobody_finds_a_guarded_field_of_an_entity_past_the_queries_either(matrix: Matrix, graph: Graph) -> None:
    user = [{"__typename": "User", "id": DEMO[Caller.OTHER]}]
    for subgraph, rows in MATRIX.items():
        router = graph.subgraph(subgraph, {"x-router-secret": graph.stack.router_secret})
        fields = [row for row in rows if row.type == "User"]
        text = " ".join(f"{row.field}{row.rest}" for row in fields).replace("$event", '"evnone"')
        (found,) = (await router.entities(user, f"... on User {{ {text} }}")).data["_entities"]
        assert {found[row.field] for row in fields} == {None}, subgraph


@pytest.mark.parametrize("subgraph", SUBGRAPHS)
def test_the_table_covers_every_field_that_is_not_everybody_s_and_agrees_with_what_is_declared(subgraph: str) -> None:
    declared = {field.path: field for field in guarded_fields(subgraph)}
    table = {row.path: row for row in MATRIX[subgraph]}
    assert sorted(table) == sorted(declared)
    for path, row in table.items():
        for caller in Caller:
            expected = declared[path].outcome(caller)
            if caller in NOTHING_THERE.get(path, ()):
                expected = Outcome.NULL
            elif caller is Caller.ANONYMOUS and row.type in ("User", "RewardRequest", "RequestStep"):
                # Nobody is refused on every way to these.
                expected = Outcome.UNAUTHENTICATED
            assert row.outcome(caller) is expected, (path, caller)


def identities() -> Iterator[tuple[Caller, Identity]]:
    yield Caller.ANONYMOUS, ANONYMOUS
    yield Caller.OTHER, Identity(CallerKind.USER, "kr1", frozenset({Privilege.USER}))
    for caller, role in ROLES.items():
        yield caller, Identity(CallerKind.USER, "kr1", frozenset({Privilege.USER, Privilege(role)}))
    yield Caller.SERVICE, Identity(CallerKind.SERVICE, "svc:shop")


def test_a_permission_allows_whom_its_name_says() -> None:
    rules = [
        rule for rule in vars(permissions).values() if isinstance(rule, type) and issubclass(rule, permissions.Access)
    ]
    assert len(rules) > 5
    for rule in rules:
        if rule is not permissions.Access:
            said = {caller for word in rule.name.split(", ") for caller in WORDS[word]}
            assert {caller for caller, identity in identities() if rule.allows(identity)} == said - {Caller.SELF}, rule
