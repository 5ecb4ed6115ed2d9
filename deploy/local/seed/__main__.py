"""`python -m deploy.local.seed` makes the demonstration's set once; with `--users` and `--events`, a large one besides."""

import argparse
import asyncio
import sys
from datetime import UTC, datetime

from deploy.local.seed.bulk import seed_bulk
from deploy.local.seed.demo import seed_demo
from deploy.local.seed.places import SeedSettings, open_databases
from subgraphs.runtime.settings import load_settings


async def seed(users: int, events: int) -> None:
    """Fills what is not there yet."""
    databases, connections = open_databases(load_settings(SeedSettings))
    now = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    try:
        made = await seed_demo(databases, now)
        print("the demonstration's data is made" if made else "the demonstration's data is there")
        if users or events:
            rate = await seed_bulk(databases, users, events, now)
            print(f"{users:,} users and {events:,} events: {rate:,.0f} documents/s")
    finally:
        for connection in connections:
            connection.close()


def main() -> int:
    """Runs the command; returns its exit status where it has one."""
    parser = argparse.ArgumentParser(prog="python -m deploy.local.seed", description=__doc__)
    parser.add_argument("--users", type=int, default=0)
    parser.add_argument("--events", type=int, default=0)
    chosen = parser.parse_args()
    asyncio.run(seed(chosen.users, chosen.events))
    return 0


if __name__ == "__main__":
    sys.exit(main())
