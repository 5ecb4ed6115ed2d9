"""Transactions, the audit chain, idempotency and the outbox against a real MongoDB."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest
from pymongo.errors import DuplicateKeyError

from subgraphs.runtime.audit import AUDIT, Change, append, breaches
from subgraphs.runtime.idempotency import IDEMPOTENCY, Call, fingerprint_of, run_once
from subgraphs.runtime.messaging.broker import InProcessBroker
from subgraphs.runtime.messaging.outbox import INBOX, OUTBOX, Message, Relay, already_handled, enqueue, new_message
from subgraphs.runtime.mongo import Document, Mongo, Session, ensure_collections
from subgraphs.runtime.results import IdempotencyConflict

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
COLLECTIONS = (AUDIT, IDEMPOTENCY, OUTBOX, INBOX)


@pytest.fixture
async def store(mongo: Mongo) -> Mongo:
    await ensure_collections(mongo.write, COLLECTIONS)
    return mongo


async def test_making_the_collections_again_changes_nothing(store: Mongo) -> None:
    before = await store.write[AUDIT.name].index_information()
    await ensure_collections(store.write, COLLECTIONS)
    assert await store.write[AUDIT.name].index_information() == before


async def test_a_transaction_that_raises_leaves_nothing(store: Mongo) -> None:
    async def work(session: Session) -> None:
        await store.write["things"].insert_one({"_id": 1}, session=session)
        raise ValueError("changed my mind")

    with pytest.raises(ValueError, match="changed my mind"):
        await store.transaction(work)
    assert await store.write["things"].count_documents({}) == 0


async def test_transactions_that_conflict_are_tried_again_until_each_is_done(store: Mongo) -> None:
    await store.write["counter"].insert_one({"_id": "c", "value": 0})

    async def work(session: Session) -> None:
        found = await store.write["counter"].find_one({"_id": "c"}, session=session)
        assert found is not None
        await store.write["counter"].update_one({"_id": "c"}, {"$set": {"value": found["value"] + 1}}, session=session)

    await asyncio.gather(*(store.transaction(work, seconds=30) for _ in range(12)))
    found = await store.write["counter"].find_one({"_id": "c"})
    assert found == {"_id": "c", "value": 12}


async def test_the_audit_chain_is_gap_free_under_parallel_writes_and_shows_a_change(store: Mongo) -> None:
    await store.write["subject"].insert_one({"_id": "s", "version": 0})

    async def work(number: int) -> None:
        async def change(session: Session) -> None:
            await store.write["subject"].update_one({"_id": "s"}, {"$inc": {"version": 1}}, session=session)
            entry = Change("s", "subject.updated", NOW, "kr1", before={"n": number}, after={"at": NOW})
            await append(store, entry, session)

        await store.transaction(change, seconds=30)

    await asyncio.gather(*(work(number) for number in range(10)))
    audit = store.write[AUDIT.name]
    assert [row["seq"] async for row in audit.find({}, sort=[("seq", 1)])] == list(range(1, 11))
    assert await breaches(audit, "s") == []
    await audit.update_one({"subjectId": "s", "seq": 4}, {"$set": {"before": {"n": 99}}})
    assert await breaches(audit, "s") == [4]
    await audit.delete_one({"subjectId": "s", "seq": 7})
    assert await breaches(audit, "s") == [4, 8]


def call(key: str = "k", **arguments: Any) -> Call:
    return Call("kr1", key, "Mutation.make", fingerprint_of(arguments), NOW)


def making(store: Mongo, name: str) -> Any:
    async def work(session: Session) -> tuple[str, Document]:
        await store.write["made"].insert_one({"name": name}, session=session)
        return name, {"name": name}

    return work


async def test_one_key_has_one_effect_however_many_ask_at_once(store: Mongo) -> None:
    answers = await asyncio.gather(*(run_once(store, call(a=1), making(store, "x")) for _ in range(20)))
    assert await store.write["made"].count_documents({}) == 1
    assert sorted(map(str, answers)) == sorted(["x"] + ["{'name': 'x'}"] * 19)


async def test_a_key_with_other_arguments_is_refused_and_changes_nothing(store: Mongo) -> None:
    await run_once(store, call(a=1), making(store, "x"))
    assert await run_once(store, call(a=2), making(store, "y")) == IdempotencyConflict()
    assert await store.write["made"].count_documents({}) == 1


async def test_a_call_that_fails_is_not_remembered(store: Mongo) -> None:
    async def failing(session: Session) -> tuple[str, Document]:
        raise ValueError

    with pytest.raises(ValueError):
        await run_once(store, call(), failing)
    assert await run_once(store, call(), making(store, "x")) == "x"


async def test_a_duplicate_that_is_not_the_key_is_the_caller_s_matter(store: Mongo) -> None:
    await store.write["unique"].insert_one({"_id": 1})

    async def clashing(session: Session) -> tuple[str, Document]:
        await store.write["unique"].insert_one({"_id": 1}, session=session)
        return "never", {}

    with pytest.raises(DuplicateKeyError):
        await run_once(store, call(), clashing)


def test_the_fingerprint_tells_arguments_apart_and_not_their_order() -> None:
    assert fingerprint_of({"a": 1, "b": [1, None]}) == fingerprint_of({"b": [1, None], "a": 1})
    assert fingerprint_of({"a": 1}) != fingerprint_of({"a": "1"})


async def posting(store: Mongo, *messages: Message) -> None:
    async def work(session: Session) -> None:
        await enqueue(store, messages, session)

    await store.transaction(work)


async def test_the_relay_hands_over_in_order_and_empties_the_outbox(store: Mongo) -> None:
    got: list[Message] = []
    broker = InProcessBroker()

    async def handler(received: Message) -> None:
        got.append(received)

    broker.subscribe("t", handler)
    sent = [new_message("t", "kr1", {"n": n, "at": NOW}, NOW.replace(second=n)) for n in range(5)]
    await posting(store, *reversed(sent))
    await posting(store, new_message("nobody-listens", "kr1", {}, NOW))
    assert await Relay(store, broker).drain() == 6
    assert got == sent
    assert await store.write[OUTBOX.name].count_documents({}) == 0


async def test_a_message_that_fails_waits_with_the_later_ones_of_its_key_and_stops_no_other(store: Mongo) -> None:
    got: list[str] = []
    broken = True
    broker = InProcessBroker()

    async def handler(received: Message) -> None:
        if broken and received.payload["n"] == 0 and received.key == "kr1":
            raise RuntimeError("poison")
        got.append(f"{received.key}:{received.payload['n']}")

    broker.subscribe("t", handler)
    for n in range(2):
        for key in ("kr1", "us1"):
            await posting(store, new_message("t", key, {"n": n}, NOW.replace(second=n)))
    relay = Relay(store, broker)
    assert await relay.drain() == 2
    assert got == ["us1:0", "us1:1"]
    broken = False
    assert await relay.drain() == 2
    assert got[2:] == ["kr1:0", "kr1:1"]


async def test_a_message_handled_is_recognised_when_it_comes_again(store: Mongo) -> None:
    answers: list[bool] = []

    async def work(session: Session) -> None:
        answers.append(await already_handled(store, "m1", NOW, session))

    await store.transaction(work)
    await store.transaction(work)
    assert answers == [False, True]


async def test_a_message_is_lost_with_its_change(store: Mongo) -> None:
    async def work(session: Session) -> None:
        await enqueue(store, [new_message("t", "kr1", {}, NOW)], session)
        raise ValueError

    with pytest.raises(ValueError):
        await store.transaction(work)
    assert await store.write[OUTBOX.name].count_documents({}) == 0
