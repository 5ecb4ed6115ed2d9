"""How a gateway is started: the router, or the stand-in, with one and the same environment."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from router.node import FOLDER, node_binary

ROOT: Final = FOLDER.parent
SUPERGRAPH: Final = ROOT / "schema" / "supergraph.graphql"
MANIFESTS: Final = ROOT / "schema" / "manifests"


@dataclass(frozen=True, slots=True)
class GatewayPlaces:
    """Where the gateway listens and what it reaches. `cors_origin`: the one origin whose pages may call it."""

    listen: str
    health_listen: str
    metrics_listen: str
    users_url: str
    events_url: str
    rewards_url: str
    cors_origin: str


def gateway_environment(
    places: GatewayPlaces, router_secret: str, scripts: Path, *, for_developers: bool, developer_key: str = ""
) -> dict[str, str]:
    """What the gateway's process reads. `scripts` is the folder that `write_script` filled.

    `for_developers` switches on introspection and full validation errors, and the safelist off; `developer_key` passes
    where the safelist is on.
    """
    return {
        "ROUTER_LISTEN": places.listen,
        "ROUTER_HEALTH_LISTEN": places.health_listen,
        "ROUTER_METRICS_LISTEN": places.metrics_listen,
        "USERS_URL": places.users_url,
        "EVENTS_URL": places.events_url,
        "REWARDS_URL": places.rewards_url,
        "CORS_ORIGIN": places.cors_origin,
        "ROUTER_SECRET": router_secret,
        "ROUTER_RHAI": str(scripts),
        "ROUTER_SAFELIST": str(not for_developers).lower(),
        "ROUTER_DEVELOPER_KEY": developer_key,
        "ROUTER_INTROSPECTION": str(for_developers).lower(),
        "ROUTER_REDACT_VALIDATION_ERRORS": str(not for_developers).lower(),
        "APOLLO_TELEMETRY_DISABLED": "true",
    }


def without_exporters(environ: Mapping[str, str]) -> dict[str, str]:
    """The environment less what would abort the router's start."""
    return {name: value for name, value in environ.items() if not name.startswith("OTEL_EXPORTER_OTLP_")}


def router_command(binary: Path) -> list[str]:
    """The router's command line."""
    return [str(binary), "--config", str(FOLDER / "router.yaml"), "--supergraph", str(SUPERGRAPH)]


def standin_command() -> list[str]:
    """The stand-in gateway's command line."""
    return [str(node_binary()), str(FOLDER / "standin" / "gateway.mjs"), str(SUPERGRAPH), str(MANIFESTS)]
