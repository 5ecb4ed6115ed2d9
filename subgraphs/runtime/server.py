"""The ASGI service of one process: health, the router's secret, identity, GraphQL, a graceful end."""

import asyncio
import contextlib
import gc
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from types import FrameType
from typing import Any, Final

import structlog
import uvicorn
from fastapi import APIRouter, FastAPI
from fastapi.responses import JSONResponse
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from subgraphs.runtime.observability.logging import trace_id_of
from subgraphs.runtime.settings import ServerSettings

READY_SECONDS: Final = 2.0
log = structlog.get_logger("service")

Check = Callable[[], Awaitable[None]]
Lifespan = Callable[[], contextlib.AbstractAsyncContextManager[None]]


class Health:
    """Whether the process lives and may get requests. It is not ready while it starts, drains, or a need is not met."""

    def __init__(self, checks: Mapping[str, Check]) -> None:
        self._checks = checks
        self.draining = False

    async def ready(self) -> dict[str, str]:
        """What each dependency says: 'ok' or the kind of its fault."""
        results = await asyncio.gather(*(self._run(check) for check in self._checks.values()))
        return dict(zip(self._checks, results, strict=True))

    @staticmethod
    async def _run(check: Check) -> str:
        try:
            async with asyncio.timeout(READY_SECONDS):
                await check()
        except Exception as error:
            return type(error).__name__
        return "ok"


def create_app(*, name: str, health: Health, routers: Sequence[APIRouter], lifespan: Lifespan) -> FastAPI:
    """The app with its health paths and routers."""

    @contextlib.asynccontextmanager
    async def life(_: FastAPI) -> AsyncIterator[None]:
        async with lifespan():
            log.info("started")
            yield
        log.info("stopped")

    app = FastAPI(title=name, lifespan=life, docs_url=None, redoc_url=None, openapi_url=None)

    @app.get("/health/live")
    async def live() -> dict[str, str]:
        return {"status": "live"}

    @app.get("/health/ready")
    async def ready() -> JSONResponse:
        checks = await health.ready()
        is_ready = not health.draining and all(result == "ok" for result in checks.values())
        status = "draining" if health.draining else ("ready" if is_ready else "not ready")
        return JSONResponse({"status": status, "checks": checks}, status_code=200 if is_ready else 503)

    for router in routers:
        app.include_router(router)
    return app


class Tracing:
    """Binds the trace id to the request's log lines and answers with it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        trace_id = trace_id_of(headers.get(b"traceparent", b"").decode("latin-1"))
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(trace_id=trace_id)

        async def send_with_id(message: Any) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), (b"x-trace-id", trace_id.encode())]
            await send(message)

        await self._app(scope, receive, send_with_id)


def metrics_router(registry: CollectorRegistry) -> APIRouter:
    """`/metrics`, as Prometheus reads it."""
    router = APIRouter()

    @router.get("/metrics")
    async def metrics() -> Response:
        return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)

    return router


def graphql_refusal(status: int, code: str, message: str) -> JSONResponse:
    """A response of GraphQL's shape for a request that never reaches execution."""
    return JSONResponse({"errors": [{"message": message, "extensions": {"code": code}}]}, status_code=status)


# Objects made, less those freed, between two collections; what survives is looked through again after this many of them.
GC_THRESHOLDS: Final = (20_000, 20, 50)


def freeze_garbage_collector() -> None:
    """Takes all that was made so far out of the garbage collector's sight, and lets it look less often.

    A schema is some hundred thousand objects that live as long as the process: looking through them again and again,
    whenever a crowd of requests is under way, takes more time than the requests."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*GC_THRESHOLDS)


class DrainingServer(uvicorn.Server):
    """Uvicorn that first says 'not ready', waits for the load balancer to see it, then finishes what is under way."""

    def __init__(self, config: uvicorn.Config, health: Health, delay_seconds: float) -> None:
        super().__init__(config)
        self._health = health
        self._delay_seconds = delay_seconds

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """The first signal drains; the second ends at once, as does SIGINT at a terminal pressed twice."""
        if self._health.draining or self._delay_seconds == 0:
            self._health.draining = True
            super().handle_exit(sig, frame)
            return
        self._health.draining = True
        loop = asyncio.get_running_loop()
        loop.call_soon_threadsafe(loop.call_later, self._delay_seconds, super().handle_exit, signal.SIGTERM, None)


def serve(app: ASGIApp, health: Health, settings: ServerSettings) -> None:
    """Runs the app until SIGTERM or SIGINT. A port that is taken ends the process with a message and status 1."""
    config = uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_keep_alive=settings.keep_alive_seconds,
        timeout_graceful_shutdown=settings.drain_seconds,
        lifespan="on",
        ws="none",
    )
    freeze_garbage_collector()
    DrainingServer(config, health, settings.drain_delay_seconds).run()
