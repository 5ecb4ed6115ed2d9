"""The process of rewards: settings in, ASGI app out."""

import httpx
from fastapi import FastAPI

from subgraphs.rewards.clients.events import EventsClient
from subgraphs.rewards.clients.users import UsersClient
from subgraphs.rewards.context import make_context
from subgraphs.rewards.operations.claim.service import ClaimService
from subgraphs.rewards.operations.dependencies import Dependencies
from subgraphs.rewards.operations.rate_limits import RateLimits
from subgraphs.rewards.refusal_counter import RefusalCounter
from subgraphs.rewards.schema import schema
from subgraphs.rewards.settings import RewardsSettings
from subgraphs.rewards.store.stats import RefusalStore
from subgraphs.runtime.app_factory import AppResources, build_app, build_resources
from subgraphs.runtime.auth.identity import KeySource
from subgraphs.runtime.auth.jwks import RemoteKeys
from subgraphs.runtime.auth.revocations import RemoteRevocations, Revocations
from subgraphs.runtime.clients.subgraph import SubgraphClient
from subgraphs.runtime.clients.tls import tls_context
from subgraphs.runtime.clock import Clock
from subgraphs.runtime.rate_limits import Rate
from subgraphs.runtime.server import run_service


def build(
    settings: RewardsSettings,
    *,
    keys: KeySource | None = None,
    revocations: Revocations | None = None,
    clock: Clock | None = None,
    events_transport: httpx.AsyncBaseTransport | None = None,
    users_transport: httpx.AsyncBaseTransport | None = None,
) -> tuple[FastAPI, AppResources]:
    """The app of these settings; the transports are how events and users are reached when not over the network."""
    resources = build_resources("rewards", settings, clock=clock)
    events = EventsClient(
        settings.events_url,
        settings.service_token.get_secret_value(),
        timeout_seconds=settings.eligibility_seconds,
        http=httpx.AsyncClient(transport=events_transport, verify=tls_context()),
    )
    users = UsersClient(
        SubgraphClient(
            settings.users_url,
            settings.service_token.get_secret_value(),
            timeout_seconds=settings.account_seconds,
            http=httpx.AsyncClient(transport=users_transport, verify=tls_context()),
        )
    )
    dependencies = Dependencies.over(
        resources.mongo, resources.clock, events=events, users=users, may_owe=settings.allow_negative_wallet
    )
    rate_limits = RateLimits(resources.rate_limiter, Rate.parse(settings.claim_limit))
    refusal_counter = RefusalCounter(RefusalStore(resources.mongo))
    claims = ClaimService(dependencies, rate_limits, refusal_counter, seconds=settings.claim_seconds)
    remote = RemoteKeys(settings.jwks_url)
    standings = RemoteRevocations(settings.revocations_url, settings.router_secret.get_secret_value())
    app = build_app(
        resources,
        schema=schema,
        keys=keys or remote,
        revocations=revocations or Revocations(standings),
        make_context=lambda caller: make_context(resources, dependencies, claims, caller.identity),
        jobs=[refusal_counter.run],
        on_stop=[claims.close, refusal_counter.flush, events.close, users.close, remote.close, standings.close],
    )
    return app, resources


def main() -> None:
    """Runs until SIGTERM or SIGINT."""
    run_service("rewards", RewardsSettings, lambda settings: build(settings)[0])


if __name__ == "__main__":
    main()
