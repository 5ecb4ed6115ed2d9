"""Everything that clients do, in one life: every operation that is not just a list of what all have made."""

from datetime import UTC, datetime
from typing import Any

from tests.fixtures.graph import Graph
from tests.fixtures.waiting import until
from tests.supergraph.gateway_transcript import Teller

PASSWORD = "correct horse battery"
ADMIN = "krdemo0000000000000003"
AUDITOR = "krdemo0000000000000002"


async def live(ask: Teller, graph: Graph) -> None:
    """One user's, one event's and one reward desk's life, told apart from others by the teller's word."""
    email = f"{ask.word}@example.com"
    session = await _sign_up(ask, email)
    user, token = session["user"]["id"], session["accessToken"]
    event = await _make_an_event(ask, graph, user)
    offers = await _fill_the_desk(ask, graph, event["id"])
    await _take_part(ask, graph, event["id"], user, token)
    await _claim(ask, graph, offers, token)
    await _decide(ask, graph, event["id"], offers, token)
    await _points(ask, graph, user, token)
    await _end_the_event(ask, graph, event)
    await _change_the_account(ask, graph, user, token, email)
    await ask("mobile/Logout", {"refreshToken": session["refreshToken"]})


async def _sign_up(ask: Teller, email: str) -> Any:
    wanted = {"email": email, "password": PASSWORD, "displayName": "Ann", "region": "KR"}
    await ask("web/Register", {"input": wanted})
    await ask("web/Login", {"input": {"email": email, "password": "wrong password"}})
    login = await ask("web/Login", {"input": {"email": email, "password": PASSWORD}})
    refreshed = await ask("mobile/RefreshSession", {"refreshToken": login["session"]["refreshToken"]})
    token = refreshed["session"]["accessToken"]
    me = await ask("web/Me", token=token)
    await ask("web/Me")
    await ask("web/UserCard", {"id": me["id"]}, token=token)
    return {**refreshed["session"], "user": {"id": me["id"]}}


async def _make_an_event(ask: Teller, graph: Graph, user: str) -> Any:
    wanted = {
        "name": "A life",
        "startsAt": "2026-01-01T00:00:00Z",
        "tags": [ask.word],
        "rule": {"count": {"activity": "QUEST", "target": 1}},
    }
    event = (await ask("web/CreateEvent", {"input": wanted, "key": ask.word}, token=graph.operator))["event"]
    await ask("web/CreateEvent", {"input": {**wanted, "name": "Other"}, "key": ask.word}, token=graph.operator)
    update = {"id": event["id"], "expectedVersion": 1, "description": "All of it"}
    await ask("web/UpdateEvent", {"input": update}, token=graph.operator)
    move = {"id": event["id"], "version": 2, "transition": "PUBLISH"}
    await ask("web/TransitionEvent", move, token=graph.operator)
    await ask("web/TransitionEvent", move, token=graph.operator)
    activities = [{"type": "QUEST", "occurredAt": datetime.now(UTC).isoformat()}]
    tried = {"eventId": event["id"], "userId": user, "activities": activities}
    await ask("web/SimulateEvent", {"input": tried}, token=graph.operator)
    await ask("web/EventsTable", {"filter": {"tags": [ask.word]}}, token=graph.operator)
    return event


async def _fill_the_desk(ask: Teller, graph: Graph, event: str) -> dict[str, str]:
    offers = {}
    for kind, worth, terms in (
        ("points", {"points": 7}, {"stockTotal": 5, "approval": "MANUAL"}),
        ("coupon", {}, {}),
        ("item", {"sku": "sword"}, {"stockTotal": 1}),
        ("badge", {"description": "For the brave"}, {}),
    ):
        wanted = {kind: {"name": f"{kind} {ask.word}", **worth}}
        made = await ask("web/CreateReward", {"input": wanted, "key": f"{ask.word}{kind}"}, token=graph.operator)
        reward = made["reward"]["id"]
        offer = {"eventId": event, "rewardId": reward, **terms}
        given = await ask("web/CreateOffer", {"input": offer, "key": f"{ask.word}{kind}-offer"}, token=graph.operator)
        offers[kind] = given["offer"]["id"]
        renamed = {"id": reward, "expectedVersion": 1, "name": f"The {kind} {ask.word}"}
        await ask("web/UpdateReward", {"input": renamed}, token=graph.operator)
        if kind == "coupon":
            codes = {"rewardId": reward, "codes": [f"CODE-{ask.word}"]}
            await ask("web/AddCouponCodes", {"input": codes, "key": ask.word}, token=graph.operator)
    changed = {"id": offers["points"], "expectedVersion": 1, "stockTotal": 6}
    await ask("web/UpdateOffer", {"input": changed}, token=graph.operator)
    await ask("web/OffersOfEvent", {"id": event}, token=graph.operator)
    await ask("web/RewardsTable", {"filter": {"text": ask.word}}, token=graph.operator)
    return offers


