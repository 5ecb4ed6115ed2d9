"""A stand-in for the users subgraph, as rewards asks it: an outside service to rewards."""

import json

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.types import Receive, Scope, Send


class UsersService:
    """Knows everybody but those in `unknown`; while `silent` it answers with a fault."""

    def __init__(self) -> None:
        self.unknown: set[str] = set()
        self.silent = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        body = json.loads(await Request(scope, receive).body())
        ids = [representation["id"] for representation in body["variables"]["of"]]
        found = [None if user_id in self.unknown else {"id": user_id} for user_id in ids]
        response = (
            JSONResponse({"errors": []}, status_code=503)
            if self.silent
            else JSONResponse({"data": {"_entities": found}})
        )
        await response(scope, receive, send)
