"""What the cache counts, as plain numbers and for Prometheus."""

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Final

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric

# By field: used fresh, used while it is refreshed, absent or old, loaded, given by somebody else's load, not asked for.
BY_FIELD: Final = ("hits", "stale", "misses", "fills", "joined", "bypasses", "kept_hits", "unstored")
# By kind: what Redis did not do.
FAULTS: Final = ("away", "refused")
BREAKER_STATES: Final = ("closed", "half-open", "open")


class CacheMetrics:
    """The counters of one process's cache."""

    def __init__(self) -> None:
        self.by_field: Counter[tuple[str, str]] = Counter()
        self.faults: Counter[str] = Counter()
        self.round_trips = 0
        self.raised = 0
        self.breaker_state: Callable[[], str] = lambda: "closed"
        self.owed: Callable[[], int] = lambda: 0

    def add(self, what: str, field: str, number: int = 1) -> None:
        """Counts something of BY_FIELD for a field."""
        self.by_field[what, field] += number

    def total(self, what: str) -> int:
        """The sum over all fields."""
        return sum(number for (name, _), number in self.by_field.items() if name == what)

    def collect(self) -> Iterator[Metric]:
        """The counters as Prometheus takes them."""
        for what in BY_FIELD:
            family = CounterMetricFamily(f"cache_{what}", f"Cached fields: {what}.", labels=("field",))
            for (name, field), number in sorted(self.by_field.items()):
                if name == what:
                    family.add_metric((field,), number)
            yield family
        faults = CounterMetricFamily("cache_faults", "Calls of Redis that failed.", labels=("kind",))
        for kind in FAULTS:
            faults.add_metric((kind,), self.faults[kind])
        yield faults
        yield CounterMetricFamily("cache_round_trips", "Pipelines sent to Redis.", value=self.round_trips)
        yield CounterMetricFamily("cache_raised", "Tags raised.", value=self.raised)
        yield GaugeMetricFamily("cache_raises_owed", "Tags whose raise could not be told yet.", value=self.owed())
        breaker = GaugeMetricFamily("cache_breaker", "1 for the state that the breaker is in.", labels=("state",))
        state = self.breaker_state()
        for known in BREAKER_STATES:
            breaker.add_metric((known,), float(known == state))
        yield breaker
