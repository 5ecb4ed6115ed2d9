"""When to stop asking Redis, and when to try again."""

import random
import time
from collections.abc import Callable
from typing import Final

FAULTS_TO_OPEN: Final = 3
OPEN_SECONDS: Final = 0.5
MAX_OPEN_SECONDS: Final = 4.0
# A probe that was never reported on is forgotten after this.
PROBE_SECONDS: Final = 1.0


class CircuitBreaker:
    """Opens after a few faults in a row; then lets one caller probe now and then, until one of them succeeds."""

    def __init__(self, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._faults = 0
        self._openings = 0
        self._closed = True
        self._next_probe_at = 0.0

    @property
    def state(self) -> str:
        """'closed', 'open', or 'half-open' when a probe is due or under way."""
        if self._closed:
            return "closed"
        return "open" if self._monotonic() < self._next_probe_at and self._openings else "half-open"

    @property
    def is_closed(self) -> bool:
        """Returns whether calls go through as usual."""
        return self._closed

    def allows(self) -> bool:
        """Whether to ask. While open, True means that the caller is the probe, and reports back."""
        if self._closed:
            return True
        now = self._monotonic()
        if now < self._next_probe_at:
            return False
        self._next_probe_at = now + PROBE_SECONDS
        return True

    def succeeded(self) -> None:
        """Redis answered."""
        self._faults = self._openings = 0
        self._closed = True

    def failed(self) -> None:
        """Redis did not answer, or said that it cannot."""
        self._faults += 1
        if self._closed and self._faults < FAULTS_TO_OPEN:
            return
        self._closed = False
        self._openings += 1
        wait = min(MAX_OPEN_SECONDS, OPEN_SECONDS * 2 ** min(self._openings - 1, 8))
        self._next_probe_at = self._monotonic() + wait * random.uniform(0.75, 1.0)
