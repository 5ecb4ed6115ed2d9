"""How a step of a request, or a posting on a wallet, is refused."""

from dataclasses import dataclass

from subgraphs.rewards.model.request_status import RequestStatus


@dataclass(frozen=True, slots=True)
class IllegalStep:
    """The request's status does not allow the step."""

    status: RequestStatus


@dataclass(frozen=True, slots=True)
class InsufficientPoints:
    """So many points more would be needed."""

    short_by: int


@dataclass(frozen=True, slots=True)
class OwnRequest:
    """Nobody decides a request of their own."""
