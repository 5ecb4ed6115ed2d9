"""The process of events: settings in, ASGI app out."""

from fastapi import FastAPI

from subgraphs.events.context import make_context
from subgraphs.events.operations.tools import Tools
from subgraphs.events.schema import schema
from subgraphs.events.settings import EventsSettings
from subgraphs.events.store.events import EventStore
from subgraphs.runtime.clock import Clock
from subgraphs.runtime.identity import KeySource
from subgraphs.runtime.jwks import RemoteKeys
from subgraphs.runtime.parts import Parts, build_app, build_parts
from subgraphs.runtime.service import serve
from subgraphs.runtime.settings import load_settings
from subgraphs.runtime.telemetry import configure_logs


def build(
    settings: EventsSettings, *, keys: KeySource | None = None, clock: Clock | None = None
) -> tuple[FastAPI, Parts]:
    """The app of these settings."""
    parts = build_parts("events", settings, clock=clock)
    tools = Tools(mongo=parts.mongo, store=EventStore(parts.mongo), clock=parts.clock)
    remote = RemoteKeys(settings.jwks_url)
    app = build_app(
        parts,
        schema=schema,
        keys=keys or remote,
        make_context=lambda identity: make_context(parts, tools, identity),
        on_stop=[remote.close],
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
