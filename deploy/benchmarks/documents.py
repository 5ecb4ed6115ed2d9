"""What the look-up of a persisted query costs: `python -m deploy.benchmarks.documents` (`make bench-documents`).

Routers with 10 and with 1,000 operations in their manifests are started in turn, and then asked in turn for one of them by
its id, over one connection each; the same operation as text stands beside it. Half a minute.
"""

import argparse
import asyncio
import hashlib
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.table import Table

from deploy.benchmarks.timing import Timing
from deploy.benchmarks.wire import exchange
from deploy.local.ports import free_ports
from deploy.local.stack import answers
from deploy.local.supervisor import Process, Supervisor
from router.binary import find_router
from router.command import ROOT, GatewayPlaces, gateway_environment, router_command, without_exporters
from router.manifest.script import write_script

COUNTS: Final = (10, 1_000)
STARTS: Final = 5
ASKED: Final = "query Asked { __typename }"
_HEADERS: Final = "host: router\r\napollo-require-preflight: 1\r\ncontent-type: application/json"


def manifest(folder: Path, count: int) -> Path:
    """A folder of manifests that hold so many operations, the one that is asked for and others of a real one's size."""
    text = (ROOT / "schema" / "operations" / "web" / "ActiveEvents.graphql").read_text()
    bodies = [ASKED, *(text.replace("ActiveEvents", f"ActiveEvents{number}") for number in range(count - 1))]
    operations = [
        {"id": hashlib.sha256(body.encode()).hexdigest(), "name": "Any", "type": "query", "body": body}
        for body in bodies
    ]
    file = folder / "web" / "1.0.0.json"
    file.parent.mkdir(parents=True)
    content = {"format": "apollo-persisted-query-manifest", "version": 1, "operations": operations}
    file.write_text(json.dumps(content))
    return folder


def router(binary: Path, folder: Path, count: int) -> tuple[Process, str, int]:
    """The router with so many operations, its host and port. Nothing that is asked of it here goes on to a subgraph."""
    ports = free_ports()
    places = GatewayPlaces(
        listen=f"127.0.0.1:{ports.router}",
        health_listen=f"127.0.0.1:{ports.router_health}",
        metrics_listen=f"127.0.0.1:{ports.router_metrics}",
        users_url="http://127.0.0.1:9/",
        events_url="http://127.0.0.1:9/",
        rewards_url="http://127.0.0.1:9/",
        cors_origin="http://127.0.0.1",
    )
    scripts = write_script(folder / "rhai", manifest(folder / "manifests", count))
    environ = gateway_environment(places, "never-sent-anywhere", scripts, for_developers=False)
    ready = answers(f"http://{places.health_listen}/health?ready")
    process = Process(f"router-{count}", router_command(binary), {**without_exporters(os.environ), **environ}, ready)
    return process, "127.0.0.1", ports.router


class Connection:
    """One connection, over which one request goes again and again."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self.taken: dict[str, list[float]] = {"GET by id": [], "POST of the text": []}

    async def ask(self, *, is_measured: bool) -> None:
        """Asks once in each way."""
        digest = hashlib.sha256(ASKED.encode()).hexdigest()
        body = json.dumps({"query": ASKED})
        for what, request in (
            ("GET by id", f"GET /graphql?documentId={digest} HTTP/1.1\r\n{_HEADERS}\r\n\r\n"),
            (
                "POST of the text",
                f"POST /graphql HTTP/1.1\r\n{_HEADERS}\r\ncontent-length: {len(body)}\r\n\r\n{body}",
            ),
        ):
            at = time.perf_counter()
            await exchange(self._reader, self._writer, request.encode())
            if is_measured:
                self.taken[what].append(time.perf_counter() - at)

    def close(self) -> None:
        """Closes the connections."""
        self._writer.close()


async def run(binary: Path, requests: int) -> None:
    """Measures and prints."""
    with tempfile.TemporaryDirectory(prefix="laurel-load-") as place:
        folder = Path(place)
        routers = {count: router(binary, folder / str(count), count) for count in COUNTS}
        starts: dict[int, list[float]] = {count: [] for count in COUNTS}
        supervisor = Supervisor(folder / "log", print)
        try:
            for _ in range(STARTS):
                await supervisor.stop()
                supervisor = Supervisor(folder / "log", print)
                for count, (process, _, _) in routers.items():
                    at = time.perf_counter()
                    await supervisor.start([process])
                    starts[count].append(time.perf_counter() - at)
            connections = {
                count: Connection(*await asyncio.open_connection(host, port))
                for count, (_, host, port) in routers.items()
            }
            for number in range(requests + 200):
                for connection in connections.values():
                    await connection.ask(is_measured=number >= 200)
            for connection in connections.values():
                connection.close()
        finally:
            await supervisor.stop()
    _tell(starts, {count: connection.taken for count, connection in connections.items()})


def _tell(starts: dict[int, list[float]], taken: dict[int, dict[str, list[float]]]) -> None:
    few, many = COUNTS
    title = f"persisted queries on {os.cpu_count()} cores"
    table = Table("what", f"{few} operations", f"{many:,} operations", "ratio", title=title)

    def row(what: str, of: Callable[[int], float]) -> None:
        table.add_row(what, f"{of(few):,.2f} ms", f"{of(many):,.2f} ms", f"{of(many) / of(few):.2f}")

    row("the router's start", lambda count: statistics.median(starts[count]) * 1000)
    for what in taken[few]:
        for percent in (50, 95):
            row(f"{what}, P{percent}", lambda count: Timing(taken[count][what], 1).percentile(percent))  # noqa: B023
    Console(width=100).print(table)


def main(arguments: list[str]) -> int:
    """Runs the command; returns its exit status where it has one."""
    parser = argparse.ArgumentParser(prog="python -m deploy.benchmarks.documents", description=__doc__)
    parser.add_argument("--requests", type=int, default=3000, help="how often each router is asked in each way")
    requests = parser.parse_args(arguments).requests
    binary = find_router(os.environ, print)
    if binary is None:
        print("the Apollo Router could not be had (see router/binary.py)", file=sys.stderr)
        return 1
    asyncio.run(run(binary, requests))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
