"""The real router before subgraphs of the test's own, which answer what they are told to."""

import contextlib
import json
import os
import signal
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx

from deploy.local.ports import free_ports
from router.command import MANIFESTS, GatewayPlaces, gateway_environment, router_command, without_exporters
from router.manifest.script import write_script

SECRET = "the-router-secret-of-the-tests"


@dataclass
class Subgraph:
    """One server in place of all three subgraphs. It remembers what it was asked, and answers `data` and `errors` with
    `headers`.
    """

    data: dict[str, Any] = field(default_factory=dict)
    errors: list[dict[str, Any]] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)
    asked: list[dict[str, Any]] = field(default_factory=list)


@contextlib.contextmanager
def subgraph() -> Iterator[tuple[Subgraph, str]]:
    """A running subgraph and its address."""
    state = Subgraph()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            state.asked.append(json.loads(self.rfile.read(int(self.headers["content-length"]))))
            body = json.dumps({"data": state.data, **({"errors": state.errors} if state.errors else {})}).encode()
            self.send_response(200)
            for name, value in {"content-type": "application/json", **state.headers}.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield state, f"http://127.0.0.1:{server.server_port}/graphql"
    finally:
        server.shutdown()
        server.server_close()


@dataclass(frozen=True, slots=True)
class Running:
    """A gateway's addresses, its process id, and the seconds its start took."""

    url: str
    metrics_url: str
    root_url: str
    pid: int
    seconds: float


@contextlib.contextmanager
def running_router(binary: Path, urls: Mapping[str, str], folder: Path, **options: Any) -> Iterator[Running]:
    """The router, as `running_gateway` runs it."""
    with running_gateway(router_command(binary), urls, folder, **options) as running:
        yield running


@contextlib.contextmanager
def running_gateway(
    command: Sequence[str],
    urls: Mapping[str, str],
    folder: Path,
    *,
    secret: str = SECRET,
    manifests: Path = MANIFESTS,
    environ: Mapping[str, str | None] | None = None,
) -> Iterator[Running]:
    """A gateway with production's defaults before subgraphs at `urls`, or as `environ` changes them (None unsets)."""
    ports = free_ports()
    places = GatewayPlaces(
        listen=f"127.0.0.1:{ports.router}",
        health_listen=f"127.0.0.1:{ports.router_health}",
        metrics_listen=f"127.0.0.1:{ports.router_metrics}",
        users_url=urls["users"],
        events_url=urls["events"],
        rewards_url=urls["rewards"],
        cors_origin="https://app.example.com",
    )
    scripts = write_script(folder / "rhai", manifests)
    chosen: dict[str, str | None] = dict(gateway_environment(places, secret, scripts, for_developers=False))
    chosen |= environ or {}
    given = {name: value for name, value in chosen.items() if value is not None}
    log = folder / "gateway.log"
    with log.open("w") as output:
        started = time.monotonic()
        process = subprocess.Popen(
            command, env={**without_exporters(os.environ), **given}, stdout=output, stderr=output
        )
    try:
        _await_health(f"http://{places.health_listen}/health?ready", process, log)
        seconds = time.monotonic() - started
        root = f"http://{places.listen}/"
        yield Running(f"{root}graphql", f"http://{places.metrics_listen}/metrics", root, process.pid, seconds)
    finally:
        process.send_signal(signal.SIGTERM)
        status = process.wait(timeout=40)
    assert status in (0, -signal.SIGTERM), log.read_text()[-3000:]


def _await_health(url: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + 30
    while True:
        with contextlib.suppress(httpx.HTTPError):
            if httpx.get(url).status_code == 200:
                return
        assert process.poll() is None and time.monotonic() < deadline, log.read_text()[-3000:]
        time.sleep(0.05)
