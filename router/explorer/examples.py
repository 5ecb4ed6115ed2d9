"""The saved examples of the explorer: some of the clients' real operations, with variables to begin with."""

import json
from typing import Any, Final

from router.node import FOLDER

_OPERATIONS: Final = FOLDER.parent / "schema" / "operations"
_SHOWN: Final[dict[str, dict[str, Any]]] = {
    "web/ActiveEvents": {"first": 5},
    "web/EventPage": {"id": "evdemo00active0000001"},
    "mobile/MyWallet": {"first": 10},
    "mobile/ClaimReward": {"offerId": "evdemo00active0000001.points0001", "key": "from-the-explorer-1"},
    "web/CreateEvent": {
        "input": {
            "name": "A week of quests",
            "startsAt": "2026-01-01T00:00:00Z",
            "rule": {"count": {"activity": "QUEST", "target": 3}},
        },
        "key": "from-the-explorer-2",
    },
}


def examples() -> list[dict[str, str]]:
    """The examples as GraphiQL's tabs."""
    return [
        {
            "query": (_OPERATIONS / f"{name}.graphql").read_text(),
            "variables": json.dumps(variables, indent=2),
        }
        for name, variables in _SHOWN.items()
    ]
