"""The process of rewards: settings in, ASGI app out."""

import httpx
from fastapi import FastAPI

from subgraphs.rewards.context import make_context
from subgraphs.rewards.eligibility import EventsClient
from subgraphs.rewards.operations.claim_reward import Claims
from subgraphs.rewards.operations.tools import Tools
from subgraphs.rewards.schema import schema
from subgraphs.rewards.settings import RewardsSettings
from subgraphs.rewards.store.badges import BadgeStore
from subgraphs.rewards.store.codes import CodeStore
from subgraphs.rewards.store.offers import OfferStore
from subgraphs.rewards.store.requests import RequestStore
from subgraphs.rewards.store.rewards import RewardStore
from subgraphs.rewards.store.wallets import WalletStore
from subgraphs.runtime.clock import Clock
from subgraphs.runtime.identity import KeySource
from subgraphs.runtime.jwks import RemoteKeys
from subgraphs.runtime.parts import Parts, build_app, build_parts
from subgraphs.runtime.revocations import RemoteRevocations, Revocations
from subgraphs.runtime.service import serve
from subgraphs.runtime.settings import load_settings
from subgraphs.runtime.telemetry import configure_logs


def build(
    settings: RewardsSettings,
    *,
    keys: KeySource | None = None,
    revocations: Revocations | None = None,
    clock: Clock | None = None,
    events_transport: httpx.AsyncBaseTransport | None = None,
) -> tuple[FastAPI, Parts]:
    """The app of these settings; `events_transport` is how events is reached when not over the network."""
    parts = build_parts("rewards", settings, clock=clock)
    events = EventsClient(
        settings.events_url,
        settings.service_token.get_secret_value(),
        timeout_seconds=settings.eligibility_seconds,
        http=httpx.AsyncClient(transport=events_transport),
    )
    tools = Tools(
        mongo=parts.mongo,
        rewards=RewardStore(parts.mongo),
        codes=CodeStore(parts.mongo),
        badges=BadgeStore(parts.mongo),
        offers=OfferStore(parts.mongo),
        requests=RequestStore(parts.mongo),
        wallets=WalletStore(parts.mongo),
        events=events,
        clock=parts.clock,
    )
    claims = Claims(tools, seconds=settings.claim_seconds)
    remote = RemoteKeys(settings.jwks_url)
    standings = RemoteRevocations(settings.revocations_url, settings.router_secret.get_secret_value())
    app = build_app(
        parts,
        schema=schema,
        keys=keys or remote,
        revocations=revocations or Revocations(standings),
        make_context=lambda caller: make_context(parts, tools, claims, caller.identity),
        on_stop=[claims.close, events.close, remote.close, standings.close],
    )
    return app, parts


def main() -> None:
    """Runs until SIGTERM or SIGINT."""
    settings = load_settings(RewardsSettings)
    configure_logs("rewards", settings.log_level)
    app, parts = build(settings)
    serve(app, parts.health, settings)


if __name__ == "__main__":
    main()
