"""The process of users: settings in, ASGI app out."""

from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, FastAPI, Header
from fastapi.responses import JSONResponse

from subgraphs.runtime.app_factory import AppResources, build_app, build_resources
from subgraphs.runtime.auth.identity import secrets_match
from subgraphs.runtime.auth.revocations import Revocations, revocations_document
from subgraphs.runtime.clock import Clock
from subgraphs.runtime.server import run_service
from subgraphs.users.context import make_context
from subgraphs.users.operations.change_access import standings
from subgraphs.users.operations.dependencies import Dependencies
from subgraphs.users.operations.rate_limits import RateLimits
from subgraphs.users.passwords import Passwords
from subgraphs.users.schema import schema
from subgraphs.users.settings import UsersSettings
from subgraphs.users.signing_keys import SigningKeys, load_signing_keys, watch
from subgraphs.users.store.notifications import Inbox
from subgraphs.users.store.sessions import SessionStore
from subgraphs.users.store.users import UserStore

JWKS_SECONDS = 60


def build(
    settings: UsersSettings,
    *,
    keys: SigningKeys,
    keys_file: Path | None = None,
    revocations: Revocations | None = None,
    clock: Clock | None = None,
) -> tuple[FastAPI, AppResources]:
    """The app of these settings. `keys_file` is read anew whenever it changes."""
    resources = build_resources("users", settings, clock=clock)
    passwords = Passwords(
        memory_kib=settings.password_memory_kib,
        time_cost=settings.password_time_cost,
        threads=settings.password_threads,
    )
    dependencies = Dependencies(
        mongo=resources.mongo,
        users=UserStore(resources.mongo),
        sessions=SessionStore(resources.mongo),
        inbox=Inbox(resources.mongo),
        rate_limits=RateLimits(resources.rate_limiter, settings),
        passwords=passwords,
        keys=keys,
        issuer=settings.token_issuer,
        clock=resources.clock,
    )

    async def stop() -> None:
        passwords.close()

    app = build_app(
        resources,
        schema=schema,
        keys=keys,
        revocations=revocations or Revocations(lambda: standings(resources.mongo, resources.clock)),
        make_context=lambda caller: make_context(resources, dependencies, caller),
        routers=[_key_router(keys), _revocations_router(resources)],
        jobs=[] if keys_file is None else [lambda: watch(keys, keys_file)],
        on_stop=[stop],
    )
    return app, resources


def _key_router(keys: SigningKeys) -> APIRouter:
    router = APIRouter()

    @router.get("/.well-known/jwks.json")
    async def jwks() -> JSONResponse:
        return JSONResponse(keys.public_set, headers={"cache-control": f"public, max-age={JWKS_SECONDS}"})

    return router


def _revocations_router(resources: AppResources) -> APIRouter:
    router = APIRouter()
    secret = resources.settings.router_secret.get_secret_value()

    @router.get("/revocations")
    async def revocations(x_router_secret: Annotated[str | None, Header()] = None) -> JSONResponse:
        if not secrets_match(x_router_secret, secret):
            return JSONResponse({"error": "the router's secret is missing"}, status_code=403)
        document = revocations_document(await standings(resources.mongo, resources.clock))
        return JSONResponse(document, headers={"cache-control": "no-store"})

    return router


def main() -> None:
    """Runs until SIGTERM or SIGINT."""

    def with_keys(settings: UsersSettings) -> FastAPI:
        path = settings.signing_keys_file
        return build(settings, keys=load_signing_keys(path), keys_file=path)[0]

    run_service("users", UsersSettings, with_keys)


if __name__ == "__main__":
    main()
