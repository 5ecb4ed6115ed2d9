"""The process of users: settings in, ASGI app out."""

from fastapi import APIRouter, FastAPI
from fastapi.responses import JSONResponse

from subgraphs.runtime.clock import Clock
from subgraphs.runtime.parts import Parts, build_app, build_parts
from subgraphs.runtime.service import serve
from subgraphs.runtime.settings import load_settings
from subgraphs.runtime.telemetry import configure_logs
from subgraphs.users.context import make_context
from subgraphs.users.keys import SigningKeys, load_signing_keys
from subgraphs.users.operations.sessions import Tools
from subgraphs.users.passwords import Passwords
from subgraphs.users.schema import schema
from subgraphs.users.settings import UsersSettings
from subgraphs.users.store import UserStore

JWKS_SECONDS = 60


def build(settings: UsersSettings, *, keys: SigningKeys, clock: Clock | None = None) -> tuple[FastAPI, Parts]:
    """The app of these settings."""
    parts = build_parts("users", settings, clock=clock)
    passwords = Passwords(
        memory_kib=settings.password_memory_kib,
        time_cost=settings.password_time_cost,
        threads=settings.password_threads,
    )
    tools = Tools(
        mongo=parts.mongo,
        store=UserStore(parts.mongo),
        passwords=passwords,
        keys=keys,
        issuer=settings.token_issuer,
        clock=parts.clock,
    )

    async def stop() -> None:
        passwords.close()

    app = build_app(
        parts,
        schema=schema,
        keys=keys.verifying,
        make_context=lambda identity: make_context(parts, tools, identity),
        routers=[_key_router(keys)],
        on_stop=[stop],
    )
    return app, parts


def _key_router(keys: SigningKeys) -> APIRouter:
    router = APIRouter()

    @router.get("/.well-known/jwks.json")
    async def jwks() -> JSONResponse:
        return JSONResponse(keys.public_set, headers={"cache-control": f"public, max-age={JWKS_SECONDS}"})

    return router


def main() -> None:
    """Runs until SIGTERM or SIGINT."""
    settings = load_settings(UsersSettings)
    configure_logs("users", settings.log_level)
    app, parts = build(settings, keys=load_signing_keys(settings.signing_keys_file))
    serve(app, parts.health, settings)


if __name__ == "__main__":
    main()
