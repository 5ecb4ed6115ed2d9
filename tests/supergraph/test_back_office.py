"""What operators and admins do to events and accounts, and what users then see of it: through the router."""

import asyncio
import secrets
from datetime import UTC, datetime
from typing import Any

from tests.fixtures.graph import Graph
from tests.fixtures.waiting import until

ADMIN = "krdemo0000000000000003"


async def test_an_event_is_changed_simulated_and_its_trail_read(graph: Graph) -> None:
    event = await graph.active_event(name="Before")
    user = (await graph.registered(region="KR"))["user"]["id"]
    await graph.did_quest(user)
    rule = {"allOf": [{"count": {"activity": "QUEST", "target": 2}}, {"profile": korean()}]}
    wanted = {"id": event["id"], "expectedVersion": event["version"], "name": "After", "rule": rule}
    changed = (await graph.field("web/UpdateEvent", {"input": wanted}, token=graph.operator))["event"]
    assert (changed["name"], changed["version"], changed["ruleVersion"]) == ("After", event["version"] + 1, 2)
    assert (await graph.field("web/UpdateEvent", {"input": wanted}, token=graph.operator))["currentVersion"] == 3
    refused = await graph.field(
        "web/UpdateEvent",
        {"input": {"id": event["id"], "expectedVersion": 3, "timezone": "Asia/Seoul"}},
        token=graph.operator,
    )
    assert (refused["__typename"], refused["status"]) == ("IllegalTransition", "ACTIVE")

    more = {"type": "QUEST", "occurredAt": datetime.now(UTC).isoformat()}
    for activities, satisfied in (([], False), ([more], True)):
        given = {"eventId": event["id"], "userId": user, "activities": activities}
        found = await graph.field("web/SimulateEvent", {"input": given}, token=graph.operator)
        assert found["satisfied"] is satisfied
        assert [entry["condition"]["__typename"] for entry in found["conditions"]] == [
            "CountCondition",
            "ProfileCondition",
        ]
    auditor = graph.token("krdemo0000000000000002", "AUDITOR")
    trail = await graph.field("web/EventTrail", {"id": event["id"]}, token=auditor)
    assert [edge["node"]["action"] for edge in trail["edges"]] == ["event.updated", "event.publish", "event.created"]
    assert trail["edges"][0]["node"]["before"]["name"] == "Before"


async def test_a_profile_rule_holds_for_whom_it_is_said_to_and_progress_is_an_overlay(graph: Graph) -> None:
    event = await graph.active_event(rule={"profile": korean()})
    other = await graph.active_event()
    for region, satisfied in (("KR", True), ("JP", False)):
        session = await graph.registered(region=region)
        variables = {"eventIds": [event["id"], other["id"], "nowhere"]}
        told = await graph.field("mobile/MyProgress", variables, token=session["accessToken"])
        assert [entry and entry["satisfied"] for entry in told["eventProgress"]] == [satisfied, False, None]


def korean() -> dict[str, Any]:
    return {"field": "REGION", "comparison": "EQUALS", "values": ["KR"]}


async def test_events_are_changed_in_bulk(graph: Graph) -> None:
    one, two = await graph.active_event(), await graph.active_event()
    changes = [
        {"update": {"id": one["id"], "expectedVersion": one["version"], "tags": ["bulk"]}},
        {"transition": {"id": two["id"], "expectedVersion": two["version"], "transition": "RESUME"}},
        {"transition": {"id": two["id"], "expectedVersion": two["version"], "transition": "END"}},
    ]
    variables = {"input": {"changes": changes, "atomicity": "SKIP_FAILED"}, "key": secrets.token_hex(8)}
    for _ in range(2):
        done = await graph.field("web/ChangeEvents", variables, token=graph.operator)
        assert [event and event["status"] for event in done["events"]] == ["ACTIVE", None, "ENDED"]
        assert [(row["index"], row["error"]["status"]) for row in done["failures"]] == [(1, "ACTIVE")]
    whole = {"input": {"changes": changes}, "key": secrets.token_hex(8)}
    refused = await graph.field("web/ChangeEvents", whole, token=graph.operator)
    assert [violation["code"] for violation in refused["violations"]] == ["VERSION_CONFLICT"]


async def test_a_check_in_counts_once_a_day(graph: Graph) -> None:
    event = await graph.active_event(rule={"count": {"activity": "ATTENDANCE", "target": 1}})
    session = await graph.registered(timezone="Pacific/Auckland")
    token = session["accessToken"]
    answers = await asyncio.gather(*(graph.field("mobile/CheckIn", {}, token=token) for _ in range(10)))
    assert sorted(answer["isNew"] for answer in answers) == [False] * 9 + [True]
    assert len({answer["activity"]["id"] for answer in answers}) == 1
    told = await graph.field("mobile/MyProgress", {"eventIds": [event["id"]]}, token=token)
    assert told["eventProgress"][0]["satisfied"]


async def test_an_account_is_changed_by_its_owner_and_by_admins_and_the_trail_names_no_person(graph: Graph) -> None:
    email = f"{secrets.token_hex(6)}@example.com"
    session = await graph.registered(email=email, displayName="Berta")
    user, token = session["user"]["id"], session["accessToken"]
    admin = graph.token(ADMIN, "ADMIN")
    wanted = {"displayName": "Berta B", "timezone": "Asia/Seoul", "expectedVersion": 1}
    changed = (await graph.field("web/UpdateProfile", {"input": wanted}, token=token))["user"]
    assert (changed["displayName"], changed["version"]) == ("Berta B", 2)
    roles = {"userId": user, "roles": ["USER", "AUDITOR"], "reason": "hired", "expectedVersion": 2}
    assert (await graph.field("web/SetRoles", {"input": roles}, token=admin))["user"]["version"] == 3
    passwords = {"currentPassword": "correct horse battery", "newPassword": "battery staple correct"}
    assert (await graph.field("web/ChangePassword", {"input": passwords}, token=token))["user"]["id"] == user
    found = await graph.field("web/UsersTable", {"filter": {"text": email}}, token=admin)
    assert [edge["node"]["id"] for edge in found["edges"]] == [user]
    status = {"userId": user, "status": "SUSPENDED", "reason": "test", "expectedVersion": 3}
    inbox: dict[str, Any] = {}

    async def came() -> bool:
        inbox.update(await graph.field("mobile/Inbox", {}, token=token))
        return bool(inbox["unreadNotificationCount"] == 2)

    await until(came)
    entries = [edge["node"] for edge in inbox["notifications"]["edges"]]
    assert {entry["kind"] for entry in entries} == {"ROLES_CHANGED", "PASSWORD_CHANGED"}
    marked = await graph.field("mobile/MarkNotificationsRead", {"ids": [entry["id"] for entry in entries]}, token=token)
    assert marked["user"]["unreadNotificationCount"] == 0
    assert (await graph.field("web/SetUserStatus", {"input": status}, token=admin))["user"]["status"] == "SUSPENDED"
    trail = await graph.field("web/UserTrail", {"id": user}, token=admin)
    assert [edge["node"]["action"] for edge in trail["edges"]][-1] == "user.registered"
    assert len(trail["edges"]) == 5
    assert email not in str(trail["edges"])
    assert "Berta" not in str([{**edge["node"], "actor": None} for edge in trail["edges"]])
