"""What abuse costs others: `python -m deploy.benchmarks.abuse` (`make bench-abuse`).

A client asks for a list again and again, first alone, then while others send all that must be refused and hold connections
with bodies that never end; its median in both, how long each refusal took, and the memory of the processes. Starts a stack
of its own; a minute.
"""

import argparse
import asyncio
import itertools
import os
import statistics
import sys
import time
from collections import defaultdict
from collections.abc import AsyncIterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import asynccontextmanager
from multiprocessing import get_context

import httpx
import psutil
from rich.console import Console
from rich.table import Table

from deploy.benchmarks.attacks import Attack, attacks, send, slow_body
from deploy.benchmarks.own_stack import own_stack
from deploy.local.seed import DEMO_LOGINS
from deploy.local.stack import SUBGRAPHS, Stack

SLOW_BODIES = 100
QUERY = "{ events(first: 5) { edges { node { id name offers { id } } } } }"
LOGIN = """mutation L($email: String!, $password: String!) { login(input: {email: $email, password: $password}) {
  ... on LoginSuccess { session { accessToken } } } }"""


@asynccontextmanager
async def polled(url: str) -> AsyncIterator[list[float]]:
    """Asks for a list over and over while the block runs: the seconds of each answer.

    Raises RuntimeError for any that is none.
    """
    taken: list[float] = []
    is_over = False

    async def poll() -> None:
        async with httpx.AsyncClient(timeout=30) as http:
            while not is_over:
                at = time.perf_counter()
                answer = (await http.post(url, json={"query": QUERY})).json()
                if "errors" in answer:
                    raise RuntimeError(f"an answer with errors: {answer['errors'][:3]}")
                taken.append(time.perf_counter() - at)

    polling = asyncio.create_task(poll())
    try:
        yield taken
    finally:
        is_over = True
        await polling


def memory(pids: dict[str, int]) -> dict[str, float]:
    """The resident mebibytes of each process."""
    return {name: psutil.Process(pid).memory_info().rss / 2**20 for name, pid in pids.items()}


async def abuse(url: str, headers: dict[str, str], seconds: float, senders: int) -> dict[str, list[float]]:
    """Sends every attack in turn until the time is over: the seconds of each by its name.

    Raises RuntimeError for one that is not refused as it should be.
    """
    taken: dict[str, list[float]] = defaultdict(list)
    ends = time.perf_counter() + seconds
    waiting = itertools.cycle(attacks())

    async def attack(http: httpx.AsyncClient, one: Attack) -> None:
        at = time.perf_counter()
        codes = await send(http, url, one, headers)
        if not codes or not one.codes.issuperset(codes):
            raise RuntimeError(f"{one.name} was answered with {codes}")
        taken[one.name].append(time.perf_counter() - at)

    async def attacker() -> None:
        async with httpx.AsyncClient(timeout=60) as http:
            while time.perf_counter() < ends:
                await attack(http, next(waiting))

    slow = asyncio.gather(*(slow_body(url, {}, pause_seconds=0.5) for _ in range(SLOW_BODIES)))
    await asyncio.gather(*(attacker() for _ in range(senders)))
    taken[f"{SLOW_BODIES} bodies that never end"] = [after for _, after in await slow]
    return dict(taken)


def abuse_from_here(url: str, headers: dict[str, str], seconds: float, senders: int) -> dict[str, list[float]]:
    """`abuse` in a process that does nothing else."""
    return asyncio.run(abuse(url, headers, seconds, senders))


async def signed_in(url: str) -> dict[str, str]:
    """The headers of a demo user, so that what only users get asked of subgraphs gets there."""
    async with httpx.AsyncClient(timeout=30) as http:
        email, password = DEMO_LOGINS[0].email, DEMO_LOGINS[0].password
        answer = await http.post(url, json={"query": LOGIN, "variables": {"email": email, "password": password}})
    return {"authorization": f"Bearer {answer.json()['data']['login']['session']['accessToken']}"}


async def measure(stack: Stack, seconds: float, senders: int) -> None:
    """Measures another client's latency alone, and beside each kind of abuse."""
    url = stack.router_url
    pids = {name: stack.supervisor.pid_of(name) for name in ("router", *SUBGRAPHS)}
    # Connections, plans and caches are there.
    async with polled(url):
        await asyncio.sleep(2)
    before = memory(pids)
    async with polled(url) as alone:
        await asyncio.sleep(seconds)
    async with polled(url) as beside:
        # In a process of their own, or the client would wait for its attackers' work.
        with ProcessPoolExecutor(1, get_context("spawn")) as pool:
            arguments = (url, await signed_in(url), seconds, senders)
            taken = await asyncio.get_running_loop().run_in_executor(pool, abuse_from_here, *arguments)
    after = memory(pids)
    table = Table("attack", "times", "median ms", "slowest ms", title=f"abuse on {os.cpu_count()} cores")
    for name, found in taken.items():
        table.add_row(name, str(len(found)), f"{statistics.median(found) * 1000:,.0f}", f"{max(found) * 1000:,.0f}")
    console = Console(width=120)
    console.print(table)
    for name in pids:
        console.print(f"{name}: {before[name]:.0f} MiB before, {after[name]:.0f} MiB after")
    quiet, busy = (statistics.median(found) * 1000 for found in (alone, beside))
    console.print(f"another client's median: {quiet:.1f} ms alone, {busy:.1f} ms beside it, {busy / quiet:.1f} times")


async def run(seconds: float, senders: int) -> None:
    """Measures and prints."""
    async with own_stack() as stack:
        await measure(stack, seconds, senders)


def main(arguments: list[str]) -> int:
    """Runs the command; returns its exit status where it has one."""
    parser = argparse.ArgumentParser(prog="python -m deploy.benchmarks.abuse", description=__doc__)
    parser.add_argument(
        "--seconds", type=float, default=15, help="how long the client is watched, alone and beside abuse"
    )
    parser.add_argument("--senders", type=int, default=1, help="how many send it at once")
    chosen = parser.parse_args(arguments)
    asyncio.run(run(chosen.seconds, chosen.senders))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
