"""Sharding from the declaration. No mongos is to be had without root, so the commands go to one that writes them down and
holds MongoDB's own rules against them; the refusal of a mongod is asked of a real one.
"""

import os
import subprocess
import sys
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deploy.local.stack import ROOT
from deploy.mongo.indexes import DECLARED
from deploy.mongo.shard import WrongKey, is_placed, shard
from subgraphs.runtime.mongo import Collection, Document, Index, fits_shard_key

REGIONS = {"kr": ["a"], "zz": ["a", "b"]}


class Recording:
    """A cluster that notes what it is told, and does of it what later calls can see."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, Document]] = []
        self.keys: dict[str, Mapping[str, Any]] = {}

    async def run(self, database: str, command: Document) -> None:
        self.sent.append((database, command))
        if "shardCollection" in command:
            self.keys[command["shardCollection"]] = command["key"]

    async def key_of(self, namespace: str) -> Mapping[str, Any] | None:
        return self.keys.get(namespace)

    def of(self, name: str) -> list[Document]:
        return [command for _, command in self.sent if name in command]


async def test_each_declared_key_becomes_one_call_after_its_index_and_its_ranges() -> None:
    cluster = Recording()
    await shard(cluster, DECLARED, REGIONS)
    declared = {f"{db}.{c.name}": dict(c.shard_key) for db, all_of in DECLARED.items() for c in all_of if c.shard_key}
    assert {command["shardCollection"]: command["key"] for command in cluster.of("shardCollection")} == declared
    assert declared["events.events"] == {"_id": "hashed"}
    assert declared["rewards.codes"] == {"rewardId": 1, "code": 1}
    assert "rewards.rewards" not in declared
    assert [command["enableSharding"] for command in cluster.of("enableSharding")] == ["users", "events", "rewards"]
    told = [command for _, command in cluster.sent]
    sharded = told.index({"shardCollection": "rewards.requests", "key": {"userId": 1}})
    assert told[sharded - 3 : sharded] == [
        {"updateZoneKeyRange": "rewards.requests", "min": {"userId": "kr"}, "max": {"userId": "ks"}, "zone": "kr"},
        {"updateZoneKeyRange": "rewards.requests", "min": {"userId": "zz"}, "max": {"userId": "z{"}, "zone": "zz"},
        {"createIndexes": "requests", "indexes": [{"key": {"userId": 1}, "name": "userId_1"}]},
    ]
    assert cluster.of("addShardToZone") == [
        {"addShardToZone": "a", "zone": "kr"},
        {"addShardToZone": "a", "zone": "zz"},
        {"addShardToZone": "b", "zone": "zz"},
    ]


async def test_doing_it_again_shards_nothing_and_a_new_region_gets_its_ranges() -> None:
    cluster = Recording()
    await shard(cluster, DECLARED, {})
    assert cluster.of("updateZoneKeyRange") == []
    cluster.sent.clear()
    await shard(cluster, DECLARED, {"kr": ["a"]})
    assert cluster.of("shardCollection") == cluster.of("createIndexes") == []
    placed = sum(is_placed(declared) for all_of in DECLARED.values() for declared in all_of)
    assert len(cluster.of("updateZoneKeyRange")) == placed


async def test_another_key_than_the_declared_one_is_told_and_left_alone() -> None:
    cluster = Recording()
    cluster.keys["users.sessions"] = {"_id": "hashed"}
    with pytest.raises(WrongKey, match=r"users\.sessions"):
        await shard(cluster, DECLARED, {"kr": ["a"]})
    assert all("users.sessions" not in command.values() for _, command in cluster.sent)


def test_what_is_a_user_s_lies_by_region_and_nothing_else_does() -> None:
    placed = {f"{db}.{c.name}" for db, all_of in DECLARED.items() for c in all_of if is_placed(c)}
    of_users = {"users.users", "users.sessions", "users.notifications", "events.activities", "events.profiles"}
    of_wallets = {"rewards.requests", "rewards.ledger", "rewards.lots", "rewards.badges"}
    trails = {f"{db}.audit" for db in DECLARED}
    assert placed - {f"{db}.idempotency" for db in DECLARED} == of_users | of_wallets | trails


def test_a_mongod_is_refused_with_its_reason(mongo_url: str) -> None:
    environ = {**os.environ, "MONGO_URL": mongo_url}
    command = [sys.executable, "-m", "deploy.mongo.shard"]
    done = subprocess.run(command, env=environ, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert "no" in done.stderr
    assert "mongos" in done.stderr


FIELDS = st.lists(st.sampled_from("abcd"), unique=True, min_size=1, max_size=4)


@given(key=FIELDS, more=FIELDS, kinds=st.lists(st.sampled_from([1, -1, "hashed"]), min_size=4, max_size=4))
def test_a_unique_index_fits_whatever_key_it_begins_with_and_no_other(
    key: list[str], more: list[str], kinds: list[int | str]
) -> None:
    collection = Collection("c", shard_key=tuple(zip(key, kinds, strict=False)))
    rest = [field for field in more if field not in key]
    whole = Index(tuple((field, 1) for field in [*key, *rest]), unique=True)
    assert fits_shard_key(whole, collection)
    others = Index(tuple((field, 1) for field in more), unique=True)
    assert fits_shard_key(others, collection) == (more[: len(key)] == key)
    assert fits_shard_key(Index(others.keys), collection)
    assert fits_shard_key(others, Collection("c"))
