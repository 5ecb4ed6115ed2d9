"""How many claims a second: `python -m deploy.benchmarks.claims` (`make bench-claims`).

On one hot offer and over a hundred, by one process and by two, at the store and through GraphQL; group commit against one
transaction a claim (a lane for each offer all the same), in one run. Each line says what a claim cost in CPU time, by
process: that tells what limits, and holds beside other work too. Starts a stack of its own; a few minutes.
"""

import argparse
import asyncio
import json
import os
import secrets
import statistics
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import httpx
from rich.console import Console
from rich.table import Table

from deploy.benchmarks.cpu import Meter
from deploy.benchmarks.own_stack import own_stack
from deploy.benchmarks.tokens import Tokens
from deploy.benchmarks.wire import prepared, send_all
from deploy.local.ports import free_ports
from deploy.local.stack import ROOT, Stack, answers
from subgraphs.rewards.operations.claim.batch import MAX_GROUP_SIZE
from subgraphs.runtime.auth.identity import ROUTER_SECRET_HEADER

AT_ONCE: Final = 256
MOST: Final = 50_000
HOT, MANY = 1, 100
MEASURED: Final = ("mongod", "redis", "users", "events", "rewards", "worker", "router")
# Claims are few a second where each is a transaction of its own; no line takes longer than this.
CREATE_EVENT: Final = """mutation E($key: String!) { createEvent(idempotencyKey: $key, input: {name: "Load",
  startsAt: "2026-01-01T00:00:00Z", rule: {noneOf: [{count: {activity: LEVEL, target: 1000000}}]}}) {
  ... on EventSuccess { event { id } } } }"""
PUBLISH: Final = """mutation P($id: ID!) { transitionEvent(input: {id: $id, expectedVersion: 1, transition: PUBLISH}) {
  __typename } }"""
CREATE_REWARD: Final = """mutation R($key: String!) { createReward(idempotencyKey: $key, input: {points: {name: "Load",
  points: 1}}) { ... on RewardSuccess { reward { id } } } }"""
CREATE_OFFER: Final = """mutation O($event: ID!, $reward: ID!, $key: String!) { createOffer(idempotencyKey: $key,
  input: {eventId: $event, rewardId: $reward, stockTotal: 100000000}) { ... on OfferSuccess { offer { id } } } }"""
CLAIM: Final = """mutation Claim($offer: ID!) { claimReward(input: {offerId: $offer}, idempotencyKey: "load") {
  __typename ... on ClaimRewardSuccess { request { id status } } } }"""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the table."""

    what: str
    taken: Sequence[float]
    seconds: float
    cpu: str
    note: str = ""

    def cells(self) -> list[str]:
        """Returns the line's cells, ready to print."""
        marks = statistics.quantiles(self.taken, n=100, method="inclusive")
        shown = [f"{marks[percent - 1] * 1000:,.1f}" for percent in (50, 95, 99)]
        return [
            self.what,
            f"{len(self.taken):,}",
            f"{len(self.taken) / self.seconds:,.0f}",
            *shown,
            self.cpu,
            self.note,
        ]


