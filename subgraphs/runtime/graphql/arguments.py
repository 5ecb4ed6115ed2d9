"""Arguments that mutations of all subgraphs share."""

from typing import Annotated, TypeAlias

import strawberry

IdempotencyKey: TypeAlias = Annotated[
    str,
    strawberry.argument(
        description=(
            "Made by the client, one for each intent: 1 to 128 printable characters. The same key with the same arguments "
            "is the same call for 7 days: it answers again and does nothing twice."
        )
    ),
]
