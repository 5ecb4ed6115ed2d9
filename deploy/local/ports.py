"""The ports of the stack: free, or said to be taken by whom."""

import os
import socket
from collections.abc import Mapping
from dataclasses import dataclass, fields

import psutil


@dataclass(frozen=True, slots=True)
class Ports:
    """One port a process; each is changed by the variable of its name, as ROUTER_PORT."""

    router: int = 4000
    users: int = 4001
    events: int = 4002
    rewards: int = 4003
    worker: int = 4004
    explorer: int = 4040
    router_health: int = 8088
    router_metrics: int = 9090
    mongo: int = 27117
    redis: int = 6479


class PortsTaken(Exception):
    """Some ports are not free; the message names each, by whom it is taken, and how to choose another."""


def ports_from(environ: Mapping[str, str]) -> Ports:
    """The ports as set in the environment. Raises ValueError for one that is no port."""
    chosen = {}
    for field in fields(Ports):
        text = environ.get(variable(field.name))
        if text is not None:
            if not text.isdigit() or not 1 <= int(text) <= 65535:
                raise ValueError(f"{variable(field.name)} is not a port: {text!r}")
            chosen[field.name] = int(text)
    return Ports(**chosen)


def variable(name: str) -> str:
    """The environment variable that sets a port."""
    return f"{name.upper()}_PORT"


def free_ports() -> Ports:
    """Ports that are free now, for a stack beside another."""
    sockets = []
    for _ in fields(Ports):
        probe = socket.socket()
        probe.bind(("127.0.0.1", 0))
        sockets.append(probe)
    numbers = [probe.getsockname()[1] for probe in sockets]
    for probe in sockets:
        probe.close()
    return Ports(*numbers)


def check_free(ports: Ports, names: list[str]) -> None:
    """Raises PortsTaken, naming every port among `names` that somebody listens on."""
    taken = [
        f"port {getattr(ports, name)} for {name} is taken by {_owner(getattr(ports, name))}; set {variable(name)}"
        for name in names
        if not _is_free(getattr(ports, name))
    ]
    if taken:
        raise PortsTaken("\n".join(taken))


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _owner(port: int) -> str:
    try:
        for connection in psutil.net_connections("tcp"):
            if connection.status == psutil.CONN_LISTEN and connection.laddr[1:2] == (port,) and connection.pid:
                process = psutil.Process(connection.pid)
                command = " ".join(process.cmdline())[:80] or process.name()
                mine = " (this user's)" if process.uids().real == os.getuid() else ""
                return f"process {connection.pid}{mine}: {command}"
    except (psutil.Error, PermissionError):
        pass
    return "another user's process"
