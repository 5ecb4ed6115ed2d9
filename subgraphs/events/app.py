"""The process of events: settings in, ASGI app out."""

import httpx
from fastapi import FastAPI

from subgraphs.events.context import make_context
from subgraphs.events.operations.rates import Rates
from subgraphs.events.operations.tools import Tools
from subgraphs.events.profiles import Profiles
from subgraphs.events.schema import schema
from subgraphs.events.settings import EventsSettings
from subgraphs.events.store.events import EventStore
from subgraphs.runtime.app_factory import Parts, build_app, build_parts
from subgraphs.runtime.auth.identity import KeySource
from subgraphs.runtime.auth.jwks import RemoteKeys
from subgraphs.runtime.auth.revocations import RemoteRevocations, Revocations
from subgraphs.runtime.clients.subgraph import Peer
from subgraphs.runtime.clients.tls import trusted
from subgraphs.runtime.clock import Clock
from subgraphs.runtime.observability.logging import configure_logs
from subgraphs.runtime.server import serve
from subgraphs.runtime.settings import load_settings


def build(
    settings: EventsSettings,
    *,
    keys: KeySource | None = None,
    revocations: Revocations | None = None,
    clock: Clock | None = None,
    users_transport: httpx.AsyncBaseTransport | None = None,
) -> tuple[FastAPI, Parts]:
    """The app of these settings; `users_transport` is how users is reached when not over the network."""
    parts = build_parts("events", settings, clock=clock)
    users = Peer(
        settings.users_url,
        settings.service_token.get_secret_value(),
        timeout_seconds=settings.profile_seconds,
        http=httpx.AsyncClient(transport=users_transport, verify=trusted()),
    )
    tools = Tools(
        mongo=parts.mongo,
        store=EventStore(parts.mongo),
        profiles=Profiles(parts.mongo, users),
        rates=Rates(parts.limits, settings),
        clock=parts.clock,
    )
    remote = RemoteKeys(settings.jwks_url)
    standings = RemoteRevocations(settings.revocations_url, settings.router_secret.get_secret_value())
    app = build_app(
        parts,
        schema=schema,
        keys=keys or remote,
        revocations=revocations or Revocations(standings),
        make_context=lambda caller: make_context(parts, tools, caller),
        on_stop=[tools.profiles.close, remote.close, standings.close],
    )
    return app, parts


def main() -> None:
    """Runs until SIGTERM or SIGINT."""
    settings = load_settings(EventsSettings)
    configure_logs("events", settings.log_level)
    app, parts = build(settings)
    serve(app, parts.health, settings)


if __name__ == "__main__":
    main()