class Bench:
    """The measurements of one run."""

    def __init__(self, stack: Stack, http: httpx.AsyncClient, seconds: float) -> None:
        self._stack = stack
        self._http = http
        self._seconds = seconds
        self._tokens = Tokens(stack.secrets.signing_keys)
        self._operator = self._tokens.of("krdemo0000000000000001", "OPERATOR")
        self._reward = ""
        self._measured = [*MEASURED]

    async def offers(self, count: int) -> list[str]:
        """New offers, fifty an event, of an event whose rule anybody satisfies."""
        made: list[str] = []
        self._reward = self._reward or (await self._ask(CREATE_REWARD))["reward"]["id"]
        while len(made) < count:
            event = (await self._ask(CREATE_EVENT))["event"]["id"]
            await self._ask(PUBLISH, id=event)
            wanted = [{"event": event, "reward": self._reward}] * min(50, count - len(made))
            made += [(await self._ask(CREATE_OFFER, **given))["offer"]["id"] for given in wanted]
        return made

    async def at_the_store(self, what: str, *, offers: int, processes: int, most: int) -> Line:
        """Claims by processes that speak with the store alone."""
        plans = [
            {
                "user": f"kr{secrets.token_hex(4)}",
                "offers": await self.offers(offers) if number == 0 else [],
                "at_once": AT_ONCE // processes,
                "most": most,
                "seconds": self._seconds,
                "claims": MOST,
            }
            for number in range(processes)
        ]
        meter = self._meter()
        told = await asyncio.gather(*(self._process({**plan, "offers": plans[0]["offers"]}) for plan in plans))
        cpu = meter.spent({"claiming": sum(entry["cpu"] for entry in told)})
        groups = [size for entry in told for size in entry["groups"]]
        retries = sum(entry.get("commitTransaction", 0) + entry.get("abortTransaction", 0) for entry in told) - len(
            groups
        )
        conflicts = sum(entry.get("conflicts", 0) for entry in told)
        note = f"groups of {statistics.mean(groups):.1f} (most {max(groups)}), {conflicts} conflicts, {retries} retries"
        taken = [seconds for entry in told for seconds in entry["taken"]]
        return Line(what, taken, max(entry["seconds"] for entry in told), cpu.told(len(taken)), note)

    async def through_graphql(self, what: str, urls: Sequence[str], headers: dict[str, str], *, offers: int) -> Line:
        """Claims by HTTP at each of the addresses, shared evenly."""
        made = await self.offers(offers)
        most = min(MOST, int(2500 * self._seconds)) // len(urls)

        def requests(url: str) -> list[bytes]:
            prefix = f"kr{secrets.token_hex(4)}"
            return [
                prepared(
                    url,
                    {"query": CLAIM, "variables": {"offer": made[number % len(made)]}},
                    {**headers, "authorization": f"Bearer {self._tokens.of(f'{prefix}{number:010}')}"},
                )
                for number in range(most)
            ]

        prepared_for = [(url, requests(url)) for url in urls]
        meter = self._meter()
        told = await asyncio.gather(
            *(send_all(url, given, at_once=AT_ONCE // len(urls), seconds=self._seconds) for url, given in prepared_for)
        )
        cpu = meter.spent()
        granted = [seconds for entries, _ in told for seconds, body in entries if b'"ClaimRewardSuccess"' in body]
        others = [body for entries, _ in told for _, body in entries if b'"ClaimRewardSuccess"' not in body]
        if any(b'"TryAgain"' not in body for body in others):
            raise RuntimeError(f"{len(others)} claims came to nothing: {others[0]!r}")
        note = f"{len(others)} TryAgain" if others else ""
        return Line(what, granted, max(seconds for _, seconds in told), cpu.told(len(granted)), note)

    def _meter(self) -> Meter:
        supervisor = self._stack.supervisor
        return Meter({name: supervisor.pid_of(name) for name in self._measured} | {"this load": os.getpid()})

    async def second_rewards(self) -> str:
        """One more process of rewards; its `/graphql`."""
        port = free_ports().rewards
        first = self._stack.subgraph("rewards")
        ready = answers(f"http://127.0.0.1:{port}/health/ready")
        second = replace(first, name="rewards-2", environ={**first.environ, "PORT": str(port)}, ready=ready)
        await self._stack.supervisor.start([second])
        self._measured.append(second.name)
        return f"http://127.0.0.1:{port}/graphql"

    async def _process(self, plan: dict[str, Any]) -> dict[str, Any]:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "deploy.benchmarks.claiming_process"),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            env={**os.environ, **self._stack.common_environ()},
            cwd=ROOT,
        )
        output, _ = await process.communicate(json.dumps(plan).encode())
        if process.returncode != 0:
            raise RuntimeError(f"a claiming process ended with status {process.returncode}")
        found: dict[str, Any] = json.loads(output)
        return found

    async def _ask(self, query: str, **variables: Any) -> Any:
        body = {"query": query, "variables": {"key": secrets.token_hex(8), **variables}}
        headers = {"authorization": f"Bearer {self._operator}"}
        response = (await self._http.post(self._stack.router_url, json=body, headers=headers)).json()
        if response.get("errors"):
            raise RuntimeError(f"an answer with errors: {response['errors'][:3]}")
        (found,) = response["data"].values()
        return found


async def run(seconds: float, only: str) -> None:
    """Measures the lines whose names hold `only`, and prints the table."""
    title = f"claims on {os.cpu_count()} cores, everything on one machine"
    table = Table("what", "claims", "a second", "P50 ms", "P95 ms", "P99 ms", "CPU, ms a claim", "", title=title)
    async with own_stack() as stack, httpx.AsyncClient(timeout=30) as http:
        bench = Bench(stack, http, seconds)
        for offers in (HOT, MANY):
            name = "one offer" if offers == 1 else f"{offers} offers"
            for processes in (1, 2):
                by = "one process" if processes == 1 else "two processes"
                for most in (MAX_GROUP_SIZE, 1):
                    how = "groups" if most > 1 else "a transaction a claim"
                    what = f"store, {name}, {by}, {how}"
                    if only in what:
                        line = await bench.at_the_store(what, offers=offers, processes=processes, most=most)
                        table.add_row(*line.cells())
        secret = {ROUTER_SECRET_HEADER: stack.secrets.router_secret}
        first = f"{stack.url_of('rewards')}/graphql"
        both = [first, await bench.second_rewards()]
        for offers in (HOT, MANY):
            name = "one offer" if offers == 1 else f"{offers} offers"
            for what, urls, headers in (
                ("GraphQL, {}, one process", [first], secret),
                ("GraphQL, {}, two processes", both, secret),
                (f"the {stack.gateway}, {{}}, one process", [stack.router_url], {}),
            ):
                if only in what.format(name):
                    line = await bench.through_graphql(what.format(name), urls, headers, offers=offers)
                    table.add_row(*line.cells())
        Console(width=200).print(table)


def main(arguments: list[str]) -> int:
    """Runs the command; returns its exit status where it has one."""
    parser = argparse.ArgumentParser(prog="python -m deploy.benchmarks.claims", description=__doc__)
    parser.add_argument("--seconds", type=float, default=8, help="how long each line is measured at most")
    parser.add_argument("--only", default="", help="measure the lines whose names hold this: 'one offer, one process'")
    given = parser.parse_args(arguments)
    asyncio.run(run(given.seconds, given.only))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
