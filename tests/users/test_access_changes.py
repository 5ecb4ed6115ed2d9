"""Admins change roles and status: by compare-and-set, audited, told in the list of revocations and in the inbox."""

import asyncio
from collections import Counter
from typing import Any

import pytest

from subgraphs.runtime.audit import AUDIT, breaches
from subgraphs.runtime.mongo import Mongo
from tests.fixtures.client import ROUTER_SECRET, InProcess
from tests.fixtures.clock import FrozenClock
from tests.fixtures.issuer import Issuer
from tests.users.conftest import StartUsers
from tests.users.test_accounts import registered

RESULT = """{ __typename ... on UserSuccess { user { id roles status version } } ... on NotFound { id }
  ... on ValidationFailed { violations { path code } } ... on VersionConflict { currentVersion } }"""
SET_ROLES = f"mutation Roles($input: SetRolesInput!) {{ setRoles(input: $input) {RESULT} }}"
SET_STATUS = f"mutation Status($input: SetUserStatusInput!) {{ setUserStatus(input: $input) {RESULT} }}"
ADMIN = "kr-admin"


async def set_roles(users: InProcess, issuer: Issuer, user_id: str, *roles: str, **changes: Any) -> dict[str, Any]:
    wanted = {"userId": user_id, "roles": list(roles), "reason": "promoted", "expectedVersion": 1, **changes}
    answer = await users.graphql(SET_ROLES, {"input": wanted}, token=issuer.token(ADMIN, "ADMIN"))
    found: dict[str, Any] = answer.data["setRoles"]
    return found


async def set_status(users: InProcess, issuer: Issuer, user_id: str, status: str, **changes: Any) -> dict[str, Any]:
    wanted = {"userId": user_id, "status": status, "reason": "spam", "expectedVersion": 1, **changes}
    answer = await users.graphql(SET_STATUS, {"input": wanted}, token=issuer.token(ADMIN, "ADMIN"))
    found: dict[str, Any] = answer.data["setUserStatus"]
    return found


async def revoked(users: InProcess) -> dict[str, Any]:
    response = await users.http.get("/revocations", headers={"x-router-secret": ROUTER_SECRET})
    found: dict[str, Any] = response.json()["users"]
    return found


async def test_roles_are_set_audited_with_before_and_after_and_told(
    users: InProcess, issuer: Issuer, mongo: Mongo, clock: FrozenClock
) -> None:
    user_id = (await registered(users))["user"]["id"]
    assert await revoked(users) == {}
    done = await set_roles(users, issuer, user_id, "OPERATOR", "USER", "OPERATOR")
    assert done["user"] == {"id": user_id, "roles": ["USER", "OPERATOR"], "status": "ACTIVE", "version": 2}
    entry = await mongo.write[AUDIT.name].find_one({"action": "user.roles-set"})
    assert entry is not None
    assert (entry["actorId"], entry["reason"]) == (ADMIN, "promoted")
    assert (entry["before"]["roles"], entry["after"]["roles"]) == (["USER"], ["OPERATOR", "USER"])
    assert await breaches(mongo.write[AUDIT.name], user_id) == []
    assert await revoked(users) == {user_id: {"roles": ["OPERATOR", "USER"], "suspended": False}}
    told = await mongo.write["notifications"].find_one({"userId": user_id})
    assert told is not None
    assert told["kind"] == "ROLES_CHANGED"
    # No token that is older lives any more.
    clock.advance(minutes=17)
    assert await revoked(users) == {}


async def test_the_list_is_told_to_holders_of_the_router_s_secret_alone(users: InProcess, issuer: Issuer) -> None:
    for headers in ({}, {"x-router-secret": "guess"}, {"authorization": f"Bearer {issuer.token(ADMIN, 'ADMIN')}"}):
        assert (await users.http.get("/revocations", headers=headers)).status_code == 403


async def test_of_a_hundred_changes_with_one_version_one_wins(users: InProcess, issuer: Issuer, mongo: Mongo) -> None:
    user_id = (await registered(users))["user"]["id"]
    answers = await asyncio.gather(
        *(set_roles(users, issuer, user_id, "USER", "AUDITOR", reason=f"reason {n}") for n in range(100))
    )
    assert Counter(answer["__typename"] for answer in answers) == {"UserSuccess": 1, "VersionConflict": 99}
    assert await mongo.write[AUDIT.name].count_documents({"action": "user.roles-set"}) == 1
    assert await breaches(mongo.write[AUDIT.name], user_id) == []


