"""A stand-in for the events subgraph, as rewards asks it: an outside service to rewards."""

import asyncio
import json
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.types import Receive, Scope, Send


class EventsService:
    """Every event is like `event` but for those in `others`; who is in `unsatisfied` does not satisfy the rule."""

    def __init__(self) -> None:
        self.event: dict[str, Any] | None = {
            "id": "ev1",
            "status": "ACTIVE",
            "startsAt": "2026-01-01T00:00:00.000Z",
            "endsAt": None,
            "timezone": "UTC",
        }
        self.others: dict[str, dict[str, Any]] = {}
        self.unsatisfied: set[str] = set()
        self.delay = 0.0
        self.failure: str | None = None
        self.asked: list[list[str]] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        body = json.loads(await Request(scope, receive).body())
        await asyncio.sleep(self.delay)
        await self._answer(body["variables"])(scope, receive, send)

    def _answer(self, variables: dict[str, Any]) -> Response:
        match self.failure:
            case "status":
                return JSONResponse({"errors": []}, status_code=500)
            case "errors":
                return JSONResponse({"data": None, "errors": [{"message": "no"}]})
            case "text":
                return PlainTextResponse("<html>")
        users = variables.get("userIds", [])
        self.asked.append(users)
        return JSONResponse({"data": {"_entities": [self._event(of["id"], users) for of in variables["of"]]}})

    def _event(self, event_id: str, users: list[str]) -> dict[str, Any] | None:
        event = self.others.get(event_id, self.event)
        if event is None:
            return None
        eligibility = [
            {
                "satisfied": user not in self.unsatisfied,
                "conditions": [{"satisfied": user not in self.unsatisfied, "condition": {"id": "c1"}}],
            }
            for user in users
        ]
        return {**event, "eligibility": eligibility}
