"""A replica set of three, whose primary can be stepped down or killed."""

import contextlib
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from pymongo import MongoClient
from pymongo.errors import AutoReconnect, PyMongoError

from deploy.local import stores
from deploy.local.child import kill_group, start_child
from deploy.local.ports import free_ports

NAME: Final = "three"
_READY_SECONDS: Final = 60
# A set elects a new primary this soon after the old one was last heard of; the default of 10 s is for slow networks.
_ELECTION_MILLISECONDS: Final = 1500


@dataclass
class Member:
    """One mongod."""

    port: int
    folder: Path
    child: Any


class ReplicaSet:
    """Three members on this machine; the third shows everything so many seconds late, where that is said."""

    def __init__(self, folder: Path, *, late_seconds: int = 0) -> None:
        self._late_seconds = late_seconds
        self._members = [self._start(folder / f"member{n}", free_ports().mongo) for n in range(3)]
        hosts = ",".join(f"127.0.0.1:{member.port}" for member in self._members)
        self.url = f"mongodb://{hosts}/?replicaSet={NAME}"
        self._initiate()

    def step_down(self) -> None:
        """The primary makes way, and is not elected again for ten seconds."""
        with contextlib.suppress(AutoReconnect), self._direct(self._primary()) as client:
            client.admin.command({"replSetStepDown": 10, "secondaryCatchUpPeriodSecs": 2})

    def kill_primary(self) -> None:
        """The primary is gone, as by `kill -9`."""
        member = self._primary()
        kill_group(member.child)
        member.child.wait()
        self._members.remove(member)

    @property
    def primary_port(self) -> int:
        """Where the primary answers now."""
        return self._primary().port

    def stop(self) -> None:
        """Ends every member."""
        for member in self._members:
            kill_group(member.child)
            member.child.wait()

    def _start(self, folder: Path, port: int) -> Member:
        folder.mkdir(parents=True)
        process = stores.mongod(port, folder, os.environ, cache_gib=0.25, test_commands=True, replica_set=NAME)
        return Member(port, folder, start_child(process.command, process.environ, folder / "mongod.log"))

    def _initiate(self) -> None:
        members: list[dict[str, Any]] = [
            {"_id": number, "host": f"127.0.0.1:{member.port}"} for number, member in enumerate(self._members)
        ]
        if self._late_seconds:
            members[-1] |= {"priority": 0, "secondaryDelaySecs": self._late_seconds}
        config = {"_id": NAME, "members": members, "settings": {"electionTimeoutMillis": _ELECTION_MILLISECONDS}}

        def initiated() -> bool:
            with self._direct(self._members[0]) as client:
                client.admin.command("replSetInitiate", config)
            return True

        self._await(initiated)
        self._await(lambda: self._primary() is not None)

    def _primary(self) -> Member:
        found: list[Member] = []

        def is_there() -> bool:
            for member in self._members:
                with self._direct(member) as client:
                    if client.admin.command("hello").get("isWritablePrimary"):
                        found.append(member)
            return bool(found)

        self._await(is_there)
        return found[-1]

    @staticmethod
    def _direct(member: Member) -> Any:
        client: MongoClient[dict[str, Any]] = MongoClient(
            "127.0.0.1", member.port, directConnection=True, serverSelectionTimeoutMS=500
        )
        return client

    @staticmethod
    def _await(condition: Any) -> None:
        deadline = time.monotonic() + _READY_SECONDS
        while True:
            with contextlib.suppress(PyMongoError):
                if condition():
                    return
            if time.monotonic() > deadline:
                raise TimeoutError("the replica set is not ready")
            time.sleep(0.1)


@contextlib.contextmanager
def start_replica_set(folder: Path, *, late_seconds: int = 0) -> Iterator[ReplicaSet]:
    """A set of three that has a primary."""
    running = ReplicaSet(folder, late_seconds=late_seconds)
    try:
        yield running
    finally:
        running.stop()
