"""The HTTP server of one process: its start from settings, its health paths, and a graceful end."""

import asyncio
import contextlib
import gc
import signal
from collections.abc import AsyncIterator, Callable, Sequence
from types import FrameType
from typing import Final, TypeAlias, TypeVar

import structlog
import uvicorn
from fastapi import APIRouter, FastAPI
from fastapi.responses import JSONResponse
from starlette.types import ASGIApp

from subgraphs.runtime.health import Health
from subgraphs.runtime.observability.logging import configure_logs
from subgraphs.runtime.settings import ServerSettings, load_settings

log = structlog.get_logger("service")

Lifespan: TypeAlias = Callable[[], contextlib.AbstractAsyncContextManager[None]]
Settings = TypeVar("Settings", bound=ServerSettings)


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
    app.state.health = health
    return app


# Objects made, less those freed, between two collections; what survives is looked through again after this many of them.
GC_THRESHOLDS: Final = (20_000, 20, 50)


def freeze_garbage_collector() -> None:
    """Takes all that was made so far out of the garbage collector's sight, and lets it look less often.

    A schema is some hundred thousand objects that live as long as the process: looking through them again and again,
    whenever a crowd of requests is under way, takes more time than the requests.
    """
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


def run_service(name: str, settings_class: type[Settings], build: Callable[[Settings], FastAPI]) -> None:
    """Runs one process until SIGTERM or SIGINT: settings from the environment, structured logs, the app that `build` makes.

    A missing or bad setting ends the process with status 2 and says which; a port that is taken, with status 1.
    """
    settings = load_settings(settings_class)
    configure_logs(name, settings.log_level)
    app = build(settings)
    serve(app, app.state.health, settings)
