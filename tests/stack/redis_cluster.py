"""A Redis Cluster of three masters, of the server that the local stack runs too."""

import contextlib
import os
import signal
import socket
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from subprocess import Popen
from typing import Any

from redis import Redis
from redis.crc import key_slot
from redis.exceptions import RedisError

from deploy.local.child import kill_group, start_child
from deploy.local.stores import redis_binary

_MASTERS = 3
_LAST_SLOT = 16_383


@dataclass
class Member:
    """One server, with the slots it began with."""

    port: int
    slots: tuple[int, int]
    folder: Path
    child: "Popen[bytes] | None" = None
    starts: int = 0

    @property
    def pid(self) -> int:
        """Its process."""
        assert self.child is not None
        return self.child.pid

    def start(self) -> None:
        """Starts it, on what its folder holds."""
        self.starts += 1
        self.folder.mkdir(parents=True, exist_ok=True)
        command = [
            str(redis_binary()),
            *("--port", str(self.port), "--bind", "127.0.0.1", "--dir", str(self.folder), "--save", ""),
            *("--cluster-enabled", "yes", "--cluster-node-timeout", "1000", "--cluster-require-full-coverage", "no"),
            *("--cluster-replica-validity-factor", "0", "--repl-diskless-sync-delay", "0"),
        ]
        self.child = start_child(command, dict(os.environ), self.folder.parent / f"{self.port}-{self.starts}.log")
        _until(lambda: self.command("PING"))

    def kill(self) -> None:
        """Ends it at once. Its data is gone; its place in the cluster is not."""
        if self.child is not None:
            kill_group(self.child)
            self.child.wait()
            self.child = None

    @contextlib.contextmanager
    def hung(self) -> Iterator[None]:
        """Does nothing meanwhile, and keeps its connections."""
        pid = self.pid
        os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(pid, signal.SIGCONT)

    def command(self, *words: str | int) -> Any:
        """Sends it a command, whoever has the slot."""
        with contextlib.closing(Redis(port=self.port, socket_timeout=1, protocol=2)) as client:
            return client.execute_command(*words)  # type: ignore[no-untyped-call]

    @property
    def id(self) -> str:
        """Its name in the cluster."""
        found: bytes = self.command("CLUSTER", "MYID")
        return found.decode()


@dataclass
class RedisCluster:
    """A running cluster. A slot without its master is answered by nobody; the others go on."""

    members: list[Member] = field(default_factory=list)
    replicas: list[Member] = field(default_factory=list)

    @property
    def url(self) -> str:
        """As a setting names it."""
        return "redis+cluster://" + ",".join(f"127.0.0.1:{member.port}" for member in self.members)

    def owner(self, key: str) -> Member:
        """Who has a key, as long as nothing has moved."""
        return next(member for member in self.members if member.slots[0] <= key_slot(key.encode()) <= member.slots[1])

    def begin_move(self, slot: int, source: Member, target: Member) -> None:
        """From here on, what of the slot is not at the source is asked for at the target."""
        target.command("CLUSTER", "SETSLOT", slot, "IMPORTING", source.id)
        source.command("CLUSTER", "SETSLOT", slot, "MIGRATING", target.id)

    def end_move(self, slot: int, source: Member, target: Member) -> None:
        """Hands over the slot's keys, and the slot."""
        while keys := source.command("CLUSTER", "GETKEYSINSLOT", slot, 100):
            source.command("MIGRATE", "127.0.0.1", target.port, "", 0, 1000, "KEYS", *keys)
        for member in (target, source, *self.members):
            member.command("CLUSTER", "SETSLOT", slot, "NODE", target.id)

    def add_replica(self, master: Member) -> Member:
        """One more server, which takes over when its master is gone."""
        replica = Member(_free_ports(1)[0], (0, -1), master.folder.parent / "replica")
        self.replicas.append(replica)
        replica.start()
        replica.command("CLUSTER", "MEET", "127.0.0.1", master.port)
        _until(lambda: replica.command("CLUSTER", "REPLICATE", master.id))
        _until(lambda: replica.command("INFO", "replication")["master_link_status"] == "up")
        self.until_well()
        return replica

    def until_well(self) -> None:
        """Returns when every server knows of every other that it answers."""
        _until(lambda: all(map(self._is_well, [*self.members, *self.replicas])))

    def _is_well(self, member: Member) -> bool:
        nodes: bytes = member.command("CLUSTER", "NODES")
        info: bytes = member.command("CLUSTER", "INFO")
        lines = nodes.decode().splitlines()
        return (
            len(lines) == len(self.members) + len(self.replicas)
            and not any(word in line for line in lines for word in ("fail", "handshake", "disconnected"))
            and b"cluster_state:ok" in info
            and b"cluster_slots_ok:16384" in info
        )


@contextlib.contextmanager
def start_redis_cluster(folder: Path) -> Iterator[RedisCluster]:
    """Three masters on free ports."""
    cluster = RedisCluster()
    try:
        for number, port in enumerate(_free_ports(_MASTERS)):
            first, after = (_LAST_SLOT + 1) * number // _MASTERS, (_LAST_SLOT + 1) * (number + 1) // _MASTERS
            member = Member(port, (first, after - 1), folder / str(port))
            cluster.members.append(member)
            member.start()
            member.command("CLUSTER", "ADDSLOTSRANGE", first, after - 1)
            member.command("CLUSTER", "SET-CONFIG-EPOCH", number + 1)
        for member in cluster.members[1:]:
            member.command("CLUSTER", "MEET", "127.0.0.1", cluster.members[0].port)
        cluster.until_well()
        yield cluster
    finally:
        for member in [*cluster.members, *cluster.replicas]:
            member.kill()


def _free_ports(number: int) -> list[int]:
    """Ports that are free with the one for the cluster's own talk, 10,000 higher."""
    found: list[int] = []
    with contextlib.ExitStack() as held:
        while len(found) < number:
            probe, bus = (held.enter_context(socket.socket()) for _ in range(2))
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
            try:
                bus.bind(("127.0.0.1", port + 10_000))
            except (OSError, OverflowError):
                continue
            found.append(port)
    return found


def _until(condition: Callable[[], Any], seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while True:
        with contextlib.suppress(RedisError, OSError):
            if condition():
                return
        if time.monotonic() > deadline:
            raise RuntimeError("the cluster did not come up")
        time.sleep(0.03)
