"""A stand-in for the users subgraph, as events asks it: an outside service to events."""

import json
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.types import Receive, Scope, Send


class UsersService:
    """Knows the accounts in `accounts`; while `silent` it answers with a fault."""

    def __init__(self) -> None:
        self.accounts: dict[str, dict[str, Any]] = {}
        self.silent = False
        self.asked: list[list[str]] = []

    def add(self, user_id: str, **changes: Any) -> None:
        """An account in Korea, made on the first of January."""
        self.accounts[user_id] = {
            "id": user_id,
            "region": "KR",
            "timezone": "Asia/Seoul",
            "createdAt": "2026-01-01T00:00:00.000Z",
            "version": 1,
            **changes,
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        body = json.loads(await Request(scope, receive).body())
        ids = [representation["id"] for representation in body["variables"]["of"]]
        self.asked.append(ids)
        if self.silent:
            response = JSONResponse({"errors": []}, status_code=503)
        else:
            response = JSONResponse({"data": {"_entities": [self.accounts.get(user_id) for user_id in ids]}})
        await response(scope, receive, send)
