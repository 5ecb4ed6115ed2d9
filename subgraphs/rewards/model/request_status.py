"""The statuses of a request."""

from enum import StrEnum


class RequestStatus(StrEnum):
    """Where a request stands.

    PENDING waits for a decision, APPROVED for a delivery; the others are ends or may be reversed.
    """

    PENDING = "PENDING"
    APPROVED = "APPROVED"
    FULFILLED = "FULFILLED"
    REJECTED = "REJECTED"
    CANCELLED = "CANCELLED"
    EXPIRED = "EXPIRED"
    FAILED = "FAILED"
    REVERSED = "REVERSED"
