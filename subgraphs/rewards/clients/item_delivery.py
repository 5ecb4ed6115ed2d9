"""How things are handed to the system that keeps them: a game, a shop."""

import hashlib
import hmac
import json
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final, Protocol

import httpx

from subgraphs.rewards.settings import RewardsWorkerSettings
from subgraphs.runtime.clients.tls import tls_context
from subgraphs.runtime.clock import Clock

KEY_HEADER: Final = "idempotency-key"
TIMESTAMP_HEADER: Final = "x-timestamp"
SIGNATURE_HEADER: Final = "x-signature"
# Refusals that a later try may not meet again: too slow, too early, too many.
_PASSING: Final = frozenset({408, 425, 429})


@dataclass(frozen=True, slots=True)
class Order:
    """A thing for a user. The same `request_id` is the same order, however often it comes."""

    request_id: str
    user_id: str
    sku: str
    quantity: int


class Answer(Enum):
    """What the other system makes of an order."""

    TAKEN = auto()
    REFUSED = auto()
    SILENT = auto()


class ItemDelivery(Protocol):
    """Hands one order over. TAKEN: the thing is the user's. REFUSED: it never will be. SILENT: try again.

    Never raises for what the other system does.
    """

    async def deliver(self, order: Order) -> Answer:
        """Delivers one order, and returns what the other system made of it."""
        ...


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """HMAC-SHA256 over the timestamp (Unix seconds), a dot and the body, in hexadecimal."""
    return hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()


class HttpDelivery:
    """POSTs each order as JSON, signed, with the request's id as the idempotency key.

    Any 2xx takes it; a 4xx refuses it for good, but for 408, 425 and 429; all else, and no answer in time, is silence.
    """

    def __init__(
        self, url: str, secret: str, *, timeout_seconds: float, clock: Clock, http: httpx.AsyncClient | None = None
    ) -> None:
        self._url = url
        self._secret = secret
        self._timeout = timeout_seconds
        self._clock = clock
        self._http = http or httpx.AsyncClient(verify=tls_context())

    async def deliver(self, order: Order) -> Answer:
        """POSTs the signed order, and returns what the status says of it."""
        body = json.dumps(
            {
                "requestId": order.request_id,
                "userId": order.user_id,
                "sku": order.sku,
                "quantity": order.quantity,
            },
            separators=(",", ":"),
        ).encode()
        timestamp = str(int(self._clock.now().timestamp()))
        headers = {
            "content-type": "application/json",
            KEY_HEADER: order.request_id,
            TIMESTAMP_HEADER: timestamp,
            SIGNATURE_HEADER: signature(self._secret, timestamp, body),
        }
        try:
            response = await self._http.post(self._url, content=body, headers=headers, timeout=self._timeout)
        except httpx.HTTPError:
            return Answer.SILENT
        if response.is_success:
            return Answer.TAKEN
        refused = response.is_client_error and response.status_code not in _PASSING
        return Answer.REFUSED if refused else Answer.SILENT


def http_delivery(settings: RewardsWorkerSettings, clock: Clock) -> HttpDelivery | None:
    """The delivery that the settings name, if they name one."""
    url, secret = settings.item_delivery_url, settings.item_delivery_secret
    if url is None or secret is None:
        return None
    seconds = settings.item_delivery_seconds
    return HttpDelivery(url, secret.get_secret_value(), timeout_seconds=seconds, clock=clock)
