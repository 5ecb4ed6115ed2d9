"""What is asked of Redis: one round trip of single-key commands, and which run of which server gave each reply."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol, TypeAlias

Command: TypeAlias = tuple[str | bytes | int, ...]
LIMIT_SECONDS: Final = 0.05
# What the last round trip of a call is given at least.
MIN_SECONDS: Final = 0.005


class RedisUnavailable(Exception):
    """Redis did not answer in time, or not at all. `waited`: seconds."""

    def __init__(self, why: str, waited: float = 0.0) -> None:
        super().__init__(why)
        self.waited = waited


@dataclass(frozen=True, slots=True)
class Reply:
    """The replies in the commands' order.

    An error as a ResponseError in its place, and a RedisUnavailable where that command's server did not answer.
    `run_ids`, in the same order, tell apart the runs of servers: one changes whenever its server starts or becomes a
    master, and is empty where none answered. `waited`: seconds.
    """

    run_ids: Sequence[str]
    values: list[Any]
    waited: float = 0.0


class Pipeline(Protocol):
    """The way to Redis."""

    async def run(self, commands: Sequence[Command], *, seconds: float = LIMIT_SECONDS, insist: bool = False) -> Reply:
        """Sends all, then reads all.

        Each has one key, its second word (EVAL's fourth); none depends on another having been carried out before it by
        another server. `insist` asks also a server that did not answer lately. Raises RedisUnavailable after
        `seconds`, connecting included, when no server answers at all.
        """
        ...

    async def close(self) -> None:
        """Closes the connections."""
        ...
