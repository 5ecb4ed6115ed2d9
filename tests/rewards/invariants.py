"""The sums that must hold after anything: stocks, budgets, wallets, codes, badges, trails, all from the requests."""

from collections import Counter, defaultdict
from typing import Any

from subgraphs.rewards.model.request import RewardRequest
from subgraphs.rewards.model.reward import PointReward, kind_of
from subgraphs.rewards.model.transitions import stock_place
from subgraphs.rewards.store.request_documents import to_request
from subgraphs.rewards.store.rewards import to_reward
from subgraphs.runtime.audit import AUDIT, breaches
from subgraphs.runtime.mongo import Database, Mongo


async def check_sums(mongo: Mongo) -> None:
    """Everything adds up."""
    write = mongo.write
    requests = [to_request(row) async for row in write["requests"].find({})]
    rewards = {row["_id"]: to_reward(row) async for row in write["rewards"].find({})}
    _check_requests(requests)
    await _check_stocks(write, requests, rewards)
    await _check_wallets(write, requests, rewards)
    await _check_codes_and_badges(write, requests)
    await _check_trails(write, requests)


def _check_requests(requests: list[RewardRequest]) -> None:
    live = [(r.user_id, r.offer_id, r.period, r.slot) for r in requests if r.is_live]
    assert len(set(live)) == len(live)
    for request in requests:
        steps = [step.source for step in request.history]
        assert steps == [None, *(step.target for step in request.history[:-1])]
        assert request.history[-1].target is request.status


async def _check_stocks(write: Database, requests: list[RewardRequest], rewards: dict[str, Any]) -> None:
    units: defaultdict[str, Counter[str]] = defaultdict(Counter)
    points: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for request in requests:
        reward = rewards[request.reward_id]
        place = stock_place(request.status, kind_of(reward)).value
        units[request.offer_id][place] += 1
        points[request.offer_id][place] += reward.points if isinstance(reward, PointReward) else 0
    async for stock in write["stock"].find({}):
        counted, spent, budget = units[stock["_id"]], points[stock["_id"]], stock["budget"]
        assert (stock["reserved"], stock["issued"]) == (counted["reserved"], counted["issued"])
        assert (budget["reserved"], budget["spent"]) == (spent["reserved"], spent["issued"])
        if stock["total"] is not None:
            assert stock["total"] == stock["remaining"] + stock["reserved"] + stock["issued"]
            assert stock["remaining"] >= 0
        if budget["limit"] is not None:
            assert budget["limit"] == budget["remaining"] + budget["reserved"] + budget["spent"]
            assert budget["remaining"] >= 0


async def _check_wallets(write: Database, requests: list[RewardRequest], rewards: dict[str, Any]) -> None:
    balances: dict[str, tuple[int, int]] = {}
    booked: defaultdict[str, Counter[str]] = defaultdict(Counter)
    async for entry in write["ledger"].find({}, sort=[("userId", 1), ("seq", 1)]):
        seq, balance = balances.get(entry["userId"], (0, 0))
        assert entry["seq"] == seq + 1
        assert entry["balanceAfter"] == balance + entry["points"]
        balances[entry["userId"]] = (entry["seq"], entry["balanceAfter"])
        if entry["requestId"] is not None:
            booked[entry["requestId"]][entry["kind"]] += entry["points"]
    left: Counter[str] = Counter()
    async for lot in write["lots"].find({}):
        assert 0 <= lot["remaining"] <= lot["points"]
        left[lot["userId"]] += lot["remaining"]
    for user_id, (_, balance) in balances.items():
        assert left[user_id] == max(0, balance)
    for request in requests:
        reward, found = rewards[request.reward_id], booked.pop(request.id, Counter())
        was_given = isinstance(reward, PointReward) and request.grant is not None
        assert found["GRANT"] == (reward.points if was_given else 0)
        if request.status.value == "REVERSED":
            assert found["GRANT"] + found["EXPIRE"] + found["REVERSE"] == 0
        else:
            assert found["REVERSE"] == 0
    assert booked == {}


async def _check_codes_and_badges(write: Database, requests: list[RewardRequest]) -> None:
    documents = {row["_id"]: row async for row in write["requests"].find({"grant": {"$ne": None}})}
    held = {
        row["grant"]["code"]: (key, "REVOKED" if row["status"] == "REVERSED" else "ISSUED")
        for key, row in documents.items()
        if row["grant"]["kind"] == "COUPON"
    }
    assert len(held) == sum(row["grant"]["kind"] == "COUPON" for row in documents.values())
    given = {
        row["code"]: (row["requestId"], row["state"]) async for row in write["codes"].find({"state": {"$ne": "FREE"}})
    }
    assert given == held
    badges = {row["_id"] async for row in write["badges"].find({})}
    fulfilled = [row for row in documents.values() if row["status"] == "FULFILLED"]
    assert badges == {row["_id"] for row in fulfilled if row["grant"]["kind"] == "BADGE"}


async def _check_trails(write: Database, requests: list[RewardRequest]) -> None:
    told = await write["outbox"].count_documents({"topic": "rewards.request"})
    assert told == sum(len(request.history) for request in requests)
    entries = Counter([row["subjectId"] async for row in write[AUDIT.name].find({}, projection={"subjectId": True})])
    for request in requests:
        assert entries[request.id] == request.version
    for request in requests[:20]:
        assert await breaches(write[AUDIT.name], request.id) == []
