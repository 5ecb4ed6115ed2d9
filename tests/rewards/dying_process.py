"""A rewards process that runs one operation and is killed, as by `kill -9`, at a chosen database command.

Each is forked from a server that has imported everything, so that dying a hundred times takes seconds.
"""

import asyncio
import multiprocessing
import os
import signal
from dataclasses import dataclass, field
from datetime import datetime
from multiprocessing.connection import Connection
from typing import Any, Final, Literal

import httpx
from pymongo import monitoring

from subgraphs.rewards.app import build
from subgraphs.rewards.settings import RewardsSettings
from subgraphs.runtime.auth.jwks import FixedKeys
from subgraphs.runtime.auth.revocations import Revocations, Standing
from tests.fixtures.client import InProcess
from tests.fixtures.clock import FrozenClock
from tests.rewards.events_service import EventsService
from tests.rewards.users_service import UsersService

_CONTEXT: Final = multiprocessing.get_context("forkserver")
_SECONDS: Final = 60


@dataclass(frozen=True, slots=True)
class Death:
    """Before the n-th command (from 1) is sent, or after its answer has come."""

    moment: Literal["before", "after"]
    command: int


@dataclass(frozen=True, slots=True)
class Life:
    """What a process is to do, and when to die; None: it lives on and tells the commands that it sent."""

    settings: dict[str, Any]
    public_keys: dict[str, Any]
    now: datetime
    query: str
    variables: dict[str, Any]
    token: str
    death: Death | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """What a process told before its end: nothing if it was killed."""

    was_killed: bool
    commands: list[str] = field(default_factory=list)
    data: Any = None


class _Reaper(monitoring.CommandListener):
    """Counts commands once armed, and kills its own process at the one it was made for."""

    def __init__(self, death: Death | None) -> None:
        self.armed = False
        self.names: list[str] = []
        self._death = death
        self._numbers: dict[int, int] = {}

    def started(self, event: monitoring.CommandStartedEvent) -> None:
        if not self.armed or event.command_name in ("hello", "ping", "endSessions"):
            return
        self.names.append(event.command_name)
        self._numbers[event.request_id] = len(self.names)
        self._die_if("before", len(self.names))

    def succeeded(self, event: monitoring.CommandSucceededEvent) -> None:
        self._die_if("after", self._numbers.get(event.request_id, 0))

    def failed(self, event: monitoring.CommandFailedEvent) -> None:
        self._die_if("after", self._numbers.get(event.request_id, 0))

    def _die_if(self, moment: str, number: int) -> None:
        if self._death is not None and (self._death.moment, self._death.command) == (moment, number):
            os.kill(os.getpid(), signal.SIGKILL)


async def live(life: Life) -> Told:
    """Runs a process to the end that its life holds."""
    return await asyncio.to_thread(_live, life)


def _live(life: Life) -> Told:
    _CONTEXT.set_forkserver_preload([__name__])
    here, there = _CONTEXT.Pipe(duplex=False)
    process = _CONTEXT.Process(target=_main, args=(life, there), daemon=True)
    process.start()
    there.close()
    try:
        told: Told | None = here.recv() if here.poll(_SECONDS) else None
    except EOFError:
        told = None
    process.join(_SECONDS)
    if told is None and process.exitcode != -signal.SIGKILL:
        process.kill()
        raise RuntimeError(f"the process ended with {process.exitcode} and told nothing")
    return told or Told(was_killed=True)


def _main(life: Life, told: Connection) -> None:
    reaper = _Reaper(life.death)
    monitoring.register(reaper)
    data = asyncio.run(_run(life, reaper))
    told.send(Told(was_killed=False, commands=reaper.names, data=data))


async def _run(life: Life, reaper: _Reaper) -> Any:
    async def nobody() -> dict[str, Standing]:
        return {}

    app, parts = build(
        RewardsSettings(**life.settings),
        keys=FixedKeys(life.public_keys),
        revocations=Revocations(nobody),
        clock=FrozenClock(life.now),
        events_transport=httpx.ASGITransport(app=EventsService()),
        users_transport=httpx.ASGITransport(app=UsersService()),
    )
    async with InProcess(app) as running:
        await parts.mongo.ping()
        reaper.armed = True
        answer = await running.graphql(life.query, life.variables, token=life.token)
        reaper.armed = False
        return answer.data
