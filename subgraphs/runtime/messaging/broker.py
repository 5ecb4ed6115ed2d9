"""A broker inside one process: topics to handlers, one after the other, in the order of publishing."""

from collections import defaultdict
from collections.abc import Awaitable, Callable

from subgraphs.runtime.messaging.outbox import Message

Handler = Callable[[Message], Awaitable[None]]


class InProcessBroker:
    """Hands each message to every handler of its topic. A handler that raises leaves the message with its sender."""

    def __init__(self) -> None:
        self._handlers: defaultdict[str, list[Handler]] = defaultdict(list)

    def subscribe(self, topic: str, handler: Handler) -> None:
        """From now on `handler` gets the topic's messages; it must bear getting one twice."""
        self._handlers[topic].append(handler)

    async def publish(self, message: Message) -> None:
        """Returns when every handler has done its work; a message nobody wants is done at once."""
        for handler in self._handlers[message.topic]:
            await handler(message)
