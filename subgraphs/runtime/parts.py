"""The parts that every subgraph's process is built from."""

import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass

from fastapi import APIRouter, FastAPI
from starlette.requests import Request

from subgraphs.runtime.clock import Clock, SystemClock
from subgraphs.runtime.connection import Cursors
from subgraphs.runtime.gate import Gate
from subgraphs.runtime.graphql.context import RequestContext
from subgraphs.runtime.graphql.schema import FederatedSchema
from subgraphs.runtime.graphql.view import GraphQLView
from subgraphs.runtime.identity import Identity, KeySource, TokenVerifier
from subgraphs.runtime.mongo import Mongo
from subgraphs.runtime.recency import Recency
from subgraphs.runtime.redis import RedisClient, connect_redis
from subgraphs.runtime.service import Health, Tracing, create_app
from subgraphs.runtime.settings import ServiceSettings


@dataclass(frozen=True, slots=True)
class Parts:
    """What lives as long as the process."""

    name: str
    settings: ServiceSettings
    clock: Clock
    mongo: Mongo
    redis: RedisClient
    cursors: Cursors
    health: Health

    def recency(self, identity: Identity) -> Recency:
        """Where this caller's request reads. Services decide upon what they read, so they read from the primary."""
        return Recency(self.mongo, self.redis, identity.id, always_primary=identity.is_service)


def build_parts(name: str, settings: ServiceSettings, *, clock: Clock | None = None) -> Parts:
    """The parts, with connections that open when first used. Redis is no condition of readiness: all works without it."""
    mongo = Mongo(settings, app_name=f"laurel-{name}")
    return Parts(
        name=name,
        settings=settings,
        clock=clock or SystemClock(),
        mongo=mongo,
        redis=connect_redis(settings.redis_url),
        cursors=Cursors(settings.cursor_secret.get_secret_value()),
        health=Health({"mongo": mongo.ping}),
    )


def identity_of(request: Request) -> Identity:
    """The identity that the gate found."""
    identity: Identity = request.state.identity
    return identity


def build_app(
    parts: Parts,
    *,
    schema: FederatedSchema,
    keys: KeySource,
    make_context: Callable[[Identity], RequestContext],
    routers: Sequence[APIRouter] = (),
    on_stop: Sequence[Callable[[], Awaitable[None]]] = (),
) -> FastAPI:
    """The subgraph's ASGI app: `/graphql` behind the gate, health, and the routers of its own."""

    @contextlib.asynccontextmanager
    async def lifespan() -> AsyncIterator[None]:
        try:
            yield
        finally:
            for stop in on_stop:
                await stop()
            await parts.redis.aclose()
            parts.mongo.close()

    async def context(request: Request) -> RequestContext:
        return make_context(identity_of(request))

    view = GraphQLView(schema, context)
    app = create_app(name=parts.name, health=parts.health, routers=[view, *routers], lifespan=lifespan)
    verifier = TokenVerifier(keys, issuer=parts.settings.token_issuer, clock=parts.clock)
    secret = parts.settings.router_secret.get_secret_value()
    app.add_middleware(Gate, path="/graphql", router_secret=secret, verifier=verifier)
    app.add_middleware(Tracing)
    return app
