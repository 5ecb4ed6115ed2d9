"""Each field of a list's rows is right whatever else is asked for, though only what is asked for is read."""

from typing import Any

from subgraphs.runtime.graphql.audit import AUDIT_PROJECTION
from subgraphs.runtime.mongo import Mongo
from subgraphs.users.model.notification import Subject, SubjectKind
from subgraphs.users.store.notifications import Inbox
from subgraphs.users.types.notifications import NOTIFICATION_PROJECTION
from subgraphs.users.types.users import USER_PROJECTION
from tests.fixtures.client import InProcess
from tests.fixtures.clock import FrozenClock
from tests.fixtures.commands import CommandLog
from tests.fixtures.field_projection import each_alone_is_as_in_the_whole
from tests.fixtures.issuer import Issuer
from tests.users.test_access_changes import ADMIN
from tests.users.test_accounts import registered
from tests.users.test_inbox import told

# To their owners alone, and read by loaders of their own.
OF_THE_OWNER = {"notifications", "unreadNotificationCount"}


async def test_of_an_inbox(users: InProcess, mongo: Mongo, clock: FrozenClock) -> None:
    session = await registered(users)
    user_id = session["user"]["id"]
    for number in range(3):
        await told(mongo, user_id, number, clock, subject=Subject(SubjectKind.EVENT, f"ev{number}"))
    await Inbox(mongo).mark_read(user_id, [f"{user_id}.m1"], clock.now())

    async def inbox(selection: str) -> list[dict[str, Any]]:
        query = f"{{ me {{ notifications {{ edges {{ node {{ {selection} }} }} }} }} }}"
        answer = await users.graphql(query, token=session["accessToken"])
        return [edge["node"] for edge in answer.data["me"]["notifications"]["edges"]]

    fields = {name: "{ ... on Event { id } }" if name == "subject" else "" for name in NOTIFICATION_PROJECTION.parts}
    await each_alone_is_as_in_the_whole(inbox, fields)


async def test_of_the_list_of_users_which_never_reads_a_password_s_hash(
    users: InProcess, issuer: Issuer, commands: CommandLog
) -> None:
    for number in range(3):
        await registered(users, email=f"ann{number}@example.com", region="KR", timezone="Asia/Seoul")

    async def listed(selection: str) -> list[dict[str, Any]]:
        query = f"{{ users(sort: DISPLAY_NAME_ASC) {{ edges {{ node {{ {selection} }} }} }} }}"
        answer = await users.graphql(query, token=issuer.token(ADMIN, "ADMIN"))
        return [edge["node"] for edge in answer.data["users"]["edges"]]

    with commands.recording() as sent:
        await each_alone_is_as_in_the_whole(listed, dict.fromkeys(USER_PROJECTION.parts.keys() - OF_THE_OWNER, ""))
    assert sent
    assert all("passwordHash" not in command["projection"] for _, _, command in sent)
    assert all(all(command["projection"].values()) for _, _, command in sent)


async def test_of_an_audit_trail(users: InProcess, issuer: Issuer) -> None:
    user_id = (await registered(users))["user"]["id"]
    actor = await registered(users, email="admin@example.com")
    token = issuer.token(actor["user"]["id"], "ADMIN")
    changed = await users.graphql(
        """mutation R($id: ID!) { setRoles(input: {userId: $id, roles: [USER, AUDITOR], reason: "hired",
          expectedVersion: 1}) { __typename } }""",
        {"id": user_id},
        token=token,
    )
    assert changed.data["setRoles"]["__typename"] == "UserSuccess"

    async def trail(selection: str) -> list[dict[str, Any]]:
        query = f"query T($id: ID!) {{ userAudit(userId: $id) {{ edges {{ node {{ {selection} }} }} }} }}"
        answer = await users.graphql(query, {"id": user_id}, token=token)
        return [edge["node"] for edge in answer.data["userAudit"]["edges"]]

    fields = {name: "{ id }" if name == "actor" else "" for name in AUDIT_PROJECTION.parts}
    await each_alone_is_as_in_the_whole(trail, fields)
