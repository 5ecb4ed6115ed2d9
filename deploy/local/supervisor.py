"""Starts processes in stages, waits until each is ready, restarts what crashes and says so, ends all at the end."""

import asyncio
import subprocess
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from deploy.local.child import start_child, stop_child, tail

MIN_RESTART_SECONDS: Final = 0.5
MAX_RESTART_SECONDS: Final = 10.0
# A process that ran this long has recovered.
STEADY_SECONDS: Final = 30.0

Ready = Callable[[], Awaitable[bool]]


@dataclass(frozen=True)
class Process:
    """One process: its command and environment, how to see that it is ready, and how long each may take."""

    name: str
    command: Sequence[str]
    environ: Mapping[str, str]
    ready: Ready
    ready_seconds: float = 30.0
    grace_seconds: float = 12.0


class StartFailed(Exception):
    """A process did not become ready; the message holds the last lines of its log."""


@dataclass
class _Running:
    process: Process
    child: "subprocess.Popen[bytes]"
    started: float = field(default_factory=time.monotonic)
    crashes: int = 0


class Supervisor:
    """Keeps processes running. `say` is told what a person at the terminal should know."""

    def __init__(self, log_folder: Path, say: Callable[[str], None]) -> None:
        self._log_folder = log_folder
        self._say = say
        self._running: dict[str, _Running] = {}
        self._watchers: set[asyncio.Task[None]] = set()
        self._stopping = False

    def log_of(self, name: str) -> Path:
        """The file that holds what a process wrote."""
        return self._log_folder / f"{name}.log"

    def pid_of(self, name: str) -> int:
        """The process id of what runs under that name now."""
        return self._running[name].child.pid

    async def start(self, processes: Sequence[Process]) -> None:
        """Starts them together and returns when all are ready. Raises StartFailed."""
        for process in processes:
            self._running[process.name] = _Running(process, self._spawn(process))
        await asyncio.gather(*(self._await_ready(self._running[process.name]) for process in processes))
        for process in processes:
            watcher = asyncio.create_task(self._watch(process.name))
            self._watchers.add(watcher)
            watcher.add_done_callback(self._watchers.discard)

    async def stop(self) -> None:
        """Ends everything, the last started first."""
        self._stopping = True
        for watcher in list(self._watchers):
            watcher.cancel()
        await asyncio.gather(*self._watchers, return_exceptions=True)
        for running in reversed(list(self._running.values())):
            await stop_child(running.child, running.process.grace_seconds)
        self._running.clear()

    def _spawn(self, process: Process) -> "subprocess.Popen[bytes]":
        return start_child(process.command, process.environ, self.log_of(process.name))

    async def _await_ready(self, running: _Running) -> None:
        process = running.process
        deadline = time.monotonic() + process.ready_seconds
        while not await process.ready():
            status = running.child.poll()
            if status is not None:
                raise StartFailed(self._why(process, f"ended with status {status}"))
            if time.monotonic() >= deadline:
                raise StartFailed(self._why(process, f"was not ready after {process.ready_seconds:.0f} s"))
            await asyncio.sleep(0.05)

    def _why(self, process: Process, what: str) -> str:
        log = self.log_of(process.name)
        return f"{process.name} {what}. The end of {log}:\n{tail(log)}"

    async def _watch(self, name: str) -> None:
        while not self._stopping:
            running = self._running[name]
            status = running.child.poll()
            if status is None:
                await asyncio.sleep(0.1)
                continue
            crashes = 0 if time.monotonic() - running.started > STEADY_SECONDS else running.crashes
            wait = min(MAX_RESTART_SECONDS, MIN_RESTART_SECONDS * 2**crashes)
            self._say(f"{name} ended with status {status}; starting it again in {wait:.1f} s (see {self.log_of(name)})")
            await asyncio.sleep(wait)
            again = _Running(running.process, self._spawn(running.process), crashes=crashes + 1)
            self._running[name] = again
            try:
                await self._await_ready(again)
                self._say(f"{name} is back")
            except StartFailed as error:
                self._say(str(error))
