"""The process of events: settings in, ASGI app out."""

import httpx
from fastapi import FastAPI

from subgraphs.events.clients.profiles import Profiles
from subgraphs.events.context import make_context
from subgraphs.events.operations.dependencies import Dependencies
from subgraphs.events.operations.rate_limits import RateLimits
from subgraphs.events.schema import schema
from subgraphs.events.settings import EventsSettings
from subgraphs.events.store.events import EventStore
from subgraphs.runtime.app_factory import AppResources, build_app, build_resources
from subgraphs.runtime.auth.identity import KeySource
from subgraphs.runtime.auth.jwks import RemoteKeys
from subgraphs.runtime.auth.revocations import RemoteRevocations, Revocations
from subgraphs.runtime.clients.subgraph import SubgraphClient
from subgraphs.runtime.clients.tls import tls_context
from subgraphs.runtime.clock import Clock
from subgraphs.runtime.server import run_service


def build(
    settings: EventsSettings,
    *,
    keys: KeySource | None = None,
    revocations: Revocations | None = None,
    clock: Clock | None = None,
    users_transport: httpx.AsyncBaseTransport | None = None,
) -> tuple[FastAPI, AppResources]:
    """The app of these settings; `users_transport` is how users is reached when not over the network."""
    resources = build_resources("events", settings, clock=clock)
    users = SubgraphClient(
        settings.users_url,
        settings.service_token.get_secret_value(),
        timeout_seconds=settings.profile_seconds,
        http=httpx.AsyncClient(transport=users_transport, verify=tls_context()),
    )
    dependencies = Dependencies(
        mongo=resources.mongo,
        store=EventStore(resources.mongo),
        profiles=Profiles(resources.mongo, users),
        rate_limits=RateLimits(resources.rate_limiter, settings),
        clock=resources.clock,
    )
    remote = RemoteKeys(settings.jwks_url)
    standings = RemoteRevocations(settings.revocations_url, settings.router_secret.get_secret_value())
    app = build_app(
        resources,
        schema=schema,
        keys=keys or remote,
        revocations=revocations or Revocations(standings),
        make_context=lambda caller: make_context(resources, dependencies, caller),
        on_stop=[dependencies.profiles.close, remote.close, standings.close],
    )
    return app, resources


def main() -> None:
    """Runs until SIGTERM or SIGINT."""
    run_service("events", EventsSettings, lambda settings: build(settings)[0])


if __name__ == "__main__":
    main()
