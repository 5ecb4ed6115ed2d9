"""How often one viewer may call: refused at the top level, told to Redis by many at once."""

import asyncio
import secrets
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
import strawberry

from subgraphs.runtime import results
from subgraphs.runtime.app_factory import Caller, build_app, build_resources
from subgraphs.runtime.auth.revocations import Revocations
from subgraphs.runtime.graphql.context import RequestContext
from subgraphs.runtime.graphql.operation_limits import OperationLimits
from subgraphs.runtime.graphql.permissions import Public
from subgraphs.runtime.graphql.refusals import RateLimited
from subgraphs.runtime.graphql.scalars import parse_instant
from subgraphs.runtime.graphql.schema import build_schema
from subgraphs.runtime.rate_limits import Rate, RateLimiter
from subgraphs.runtime.redis import RedisClient, connect_redis
from subgraphs.runtime.settings import ServiceSettings
from tests.fixtures.client import InProcess
from tests.fixtures.clock import FrozenClock
from tests.fixtures.issuer import Issuer

RUN: list[str] = []


@strawberry.type
class Done:
    ok: bool = True


@strawberry.type
class Query:
    @strawberry.field(permission_classes=[Public])
    def first(self) -> str | None:
        RUN.append("first")
        return "done"


@strawberry.type
class Mutation:
    @strawberry.field(permission_classes=[Public])
    def act(self) -> str | None:
        RUN.append("act")
        return "done"

    @strawberry.field(permission_classes=[Public])
    def counted(self) -> Done | RateLimited:
        return Done()


@pytest.fixture
async def service(
    service_settings: dict[str, Any], clock: FrozenClock, issuer: Issuer, nothing_revoked: Revocations
) -> AsyncIterator[InProcess]:
    """Three calls of an operation a minute, and eight of all."""
    limits: dict[str, Any] = {"operation_limit": "3/60", "viewer_limit": "8/60", "trusted_proxies": 1}
    parts = build_resources("limited", ServiceSettings(**{**service_settings, **limits}), clock=clock)

    def make_context(caller: Caller) -> RequestContext:
        return RequestContext(caller.identity, parts.clock, parts.cursors, parts.read_your_writes(caller.identity))

    schema = build_schema(query=Query, mutation=Mutation, types=[Done, RateLimited])
    app = build_app(parts, schema=schema, keys=issuer.keys, revocations=nothing_revoked, make_context=make_context)
    RUN.clear()
    async with InProcess(app) as running:
        yield running


@pytest.fixture
def token(issuer: Issuer) -> str:
    return issuer.token(f"kr{secrets.token_hex(10)}")


async def test_one_call_too_many_is_an_error_of_each_field_and_runs_nothing(
    service: InProcess, clock: FrozenClock, token: str
) -> None:
    query = "query Shown__limited__0 { first again: first }"
    for _ in range(3):
        assert (await service.graphql(query, token=token)).data == {"first": "done", "again": "done"}
    RUN.clear()
    refused = await service.graphql(query.replace("__0", "__1"), token=token)
    assert refused.codes == ["RATE_LIMITED"] * 2
    assert [error["path"] for error in refused.errors] == [["first"], ["again"]]
    assert refused.partial is None
    assert RUN == []
    retry_at = parse_instant(refused.errors[0]["extensions"]["retryAt"])
    assert timedelta(0) < retry_at - clock.now() <= timedelta(seconds=20, milliseconds=2)
    # Another operation, and who is nobody, are counted apart.
    assert (await service.graphql("query Other { first }", token=token)).data == {"first": "done"}
    assert (await service.graphql(query)).data["first"] == "done"
    clock.set(retry_at)
    assert (await service.graphql(query, token=token)).data["first"] == "done"


async def test_other_names_for_the_same_do_not_get_a_viewer_past_the_limit_of_all(
    service: InProcess, token: str
) -> None:
    for number in range(8):
        assert (await service.graphql(f"query Q{number} {{ first }}", token=token)).data == {"first": "done"}
    for text in ("query Q9 { first }", "mutation M { act }"):
        RUN.clear()
        assert (await service.graphql(text, token=token)).codes == ["RATE_LIMITED"]
        assert RUN == []


async def test_what_is_asked_for_in_fragments_is_counted_and_refused_as_well(service: InProcess, token: str) -> None:
    for text in (
        "query F { ...Part } fragment Part on Query { first }",
        "mutation F { ...Part } fragment Part on Mutation { act }",
        "mutation G { counted { __typename } ... on Mutation { act } }",
    ):
        codes = [(await service.graphql(text, token=token)).codes for _ in range(4)]
        assert codes[-1][:1] == ["RATE_LIMITED"]


async def test_a_mutation_that_counts_for_itself_a_service_and_nobody_from_nowhere_are_not_counted(
    service: InProcess, issuer: Issuer, token: str
) -> None:
    trusted = issuer.service_token()
    for _ in range(9):
        assert (await service.graphql("mutation { counted { __typename } }", token=token)).data
        assert (await service.graphql("{ first }", token=trusted)).data
        assert (await service.graphql("{ first }")).data


async def test_nobody_is_counted_by_the_address_that_a_trusted_proxy_tells(service: InProcess) -> None:
    for address, codes in (("203.0.113.7", []), ("203.0.113.7", ["RATE_LIMITED"]), ("203.0.113.8", [])):
        for _ in range(3 if not codes else 1):
            answer = await service.graphql("{ first }", headers={"x-forwarded-for": address})
            assert answer.codes == codes


class Told(RateLimiter):
    """Remembers how many calls each telling was of."""

    def __init__(self, redis: RedisClient, clock: FrozenClock) -> None:
        super().__init__(redis, clock)
        self.calls: list[int] = []

    async def take(self, name: str, rate: Rate, subject: str, *, calls: int = 1) -> results.RateLimited | None:
        self.calls.append(calls)
        return await super().take(name, rate, subject, calls=calls)


@pytest.mark.parametrize("away", [False, True])
async def test_of_many_calls_at_once_a_rate_s_worth_passes_and_one_in_twenty_asks_redis(
    redis_url: str, clock: FrozenClock, away: bool
) -> None:
    redis = connect_redis("redis://127.0.0.1:9" if away else redis_url, timeout_seconds=5)
    told = Told(redis, clock)
    take = OperationLimits(told, clock, operation=Rate(600, 60), viewer=Rate(100_000, 60)).of(secrets.token_hex(8))
    for wait, passes in ((0, 600), (0, 0), (120_000, 600), (100, 1), (0, 0)):
        clock.advance(milliseconds=wait)
        answers = await asyncio.gather(*(take("Q") for _ in range(2000)))
        assert answers.count(None) == passes
    assert set(told.calls) <= {20, 21}
    assert 60 <= len(told.calls) <= 62
    await redis.aclose()


async def test_two_processes_let_through_what_one_does_and_at_most_what_they_have_not_told(
    redis_url: str, clock: FrozenClock
) -> None:
    subject = secrets.token_hex(8)
    clients = [connect_redis(redis_url, timeout_seconds=5) for _ in range(2)]
    both = [
        OperationLimits(RateLimiter(redis, clock), clock, operation=Rate(600, 60), viewer=Rate(100_000, 60)).of(subject)
        for redis in clients
    ]
    passed = 0
    for number in range(1400):
        passed += await both[number % 2]("Q") is None
    assert 600 <= passed <= 600 + 2 * 19
    # Whoever is refused is so without a question until the instant that was told.
    refused = await both[0]("Q")
    assert refused is not None
    clock.set(refused)
    assert await both[0]("Q") is None
    for redis in clients:
        await redis.aclose()
