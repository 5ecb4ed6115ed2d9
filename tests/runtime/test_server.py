"""A whole service over a schema of its own: the gate, entities, errors, health, logs."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any, Self

import pytest
import strawberry
from strawberry.federation import type as federated
from strawberry.types import Info

from dataloaders import One
from subgraphs.runtime.app_factory import AppResources, Caller, build_app, build_resources
from subgraphs.runtime.auth.revocations import Revocations
from subgraphs.runtime.graphql.context import RequestContext
from subgraphs.runtime.graphql.permissions import Public, SignedIn, Staff, UserOnly, Visible, open_field
from subgraphs.runtime.graphql.schema import build_schema
from subgraphs.runtime.pagination.cursors import BadPage
from subgraphs.runtime.settings import ServiceSettings
from tests.fixtures.client import InProcess
from tests.fixtures.clock import FrozenClock
from tests.fixtures.issuer import Issuer

BATCHES: list[list[str]] = []


@dataclass
class ThingContext(RequestContext):
    things: One[str, str]


@federated(keys=["id"])
class Thing:
    id: strawberry.ID
    name: str = open_field()

    @strawberry.field(extensions=[Visible("admin", lambda viewer, _: viewer.has_any(["ADMIN"]))])  # type: ignore[list-item]
    def secret(self) -> str | None:
        return "hidden"

    @classmethod
    async def resolve_reference(cls, info: Info[ThingContext, None], id: strawberry.ID) -> Self | None:
        name = await info.context.things.load(id)
        return None if name is None else cls(id=id, name=name)


@strawberry.type
class Query:
    @strawberry.field(permission_classes=[Public])
    def anybody(self) -> str:
        return "hello"

    @strawberry.field(permission_classes=[SignedIn])
    def signed_in(self) -> str | None:
        return "hello"

    @strawberry.field(permission_classes=[Staff])
    def staff(self) -> str | None:
        return "hello"

    @strawberry.field(permission_classes=[UserOnly])
    def whoami(self, info: Info[ThingContext, None]) -> str | None:
        return info.context.identity.id

    @strawberry.field(permission_classes=[Public])
    async def broken(self) -> str | None:
        raise RuntimeError("mongodb://user:pw@10.0.0.1 exploded")

    @strawberry.field(permission_classes=[Public])
    def page(self) -> str | None:
        raise BadPage("first", "a page holds 1 to 100 rows")

    @strawberry.field(permission_classes=[Public])
    async def slow(self, header: str) -> str | None:
        await asyncio.sleep(0.01)
        return header


@strawberry.type
class Mutation:
    @strawberry.field(permission_classes=[Public])
    def act(self) -> str | None:
        return "done"


async def find(keys: Any) -> dict[str, str]:
    BATCHES.append(list(keys))
    return {key: key.upper() for key in keys if not key.startswith("no")}


@pytest.fixture
def parts(service_settings: dict[str, Any], clock: FrozenClock) -> AppResources:
    return build_resources("things", ServiceSettings(**service_settings), clock=clock)


@pytest.fixture
async def service(parts: AppResources, issuer: Issuer, nothing_revoked: Revocations) -> AsyncIterator[InProcess]:
    def make_context(caller: Caller) -> ThingContext:
        identity = caller.identity
        return ThingContext(identity, parts.clock, parts.cursors, parts.read_your_writes(identity), One(find))

    schema = build_schema(query=Query, mutation=Mutation, types=[Thing])
    app = build_app(parts, schema=schema, keys=issuer.keys, revocations=nothing_revoked, make_context=make_context)
    async with InProcess(app) as running:
        yield running


async def test_the_router_is_answered(service: InProcess) -> None:
    assert (await service.graphql("{ anybody }")).data == {"anybody": "hello"}


@pytest.mark.parametrize("secret", [None, "", "wrong", "the-router-secret-of-the-test"])
async def test_nobody_else_is_answered(service: InProcess, secret: str | None) -> None:
    headers = {} if secret is None else {"x-router-secret": secret}
    response = await service.http.post("/graphql", json={"query": "{ anybody }"}, headers=headers)
    assert response.status_code == 403
    assert response.json()["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    assert "data" not in response.json()


async def test_a_user_s_token_alone_opens_no_subgraph_and_a_service_s_does(service: InProcess, issuer: Issuer) -> None:
    for token, status in ((issuer.token("kr1", "ADMIN"), 403), (issuer.service_token(), 200)):
        headers = {"authorization": f"Bearer {token}"}
        response = await service.http.post("/graphql", json={"query": "{ anybody }"}, headers=headers)
        assert response.status_code == status


async def test_a_bad_token_is_refused_and_not_taken_for_nobody(service: InProcess) -> None:
    answer = await service.graphql("{ anybody }", token="abc.def.ghi")
    assert (answer.status, answer.codes) == (200, ["UNAUTHENTICATED"])
    direct = await service.http.post("/graphql", json={}, headers={"authorization": "Bearer abc.def.ghi"})
    assert direct.status_code == 401


async def test_a_permission_tells_a_stranger_from_a_caller_who_may_not(service: InProcess, issuer: Issuer) -> None:
    assert (await service.graphql("{ signedIn staff }")).codes == ["UNAUTHENTICATED", "UNAUTHENTICATED"]
    as_user = await service.graphql("{ signedIn staff whoami }", token=issuer.token("kr1"))
    assert as_user.partial == {"signedIn": "hello", "staff": None, "whoami": "kr1"}
    assert as_user.codes == ["FORBIDDEN"]
    as_service = await service.graphql("{ signedIn whoami }", token=issuer.service_token())
    assert as_service.codes == ["FORBIDDEN"]
    assert (await service.graphql("{ staff }", token=issuer.token("kr1", "AUDITOR"))).data == {"staff": "hello"}


async def test_a_fault_is_masked_with_an_id_that_the_log_carries(
    service: InProcess, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR):
        answer = await service.graphql("{ broken anybody }")
    assert answer.partial == {"broken": None, "anybody": "hello"}
    assert answer.codes == ["INTERNAL"]
    assert "10.0.0.1" not in str(answer.body)
    assert answer.errors[0]["path"] == ["broken"]
    assert len(answer.errors[0]["extensions"]["id"]) == 12


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("{ page }", "BAD_USER_INPUT"),
        ("{ nothing }", "GRAPHQL_VALIDATION_FAILED"),
        ("{ anybody", "GRAPHQL_PARSE_FAILED"),
        ("query Q($h: String!) { slow(header: $h) }", "BAD_USER_INPUT"),
    ],
)
async def test_a_bad_request_has_the_code_of_its_kind(service: InProcess, query: str, code: str) -> None:
    assert (await service.graphql(query)).codes == [code]


async def test_entities_of_a_type_are_one_batch_and_a_bad_one_spoils_only_itself(service: InProcess) -> None:
    BATCHES.clear()
    answer = await service.graphql.entities(
        [
            {"__typename": "Thing", "id": "a"},
            {"__typename": "Ghost", "id": "b"},
            {"__typename": "Thing"},
            {"__typename": "Thing", "id": {"x": 1}},
            {"id": "c"},
            {"__typename": "Thing", "id": "none"},
            {"__typename": "Query", "id": "q"},
            {"__typename": "Thing", "id": "d"},
        ],
        "... on Thing { id name }",
    )
    found = [entity and entity["name"] for entity in answer.partial["_entities"]]
    assert found == ["A", None, None, None, None, None, None, "D"]
    assert [error["path"] for error in answer.errors] == [["_entities", n] for n in (1, 2, 3, 4, 6)]
    assert set(answer.codes) == {"BAD_USER_INPUT"}
    assert BATCHES == [["a", "none", "d"]]


async def test_a_field_not_for_this_viewer_is_null_without_an_error(service: InProcess, issuer: Issuer) -> None:
    thing = [{"__typename": "Thing", "id": "a"}]
    to_user = await service.graphql.entities(thing, "... on Thing { secret }", token=issuer.token("kr1"))
    assert to_user.data["_entities"][0]["secret"] is None
    to_admin = await service.graphql.entities(thing, "... on Thing { secret }", token=issuer.token("kr1", "ADMIN"))
    assert to_admin.data["_entities"][0]["secret"] == "hidden"


async def test_parallel_requests_keep_their_answers_apart(service: InProcess) -> None:
    query = "query Slow($h: String!) { slow(header: $h) }"
    answers = await asyncio.gather(*(service.graphql(query, {"h": str(n)}) for n in range(50)))
    assert [answer.data["slow"] for answer in answers] == [str(n) for n in range(50)]


async def test_the_trace_id_comes_back_in_a_header(service: InProcess) -> None:
    traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    response = await service.http.get("/health/live", headers={"traceparent": traceparent})
    assert response.headers["x-trace-id"] == "0af7651916cd43dd8448eb211c80319c"


async def test_queries_go_by_get_and_mutations_do_not(service: InProcess) -> None:
    secret = {"x-router-secret": "the-router-secret-of-the-tests"}
    query = await service.http.get("/graphql", params={"query": "{ anybody }"}, headers=secret)
    assert query.json()["data"] == {"anybody": "hello"}
    mutation = await service.http.get("/graphql", params={"query": "mutation { act }"}, headers=secret)
    assert mutation.status_code in (400, 405)


async def test_readiness_follows_the_store_and_the_drain(service: InProcess, parts: AppResources) -> None:
    assert (await service.http.get("/health/ready")).status_code == 200
    parts.health.draining = True
    response = await service.http.get("/health/ready")
    assert (response.status_code, response.json()["status"]) == (503, "draining")
    assert (await service.http.get("/health/live")).status_code == 200


async def test_a_store_out_of_reach_makes_the_service_not_ready_without_saying_where(
    service_settings: dict[str, Any], issuer: Issuer, nothing_revoked: Revocations
) -> None:
    away = {**service_settings, "mongo_url": "mongodb://127.0.0.1:9", "mongo_timeout_seconds": 0.5}
    parts = build_resources("things", ServiceSettings(**away))
    schema = build_schema(query=Query, mutation=Mutation, types=[Thing])

    def make_context(caller: Caller) -> ThingContext:
        identity = caller.identity
        return ThingContext(identity, parts.clock, parts.cursors, parts.read_your_writes(identity), One(find))

    async with contextlib.AsyncExitStack() as stack:
        app = build_app(parts, schema=schema, keys=issuer.keys, revocations=nothing_revoked, make_context=make_context)
        running = await stack.enter_async_context(InProcess(app))
        response = await running.http.get("/health/ready")
    assert response.status_code == 503
    assert "127.0.0.1" not in response.text
