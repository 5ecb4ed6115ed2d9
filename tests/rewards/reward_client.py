"""The steps of requests and the bookings on wallets, as their callers send them."""

import asyncio
import secrets
from typing import Any

from tests.fixtures.client import InProcess
from tests.rewards.claiming import Claiming

REQUEST = """__typename id status version expiresAt decidedAt reason decidedBy { id }
  history { at from to reason actor { id } }
  grant { __typename ... on PointGrant { points expiresAt } ... on ItemGrant { sku quantity deliveredAt }
    ... on CouponGrant { code } ... on BadgeGrant { imageUrl } }"""
DECIDE = f"""mutation D($input: DecideRequestsInput!, $key: String!) {{
  decideRequests(input: $input, idempotencyKey: $key) {{ __typename
    ... on DecideRequestsSuccess {{ requests {{ {REQUEST} }}
      failures {{ index error {{ __typename code ... on IllegalStep {{ status }}
        ... on ValidationFailed {{ violations {{ path code }} }} }} }} }}
    ... on ValidationFailed {{ violations {{ path code }} }} ... on Error {{ code }} }} }}"""
STEP = f"""__typename ... on RequestSuccess {{ request {{ {REQUEST} }} }} ... on IllegalStep {{ status }}
  ... on NotFound {{ id }} ... on Error {{ code }}"""
CANCEL = f"mutation X($id: ID!) {{ cancelRequest(input: {{ requestId: $id }}) {{ {STEP} }} }}"
RETRY = f"mutation X($id: ID!) {{ retryDelivery(input: {{ requestId: $id }}) {{ {STEP} }} }}"
REVERSE = f"""mutation X($id: ID!, $reason: String!, $key: String!) {{
  reverseRequest(input: {{ requestId: $id, reason: $reason }}, idempotencyKey: $key) {{ {STEP}
    ... on InsufficientPoints {{ shortBy }} ... on ValidationFailed {{ violations {{ path code }} }} }} }}"""
ONE = f"query Q($id: ID!) {{ rewardRequest(id: $id) {{ {REQUEST} }} }}"
WALLET = """wallet { id balance nextExpiry { points at }
  entries(first: 100) { edges { node { kind points balanceAfter at reason expiresAt } } } }"""
BOOKED = f"""__typename ... on WalletSuccess {{ {WALLET} entry {{ id kind points balanceAfter expiresAt reason }} }}
  ... on InsufficientPoints {{ shortBy }} ... on NotFound {{ id }} ... on ValidationFailed {{ violations {{ path code }} }}
  ... on Error {{ code }}"""
SPEND = f"""mutation S($input: SpendPointsInput!, $key: String!) {{
  spendPoints(input: $input, idempotencyKey: $key) {{ {BOOKED} }} }}"""
ADJUST = f"""mutation A($input: AdjustPointsInput!, $key: String!) {{
  adjustPoints(input: $input, idempotencyKey: $key) {{ {BOOKED} }} }}"""


class Moving:
    """Works on what `claiming` has claimed."""

    def __init__(self, claiming: Claiming) -> None:
        self.claiming = claiming
        self.admin = claiming.issuer.token("kr-admin", "ADMIN")

    async def _send(self, query: str, variables: dict[str, Any], token: str, at: InProcess | None = None) -> Any:
        answer = await (at or self.claiming.rewards).graphql(query, variables, token=token)
        (found,) = answer.data.values()
        return found

    async def asked(self, offer_id: str, *users: str) -> list[str]:
        """The ids of these users' requests for the offer."""
        answers = await self.claiming.claims(offer_id, [(user, secrets.token_hex(8)) for user in users])
        return [answer["request"]["id"] for answer in answers]

    async def decide(
        self,
        ids: list[str],
        decision: str = "APPROVE",
        *,
        key: str | None = None,
        by: str | None = None,
        at: InProcess | None = None,
        **changes: Any,
    ) -> dict[str, Any]:
        """What a decision comes to."""
        reason = {"reason": "not this time"} if decision == "REJECT" else {}
        variables = {
            "input": {"requestIds": ids, "decision": decision, **reason, **changes},
            "key": key or secrets.token_hex(8),
        }
        found: dict[str, Any] = await self._send(DECIDE, variables, by or self.claiming.operator, at)
        return found

    async def cancel(self, request_id: str, user_id: str) -> dict[str, Any]:
        found: dict[str, Any] = await self._send(CANCEL, {"id": request_id}, self.claiming.issuer.token(user_id))
        return found

    async def reverse(
        self, request_id: str, *, reason: str = "by mistake", key: str | None = None, at: InProcess | None = None
    ) -> dict[str, Any]:
        variables = {"id": request_id, "reason": reason, "key": key or secrets.token_hex(8)}
        found: dict[str, Any] = await self._send(REVERSE, variables, self.claiming.operator, at)
        return found

    async def retry(self, request_id: str) -> dict[str, Any]:
        found: dict[str, Any] = await self._send(RETRY, {"id": request_id}, self.claiming.operator)
        return found

    async def request(self, request_id: str, token: str | None = None) -> dict[str, Any]:
        """The request as an operator sees it, or as the token's owner does."""
        found: dict[str, Any] = await self._send(ONE, {"id": request_id}, token or self.claiming.operator)
        return found

    async def spend(self, user_id: str, points: int, *, key: str | None = None, **changes: Any) -> dict[str, Any]:
        wanted = {"userId": user_id, "points": points, "reason": "a hat", **changes}
        variables = {"input": wanted, "key": key or secrets.token_hex(8)}
        found: dict[str, Any] = await self._send(SPEND, variables, self.claiming.issuer.service_token())
        return found

    async def adjust(self, user_id: str, points: int, *, key: str | None = None, **changes: Any) -> dict[str, Any]:
        wanted = {"userId": user_id, "points": points, "reason": "a gift", **changes}
        variables = {"input": wanted, "key": key or secrets.token_hex(8)}
        found: dict[str, Any] = await self._send(ADJUST, variables, self.admin)
        return found

    async def wallet(self, user_id: str) -> dict[str, Any]:
        """The user's wallet as they see it."""
        of = [{"__typename": "User", "id": user_id}]
        answer = await self.claiming.rewards.graphql.entities(
            of, f"... on User {{ {WALLET} }}", token=self.claiming.issuer.token(user_id)
        )
        found: dict[str, Any] = answer.data["_entities"][0]["wallet"]
        return found

    async def balances(self, *users: str) -> list[int]:
        return [wallet["balance"] for wallet in await asyncio.gather(*(self.wallet(user) for user in users))]

    async def stock(self, offer_id: str) -> tuple[int | None, int, int]:
        """Remaining, reserved, issued, as stored."""
        row = await self.claiming.mongo.write["stock"].find_one({"_id": offer_id})
        assert row is not None
        return row["remaining"], row["reserved"], row["issued"]
