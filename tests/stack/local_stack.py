"""The stack that `make run` starts, for tests: the same processes, on free ports."""

import asyncio
import os
import signal
import threading
import time
from collections.abc import Coroutine
from dataclasses import replace
from pathlib import Path
from typing import Any, Self

from deploy.local.ports import free_ports
from deploy.local.seed import DEMO_LOGINS
from deploy.local.stack import Options, Stack, answers
from deploy.local.supervisor import Process


class LocalStack:
    """A running stack. Its supervisor lives in a thread with a loop of its own, so that tests may block theirs."""

    def __init__(self, data: Path, *, use_standin: bool = False, environ: dict[str, str] | None = None) -> None:
        self.said: list[str] = []
        options = Options(
            ports=free_ports(),
            data=data,
            environ={"CACHE_LIMIT_SECONDS": "2", **os.environ, **(environ or {})},
            use_standin=use_standin,
            test_commands=True,
            mongo_cache_gib=0.5,
        )
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="stack", daemon=True)
        self._stack = Stack(options, self.said.append)
        self.ports = options.ports
        self.router_url = self._stack.router_url
        self.explorer_url = self._stack.explorer_url
        self.mongo_url = self._stack.mongo_url
        self.redis_url = self._stack.redis_url
        self.demo_logins = DEMO_LOGINS
        self.router_secret = self._stack.secrets.router_secret
        self.signing_keys = self._stack.secrets.signing_keys
        self.data = data
        self.log_folder = data / "log"
        self.service_token = self._stack.service_token("tests")

    @property
    def gateway(self) -> str:
        """'router', or 'stand-in gateway'."""
        return self._stack.gateway

    def subgraph_url(self, name: str) -> str:
        """A subgraph's `/graphql`."""
        return f"{self._stack.url_of(name)}/graphql"

    def another(self, name: str, port: int, **environ: str) -> Process:
        """One more of a subgraph, not started, on a port of its own; `environ` sets what else differs."""
        process = self._stack.subgraph(name)
        ready = answers(f"http://127.0.0.1:{port}/health/ready")
        return replace(process, environ={**process.environ, "PORT": str(port), **environ}, ready=ready)

    def __enter__(self) -> Self:
        self._thread.start()
        try:
            self._call(self._stack.start(), 120)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._call(self._stack.stop(), 60)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    def pid(self, name: str) -> int:
        """The process id of what runs under that name now."""
        return self._stack.supervisor.pid_of(name)

    def send(self, name: str, number: signal.Signals) -> None:
        """Sends a signal to a process: SIGKILL ends it (it is started again), SIGSTOP and SIGCONT pause it."""
        os.kill(self.pid(name), number)

    def log(self, name: str) -> str:
        """What a process has written."""
        return self._stack.supervisor.log_of(name).read_text(errors="replace")

    def await_said(self, text: str, seconds: float = 30) -> None:
        """Waits until the supervisor has said something."""
        deadline = time.monotonic() + seconds
        while not any(text in line for line in self.said):
            if time.monotonic() > deadline:
                raise TimeoutError(f"never said {text!r}: {self.said}")
            time.sleep(0.05)

    def _call(self, work: Coroutine[Any, Any, None], seconds: float) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(seconds)
