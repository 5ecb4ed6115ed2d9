"""The resources that every subgraph's process is built from."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, FastAPI
from prometheus_client import CollectorRegistry
from starlette.requests import Request

from subgraphs.runtime.auth.client_address import FORWARDED_HEADER, client_address
from subgraphs.runtime.auth.identity import Identity, KeySource, TokenVerifier
from subgraphs.runtime.auth.middleware import AuthMiddleware
from subgraphs.runtime.auth.revocations import Revocations
from subgraphs.runtime.cache import Cache, CacheUse, Freshness
from subgraphs.runtime.cache.factory import build_cache
from subgraphs.runtime.clock import Clock, SystemClock
from subgraphs.runtime.graphql.context import RequestContext
from subgraphs.runtime.graphql.http import GraphQLEndpoint
from subgraphs.runtime.graphql.operation_limits import OperationLimits
from subgraphs.runtime.graphql.schema import FederatedSchema
from subgraphs.runtime.health import Health
from subgraphs.runtime.mongo import Mongo
from subgraphs.runtime.mongo.read_your_writes import ReadYourWrites
from subgraphs.runtime.observability.metrics import LoaderMetrics, metrics_router
from subgraphs.runtime.observability.tracing import Tracing
from subgraphs.runtime.pagination.cursors import Cursors
from subgraphs.runtime.rate_limits import Rate, RateLimiter
from subgraphs.runtime.redis import RedisClient, connect_pipeline, connect_redis
from subgraphs.runtime.server import create_app
from subgraphs.runtime.settings import ServiceSettings


@dataclass(frozen=True, slots=True)
class AppResources:
    """What lives as long as the process."""

    name: str
    settings: ServiceSettings
    clock: Clock
    mongo: Mongo
    redis: RedisClient
    cursors: Cursors
    rate_limiter: RateLimiter
    health: Health
    cache: Cache
    metrics: CollectorRegistry
    loaders: LoaderMetrics

    def read_your_writes(self, identity: Identity, *, always_primary: bool = False) -> ReadYourWrites:
        """Where this caller's request reads. Services decide upon what they read, so they read from the primary."""
        always_primary = always_primary or identity.is_service
        is_up = self.cache.is_up
        return ReadYourWrites(self.mongo, self.redis, identity.id, always_primary=always_primary, is_up=is_up)

    def cached(self, identity: Identity, *, is_fill: bool = False) -> CacheUse:
        """The cache for one request of this caller. Services are told what the database says, and so is the cache itself."""
        cache = None if is_fill or identity.is_service else self.cache
        return CacheUse(cache, self.cache, self.mongo.write, self.clock, Freshness())


def build_resources(name: str, settings: ServiceSettings, *, clock: Clock | None = None) -> AppResources:
    """The resources, with connections that open when first used. Redis is no condition of readiness: all works without it."""
    mongo = Mongo(settings, app_name=f"laurel-{name}")
    pipeline = connect_pipeline(settings.redis_url)
    redis = connect_redis(settings.redis_url, pipeline=pipeline)
    used_clock = clock or SystemClock()
    cache = build_cache(
        settings.redis_url,
        settings.mongo_database,
        used_clock,
        limit_seconds=settings.cache_limit_seconds,
        pipeline=pipeline,
    )
    metrics = CollectorRegistry()
    metrics.register(cache.counts)
    return AppResources(
        name=name,
        settings=settings,
        clock=used_clock,
        mongo=mongo,
        redis=redis,
        rate_limiter=RateLimiter(redis, used_clock),
        cursors=Cursors(settings.cursor_secret.get_secret_value()),
        health=Health({"mongo": mongo.ping}),
        cache=cache,
        metrics=metrics,
        loaders=LoaderMetrics(metrics),
    )


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks, and from which network address, where a trusted proxy tells it."""

    identity: Identity
    address: str | None

    @property
    def counted_as(self) -> str | None:
        """Whose calls this one is counted with: the user's, or those from the address.

        None for trusted services, and for nobody from nowhere.
        """
        if self.identity.is_service:
            return None
        return self.identity.id or self.address


def build_app(
    resources: AppResources,
    *,
    schema: FederatedSchema,
    keys: KeySource,
    revocations: Revocations,
    make_context: Callable[[Caller], RequestContext],
    routers: Sequence[APIRouter] = (),
    jobs: Sequence[Callable[[], Coroutine[Any, Any, None]]] = (),
    on_stop: Sequence[Callable[[], Awaitable[None]]] = (),
) -> FastAPI:
    """The subgraph's ASGI app: `/graphql` behind the gate, health, and the routers of its own.

    Each of `jobs` runs as long as the app does.
    """

    @contextlib.asynccontextmanager
    async def lifespan() -> AsyncIterator[None]:
        await revocations.refresh()
        running = [asyncio.create_task(job()) for job in (revocations.run, *jobs)]
        try:
            yield
        finally:
            for task in running:
                task.cancel()
            for stop in on_stop:
                await stop()
            await resources.cache.close()
            await resources.redis.aclose()
            resources.mongo.close()

    operation_limits = OperationLimits(
        resources.rate_limiter,
        resources.clock,
        operation=Rate.parse(resources.settings.operation_limit),
        viewer=Rate.parse(resources.settings.viewer_limit),
    )

    async def context(request: Request) -> RequestContext:
        forwarded = request.headers.get(FORWARDED_HEADER)
        caller = Caller(request.state.identity, client_address(forwarded, resources.settings.trusted_proxies))
        made = make_context(caller)
        if caller.counted_as is not None:
            made.operation_limit = operation_limits.of(caller.counted_as)
        return made

    resources.cache.version = schema.version
    view = GraphQLEndpoint(schema, context)
    routers = [view, metrics_router(resources.metrics), *routers]
    app = create_app(name=resources.name, health=resources.health, routers=routers, lifespan=lifespan)
    app.state.resources = resources
    verifier = TokenVerifier(keys, issuer=resources.settings.token_issuer, clock=resources.clock)
    secret = resources.settings.router_secret.get_secret_value()
    app.add_middleware(
        AuthMiddleware, path="/graphql", router_secret=secret, verifier=verifier, revocations=revocations
    )
    app.add_middleware(Tracing)
    return app