async def _take_part(ask: Teller, graph: Graph, event: str, user: str, token: str) -> None:
    await ask("mobile/MyProgress", {"eventIds": [event, "nowhere"]}, token=token)
    now = datetime.now(UTC).isoformat()
    row = {"userId": user, "type": "QUEST", "occurredAt": now, "source": "life", "externalId": ask.word}
    rows = {"rows": [row, row, {**row, "externalId": ""}]}
    await ask("web/RecordActivities", {"input": rows}, token=graph.stack.service_token)
    await ask("web/RecordActivities", {"input": rows}, token=token)
    await ask("mobile/CheckIn", token=token)
    await ask("web/EventPage", {"id": event}, token=token)


async def _claim(ask: Teller, graph: Graph, offers: dict[str, str], token: str) -> None:
    for kind in ("coupon", "badge"):
        for key in ("first", "first", "second"):
            await ask("mobile/ClaimReward", {"offerId": offers[kind], "key": f"{kind}{key}"}, token=token)
    await ask("mobile/ClaimReward", {"offerId": offers["badge"], "key": "x"})
    await ask("mobile/ClaimReward", {"offerId": "nowhere.nowhere", "key": "x"}, token=token)
    await ask("mobile/MyBadges", token=token)
    await ask("mobile/OfferCard", {"id": offers["points"]}, token=token)


async def _decide(ask: Teller, graph: Graph, event: str, offers: dict[str, str], token: str) -> None:
    asked = await ask("mobile/ClaimReward", {"offerId": offers["points"], "key": "one"}, token=token)
    await ask("mobile/CancelRequest", {"id": asked["request"]["id"]}, token=token)
    asked = await ask("mobile/ClaimReward", {"offerId": offers["points"], "key": "two"}, token=token)
    request = asked["request"]["id"]
    decision = {"requestIds": [request, "nobody.nothing"], "decision": "APPROVE", "reason": "looked at"}
    await ask("web/DecideRequests", {"input": decision, "key": ask.word}, token=graph.operator)
    await ask("web/RetryDelivery", {"id": request}, token=graph.operator)
    reverse = {"id": request, "reason": "a mistake", "key": ask.word}
    await ask("web/ReverseRequest", reverse, token=graph.operator)
    await ask("web/RequestTrail", {"id": request}, token=graph.operator)
    await ask("web/RequestsTable", {"filter": {"eventId": event}}, token=graph.operator)
    await ask("mobile/MyRequests", token=token)


async def _points(ask: Teller, graph: Graph, user: str, token: str) -> None:
    given = {"input": {"userId": user, "points": 50, "reason": "sorry"}, "key": ask.word}
    await ask("web/AdjustPoints", given, token=graph.token(ADMIN, "ADMIN"))
    for points in (30, 90):
        bought = {"input": {"userId": user, "points": points, "reason": "a hat"}, "key": f"{ask.word}{points}"}
        await ask("web/SpendPoints", bought, token=graph.stack.service_token)
    await ask("mobile/MyWallet", token=token)


async def _end_the_event(ask: Teller, graph: Graph, event: dict[str, Any]) -> None:
    end = {"transition": {"id": event["id"], "expectedVersion": 3, "transition": "END"}}
    changes = {"changes": [end, end], "atomicity": "SKIP_FAILED"}
    await ask("web/ChangeEvents", {"input": changes, "key": ask.word + "-bulk"}, token=graph.operator)
    await ask("web/EventTrail", {"id": event["id"]}, token=graph.token(AUDITOR, "AUDITOR"))
    await ask("web/EventTrail", {"id": event["id"]}, token=graph.token(AUDITOR))


async def _change_the_account(ask: Teller, graph: Graph, user: str, token: str, email: str) -> None:
    admin = graph.token(ADMIN, "ADMIN")
    await ask("web/UpdateProfile", {"input": {"displayName": "Berta", "expectedVersion": 1}}, token=token)
    roles = {"userId": user, "roles": ["USER", "AUDITOR"], "reason": "hired", "expectedVersion": 2}
    await ask("web/SetRoles", {"input": roles}, token=admin)
    inbox = graph.stack.router_url

    async def came() -> bool:
        query = "{ me { unreadNotificationCount } }"
        answer = await graph.http.post(inbox, json={"query": query}, headers={"authorization": f"Bearer {token}"})
        return bool(answer.json()["data"]["me"]["unreadNotificationCount"] >= 1)

    await until(came)
    await ask("mobile/MarkNotificationsRead", {"ids": []}, token=token)
    await ask("mobile/Inbox", {"unreadOnly": True, "first": 0}, token=token)
    await ask("web/UsersTable", {"filter": {"text": email}}, token=admin)
    passwords = {"currentPassword": "wrong password", "newPassword": "battery staple correct"}
    await ask("web/ChangePassword", {"input": passwords}, token=token)
    status = {"userId": user, "status": "SUSPENDED", "reason": "test", "expectedVersion": 3}
    await ask("web/SetUserStatus", {"input": status}, token=admin)
    await ask("web/UserTrail", {"id": user}, token=admin)
