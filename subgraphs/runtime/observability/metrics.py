"""Metrics for Prometheus: `/metrics`, and what the dataloaders of a process do."""

from typing import Final

from fastapi import APIRouter
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram, generate_latest
from starlette.responses import Response

_KEYS: Final = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)
_SECONDS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5)


class LoaderMetrics:
    """An observer of loaders.

    How large their batches are, how long they take, how many keys fail, and how many a request asked for again and had
    already.
    """

    def __init__(self, registry: CollectorRegistry) -> None:
        labels = ("loader",)
        self._keys = Histogram("loader_batch_keys", "Keys of one batch.", labels, buckets=_KEYS, registry=registry)
        self._seconds = Histogram(
            "loader_batch_seconds", "Seconds that one batch took.", labels, buckets=_SECONDS, registry=registry
        )
        self._known = Counter(
            "loader_known_keys", "Keys that their request had read already.", labels, registry=registry
        )
        self._failed = Counter("loader_failed_keys", "Keys that came to an error.", labels, registry=registry)

    def known(self, loader: str) -> None:
        """A key was asked for again."""
        self._known.labels(loader).inc()

    def read(self, loader: str, keys: int, failed: int, seconds: float) -> None:
        """A batch was read."""
        self._keys.labels(loader).observe(keys)
        self._seconds.labels(loader).observe(seconds)
        if failed:
            self._failed.labels(loader).inc(failed)


def metrics_router(registry: CollectorRegistry) -> APIRouter:
    """`/metrics`, as Prometheus reads it."""
    router = APIRouter()

    @router.get("/metrics")
    async def metrics() -> Response:
        return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)

    return router
