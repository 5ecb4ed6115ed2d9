"""The parts of the cache by themselves: records, what is kept, the breaker, and raises that are owed."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import strawberry
from hypothesis import given
from hypothesis import strategies as st

from subgraphs.runtime.cache import Policy, Scope
from subgraphs.runtime.cache.generations import MAX_OWED, Generations
from subgraphs.runtime.cache.global_tag import EVERYTHING
from subgraphs.runtime.cache.local_cache import LocalCache
from subgraphs.runtime.cache.policy import key_of
from subgraphs.runtime.cache.record import MAX_BYTES, MIN_COMPRESSED_BYTES, Record, pack, unpack
from subgraphs.runtime.cache.redis_access import RedisAccess
from subgraphs.runtime.graphql.cached import Cached, Codec, canonical
from subgraphs.runtime.graphql.permissions import staff_only
from subgraphs.runtime.redis.circuit_breaker import FAULTS_TO_OPEN, MAX_OPEN_SECONDS, PROBE_SECONDS, CircuitBreaker
from subgraphs.runtime.redis.pipeline import Command, RedisUnavailable, Reply
from tests.events.factories import NOON

RECORD = Record((b"g1", b"g2"), NOON, NOON + timedelta(seconds=5), NOON + timedelta(seconds=9), None)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.text(),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text().filter(lambda t: "\0" not in t), inner, max_size=4)
    ),
)


@given(JSON)
def test_a_record_comes_back_as_it_was(value: Any) -> None:
    packed = pack(RECORD, value)
    assert packed is not None
    assert unpack(packed) == replace(RECORD, value=value)


def test_a_large_record_is_compressed_and_one_too_large_is_none() -> None:
    packed = pack(RECORD, "x" * 10 * MIN_COMPRESSED_BYTES)
    assert packed is not None and len(packed) < MIN_COMPRESSED_BYTES
    assert unpack(packed) == replace(RECORD, value="x" * 10 * MIN_COMPRESSED_BYTES)
    assert pack(RECORD, bytes(range(256)) * (MAX_BYTES // 64)) is not None
    assert pack(RECORD, 2**64) is None


@given(st.binary(max_size=60))
def test_what_cannot_be_read_is_no_record(packed: bytes) -> None:
    assert unpack(packed) is None


def test_the_least_recently_used_is_dropped_by_number_and_by_size() -> None:
    kept = LocalCache(most=2, most_bytes=100)
    for key in ("a", "b"):
        kept.put(key, RECORD, 10)
    kept.get("a")
    kept.put("c", RECORD, 10)
    assert [kept.get(key) is not None for key in "abc"] == [True, False, True]
    kept.put("d", RECORD, 95)
    assert (len(kept), kept.get("d")) == (1, RECORD)
    kept.put("e", RECORD, 101)
    assert len(kept) == 0


class Time:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_the_breaker_opens_after_faults_in_a_row_probes_alone_and_closes_by_one_success() -> None:
    time = Time()
    breaker = CircuitBreaker(monotonic=time)
    for _ in range(FAULTS_TO_OPEN - 1):
        breaker.failed()
    breaker.succeeded()
    for _ in range(FAULTS_TO_OPEN):
        assert breaker.is_closed and breaker.allows()
        breaker.failed()
    assert (breaker.state, breaker.allows()) == ("open", False)
    time.now += MAX_OPEN_SECONDS
    assert breaker.state == "half-open"
    assert [breaker.allows() for _ in range(3)] == [True, False, False]
    breaker.failed()
    assert not breaker.allows()
    time.now += MAX_OPEN_SECONDS
    assert breaker.allows()
    # The probe was never heard of again.
    time.now += PROBE_SECONDS
    assert breaker.allows()
    breaker.succeeded()
    assert (breaker.state, breaker.allows()) == ("closed", True)


class SwitchedWire:
    """Answers everything with 1, or is away."""

    def __init__(self) -> None:
        self.is_away = False
        self.sent: list[Command] = []

    async def run(self, commands: Sequence[Command], *, seconds: float = 0, insist: bool = False) -> Reply:
        if self.is_away:
            raise RedisUnavailable("away")
        self.sent += commands
        return Reply(["run"] * len(commands), [1] * len(commands))

    async def close(self) -> None:
        pass


async def test_too_many_raises_to_remember_are_told_as_one_of_everything() -> None:
    pipeline = SwitchedWire()
    generations = Generations(RedisAccess(pipeline, "db"))
    pipeline.is_away = True
    await generations.invalidate(f"T:{number}" for number in range(MAX_OWED + 1))
    with pytest.raises(RedisUnavailable):
        await generations.settle()
    pipeline.is_away = False
    assert not await generations.settle()
    assert pipeline.sent == [("UNLINK", f"g:db:{EVERYTHING}")]
    await generations.close()


async def test_a_raise_of_a_caller_who_gives_up_is_still_owed() -> None:
    class Hanging(SwitchedWire):
        async def run(self, commands: Sequence[Command], *, seconds: float = 0, insist: bool = False) -> Reply:
            if self.is_away:
                await asyncio.Event().wait()
            return await super().run(commands, seconds=seconds, insist=insist)

    pipeline = Hanging()
    generations = Generations(RedisAccess(pipeline, "db"))
    pipeline.is_away = True
    raising = asyncio.ensure_future(generations.invalidate(["T"]))
    await asyncio.sleep(0)
    raising.cancel()
    await asyncio.gather(raising, return_exceptions=True)
    pipeline.is_away = False
    assert not await generations.settle()
    assert ("UNLINK", "g:db:T") in pipeline.sent
    await generations.close()


PLAIN: Codec[Any, Any] = Codec(take=lambda v: v, dump=lambda v: v, load=lambda v: v, bind=lambda v, _, __: v)


@pytest.mark.parametrize("wrong", [{"ttl": 0}, {"ttl": -1}, {"tags": ()}])
def test_a_field_without_a_ttl_or_tags_is_refused_where_it_is_declared(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError):
        Cached(**{"ttl": 1, "scope": Scope.PUBLIC, "tags": ("T",), "codec": PLAIN, **wrong})
    with pytest.raises(TypeError):
        Cached(scope=Scope.PUBLIC, tags=("T",), codec=PLAIN)  # type: ignore[call-arg]


def test_who_may_see_a_field_is_asked_before_the_cache_or_the_schema_is_refused() -> None:
    cached = Cached(ttl=1, scope=Scope.PUBLIC, tags=("T",), codec=PLAIN)

    @strawberry.type
    class Query:
        @strawberry.field(extensions=[staff_only(), cached])
        async def secret(self) -> str | None:
            return None

    with pytest.raises(TypeError, match="Visible stands after Cached"):
        strawberry.Schema(query=Query).as_str()


def test_arguments_that_mean_the_same_make_one_key_and_others_make_others() -> None:
    policy: Policy[int] = Policy("F", ttl=1, scope=Scope.PUBLIC, tags=("T",), dump=int, load=int)

    def key(**arguments: Any) -> str:
        return key_of("db", "1", policy, "id", canonical(arguments), "all")

    assert key(a=1, b=strawberry.UNSET) == key(a=1)
    assert key(a=1, b=2) == key(b=2, a=1)
    assert len({key(a=1), key(a=2), key(a="1"), key(a=None), key(), key(b=1), key(a=[1])}) == 7
