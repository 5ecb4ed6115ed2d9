"""What the stack is made of: its processes, in the order of their start."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

import httpx

from deploy.local import stores
from deploy.local.ports import Ports, check_free
from deploy.local.secrets import Secrets, kept_secrets, service_token
from deploy.local.seed import DEMO_LOGINS
from deploy.local.supervisor import Process, Ready, StartFailed, Supervisor
from router.binary import NOTICE, find_router
from router.command import (
    GatewayPlaces,
    gateway_environment,
    router_command,
    standin_command,
    without_exporters,
)
from router.explorer.build import build_pages
from router.manifest.script import write_script
from router.node import ensure_node_modules

ROOT: Final = Path(__file__).resolve().parent.parent.parent
SUBGRAPHS: Final = ("users", "events", "rewards")


@dataclass(frozen=True, slots=True)
class Options:
    """How this stack differs from another. `use_standin` forces the stand-in gateway."""

    ports: Ports
    data: Path
    environ: Mapping[str, str]
    use_standin: bool = False
    test_commands: bool = False
    mongo_cache_gib: float = 1.0


class Stack:
    """One stack on this machine."""

    def __init__(self, options: Options, say: Callable[[str], None]) -> None:
        self.options = options
        self.secrets: Secrets = kept_secrets(options.data / "secrets")
        self.supervisor = Supervisor(options.data / "log", say)
        self._say = say
        self.mongo_url = options.environ.get("MONGO_URL") or stores.mongo_url(options.ports.mongo)
        self.redis_url = options.environ.get("REDIS_URL") or stores.redis_url(options.ports.redis)
        self.router_url = f"http://127.0.0.1:{options.ports.router}/graphql"
        self.explorer_url = f"http://127.0.0.1:{options.ports.explorer}/"
        self.gateway = "router"

    def url_of(self, subgraph: str) -> str:
        """A subgraph's own address, without a path."""
        return f"http://127.0.0.1:{getattr(self.options.ports, subgraph)}"

    def service_token(self, name: str) -> str:
        """A trusted service's token for this stack."""
        return service_token(self.secrets.signing_keys, name)

    def check_ports(self) -> None:
        """Raises PortsTaken."""
        names = ["router", *SUBGRAPHS, "worker", "explorer", "router_health", "router_metrics"]
        names += [] if "MONGO_URL" in self.options.environ else ["mongo"]
        names += [] if "REDIS_URL" in self.options.environ else ["redis"]
        check_free(self.options.ports, names)

    async def start(self) -> None:
        """Starts everything; returns when all is ready. Raises StartFailed and whatever finding the parts raises."""
        ensure_node_modules(self._say)
        build_pages()
        await self.supervisor.start(self._stores())
        self._run("deploy.mongo.indexes")
        self._run("deploy.local.seed")
        await self.supervisor.start([*(self.subgraph(name) for name in SUBGRAPHS), self._worker()])
        await self.supervisor.start([self._gateway(), self._explorer()])

    async def stop(self) -> None:
        """Ends everything."""
        await self.supervisor.stop()

    def common_environ(self) -> dict[str, str]:
        """What every process of ours reads."""
        return {
            **without_exporters(self.options.environ),
            "PYTHONPATH": str(ROOT),
            "PYTHONUNBUFFERED": "1",
            "MONGO_URL": self.mongo_url,
            "REDIS_URL": self.redis_url,
        }

    def _stores(self) -> list[Process]:
        options, environ = self.options, self.options.environ
        processes = []
        if "MONGO_URL" not in environ:
            data = options.data / "mongo"
            processes.append(
                stores.mongod(
                    options.ports.mongo,
                    data,
                    environ,
                    cache_gib=options.mongo_cache_gib,
                    test_commands=options.test_commands,
                )
            )
        if "REDIS_URL" not in environ:
            processes.append(stores.redis(options.ports.redis, options.data / "redis", environ))
        return processes

    def _run(self, module: str, *arguments: str) -> None:
        result = subprocess.run(  # noqa: S603 - our own command
            [sys.executable, "-m", module, *arguments],
            env=self.common_environ(),
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        if result.returncode != 0:
            raise StartFailed(f"python -m {module} ended with status {result.returncode}:\n{result.stderr[-2000:]}")

    def subgraph(self, name: str) -> Process:
        """How a subgraph is started."""
        environ = {
            **self.common_environ(),
            "HOST": "127.0.0.1",
            "PORT": str(getattr(self.options.ports, name)),
            "ROUTER_SECRET": self.secrets.router_secret,
            "CURSOR_SECRET": self.secrets.cursor_secret,
            "JWKS_URL": f"{self.url_of('users')}/.well-known/jwks.json",
            "REVOCATIONS_URL": f"{self.url_of('users')}/revocations",
        }
        if name == "users":
            environ["SIGNING_KEYS_FILE"] = str(self.secrets.signing_keys)
        else:
            environ["SERVICE_TOKEN"] = self.service_token(name)
            environ |= {f"{other.upper()}_URL": f"{self.url_of(other)}/graphql" for other in SUBGRAPHS if other != name}
        command = [sys.executable, "-m", f"subgraphs.{name}.app"]
        return Process(name, command, environ, answers(f"{self.url_of(name)}/health/ready"))

    def _worker(self) -> Process:
        port = self.options.ports.worker
        environ = {**self.common_environ(), "HOST": "127.0.0.1", "PORT": str(port)}
        command = [sys.executable, "-m", "deploy.local.worker"]
        return Process("worker", command, environ, answers(f"http://127.0.0.1:{port}/health/ready"))

    def _gateway(self) -> Process:
        ports = self.options.ports
        places = GatewayPlaces(
            listen=f"127.0.0.1:{ports.router}",
            health_listen=f"127.0.0.1:{ports.router_health}",
            metrics_listen=f"127.0.0.1:{ports.router_metrics}",
            users_url=f"{self.url_of('users')}/graphql",
            events_url=f"{self.url_of('events')}/graphql",
            rewards_url=f"{self.url_of('rewards')}/graphql",
            cors_origin=self.explorer_url.rstrip("/"),
        )
        binary = None if self.options.use_standin else find_router(self.options.environ, self._say)
        if binary is None:
            self.gateway = "stand-in gateway"
            if not self.options.use_standin:
                self._say(NOTICE)
        environ = {
            **without_exporters(self.options.environ),
            **gateway_environment(
                places,
                self.secrets.router_secret,
                write_script(self.options.data / "rhai"),
                for_developers=True,
                developer_key=self.secrets.developer_key,
            ),
            "ROUTER_SAFELIST": self.options.environ.get("ROUTER_SAFELIST", "false"),
        }
        command = standin_command() if binary is None else router_command(binary)
        ready = answers(f"http://127.0.0.1:{ports.router_health}/health?ready")
        return Process("router", command, environ, ready, ready_seconds=60)

    def _explorer(self) -> Process:
        environ = {
            **self.common_environ(),
            "EXPLORER_PORT": str(self.options.ports.explorer),
            "ROUTER_URL": self.router_url,
            "DEVELOPER_KEY": self.secrets.developer_key,
            "DEMO_LOGINS": json.dumps([asdict(login) for login in DEMO_LOGINS]),
        }
        command = [sys.executable, "-m", "router.explorer"]
        return Process("explorer", command, environ, answers(self.explorer_url))


def answers(url: str) -> Ready:
    """Ready when a GET of the URL is answered with 200."""

    async def ready() -> bool:
        try:
            async with httpx.AsyncClient(timeout=2) as client:
                return (await client.get(url)).status_code == 200
        except httpx.HTTPError:
            return False

    return ready


def seed(stack: Stack, arguments: Sequence[str]) -> int:
    """Fills the running stack's stores, showing the progress on this terminal."""
    command = [sys.executable, "-m", "deploy.local.seed", *arguments]
    return subprocess.run(command, env={**os.environ, **stack.common_environ()}, cwd=ROOT, check=False).returncode  # noqa: S603
