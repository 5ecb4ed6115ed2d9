"""A user's trail has no gap and no fork, however many change the user at once and by whatever mutations."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any

from subgraphs.runtime.audit import AUDIT, breaches
from subgraphs.runtime.mongo import Mongo
from tests.fixtures.client import InProcess
from tests.fixtures.issuer import Issuer
from tests.users.conftest import StartUsers
from tests.users.test_access_changes import set_roles, set_status
from tests.users.test_accounts import registered
from tests.users.test_passwords import OLD, change
from tests.users.test_profile import update

CHANGES_EACH = 6
Write = Callable[[InProcess, int, int], Awaitable[dict[str, Any]]]


async def test_the_trail_is_whole_when_profile_roles_status_and_password_change_at_once_in_two_processes(
    start_users: StartUsers, issuer: Issuer, mongo: Mongo
) -> None:
    processes = [await start_users(), await start_users()]
    session = await registered(processes[0])
    user_id, token = session["user"]["id"], session["accessToken"]

    async def profile(users: InProcess, version: int, number: int) -> dict[str, Any]:
        return await update(users, token, version, displayName=f"Name {number} of {id(users)}")

    async def roles(users: InProcess, version: int, number: int) -> dict[str, Any]:
        held = ["USER", "AUDITOR"] if number % 2 else ["USER"]
        return await set_roles(users, issuer, user_id, *held, expectedVersion=version)

    async def status(users: InProcess, version: int, number: int) -> dict[str, Any]:
        wanted = "SUSPENDED" if number % 2 else "ACTIVE"
        return await set_status(users, issuer, user_id, wanted, expectedVersion=version)

    async def writer(users: InProcess, write: Write) -> None:
        version = 1
        for number in range(CHANGES_EACH):
            while (answer := await write(users, version, number))["__typename"] == "VersionConflict":
                version = answer["currentVersion"]
            assert answer["__typename"] == "UserSuccess", answer

    async def passwords() -> None:
        held = OLD
        for number in range(CHANGES_EACH):
            following = f"a wholly new password {number}"
            assert (await change(processes[number % 2], token, held, following))["__typename"] == "UserSuccess"
            held = following

    writers = [writer(users, write) for users in processes for write in (profile, roles, status) for _ in range(2)]
    await asyncio.gather(*writers, passwords())
    trail = [row async for row in mongo.write[AUDIT.name].find({"subjectId": user_id}, sort=[("seq", 1)])]
    assert Counter(entry["action"] for entry in trail) == {
        "user.registered": 1,
        "user.profile-updated": 4 * CHANGES_EACH,
        "user.roles-set": 4 * CHANGES_EACH,
        "user.status-set": 4 * CHANGES_EACH,
        "user.password-changed": CHANGES_EACH,
    }
    assert [entry["seq"] for entry in trail] == list(range(1, len(trail) + 1))
    assert await breaches(mongo.write[AUDIT.name], user_id) == []
    user = await mongo.write["users"].find_one({"_id": user_id})
    assert user is not None
    # Every change that counts a version has its entry.
    assert user["version"] == len(trail) - CHANGES_EACH
