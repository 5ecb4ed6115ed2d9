"""What a subgraph's worker brings: the messages it wants, and the jobs it runs until the process ends."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field

from subgraphs.runtime.messaging.broker import Handler
from subgraphs.runtime.mongo import Mongo

Job = Callable[[], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Worker:
    """`handlers` by topic; each of `jobs` (a relay, a sweep) runs until it is cancelled; then `on_stop` is called."""

    name: str
    mongo: Mongo
    handlers: Mapping[str, Handler] = field(default_factory=dict)
    jobs: Sequence[Job] = ()
    on_stop: Sequence[Job] = ()