async def test_a_suspended_user_can_neither_log_in_nor_refresh_until_reinstated(
    users: InProcess, issuer: Issuer
) -> None:
    session = await registered(users, email="sus@example.com")
    user_id = session["user"]["id"]
    assert (await set_status(users, issuer, user_id, "SUSPENDED"))["user"]["status"] == "SUSPENDED"
    assert (await revoked(users))[user_id]["suspended"] is True
    login = 'mutation { login(input: {email: "sus@example.com", password: "correct horse battery"}) { __typename } }'
    assert (await users.graphql(login)).data["login"]["__typename"] == "AccountSuspended"
    refresh = "mutation R($t: String!) { refreshSession(input: {refreshToken: $t}) { __typename } }"
    answer = await users.graphql(refresh, {"t": session["refreshToken"]})
    assert answer.data["refreshSession"]["__typename"] == "AccountSuspended"
    # Who does not hold the session learns nothing of the account.
    answer = await users.graphql(refresh, {"t": f"{user_id}.guess"})
    assert answer.data["refreshSession"]["__typename"] == "InvalidCredentials"
    assert (await set_status(users, issuer, user_id, "ACTIVE", expectedVersion=2))["user"]["status"] == "ACTIVE"
    answer = await users.graphql(refresh, {"t": session["refreshToken"]})
    assert answer.data["refreshSession"]["__typename"] == "LoginSuccess"


async def test_a_suspended_user_s_token_is_refused_once_the_list_was_read(
    start_users: StartUsers, issuer: Issuer
) -> None:
    users = await start_users(with_revocations=True)
    session = await registered(users)
    await set_status(users, issuer, session["user"]["id"], "SUSPENDED")
    for _ in range(60):
        answer = await users.graphql("{ me { id } }", token=session["accessToken"])
        if answer.errors:
            break
        await asyncio.sleep(0.1)
    assert answer.codes == ["UNAUTHENTICATED"]


async def test_an_admin_cannot_lock_themself_out(users: InProcess, issuer: Issuer, mongo: Mongo) -> None:
    for refused in (
        await set_roles(users, issuer, ADMIN, "USER"),
        await set_status(users, issuer, ADMIN, "SUSPENDED"),
    ):
        assert [violation["code"] for violation in refused["violations"]] == ["SELF"]
    assert await mongo.write[AUDIT.name].count_documents({}) == 0


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"roles": []}, ["input", "roles"]),
        ({"roles": ["ADMIN"]}, ["input", "roles"]),
        ({"reason": " "}, ["input", "reason"]),
        ({"reason": "x" * 501}, ["input", "reason"]),
    ],
)
async def test_a_bad_change_of_roles_is_refused_by_its_path_and_changes_nothing(
    users: InProcess, issuer: Issuer, mongo: Mongo, change: dict[str, Any], path: list[str]
) -> None:
    user_id = (await registered(users))["user"]["id"]
    before = await mongo.write["users"].find_one({})
    refused = await set_roles(users, issuer, user_id, "USER", **change)
    assert [violation["path"] for violation in refused["violations"]] == [path]
    assert await mongo.write["users"].find_one({}) == before


async def test_a_user_who_is_not_there_is_not_found(users: InProcess, issuer: Issuer) -> None:
    assert await set_roles(users, issuer, "krnobody", "USER") == {"__typename": "NotFound", "id": "krnobody"}
    assert await set_status(users, issuer, "krnobody", "ACTIVE") == {"__typename": "NotFound", "id": "krnobody"}


@pytest.mark.parametrize("role", ["", "OPERATOR", "AUDITOR"])
async def test_nobody_but_admins_changes_access(users: InProcess, issuer: Issuer, mongo: Mongo, role: str) -> None:
    session = await registered(users)
    before = await mongo.write["users"].find_one({})
    wanted = {"userId": session["user"]["id"], "roles": ["USER", "ADMIN"], "reason": "mine", "expectedVersion": 1}
    token = issuer.token(session["user"]["id"], *([role] if role else []))
    assert (await users.graphql(SET_ROLES, {"input": wanted}, token=token)).codes == ["FORBIDDEN"]
    assert await mongo.write["users"].find_one({}) == before
