"""Cached users: what a read costs, and that changes show at once, whoever makes them."""

from typing import Any

from subgraphs.runtime.mongo import Mongo
from tests.fixtures.client import InProcess
from tests.fixtures.commands import CommandLog
from tests.fixtures.issuer import Issuer
from tests.users.conftest import StartUsers
from tests.users.test_accounts import ME, registered
from tests.users.test_profile import update

SET_ROLES = """mutation Roles($input: SetRolesInput!) { setRoles(input: $input) { __typename
  ... on UserSuccess { user { roles version } } } }"""
ONE = "query One($id: ID!) { user(id: $id) { displayName roles version } }"


async def test_twenty_users_by_reference_cost_one_pipeline_and_no_database_command(
    users: InProcess, issuer: Issuer, commands: CommandLog
) -> None:
    sessions = [await registered(users, email=f"u{n}@example.com") for n in range(20)]
    of = [{"__typename": "User", "id": session["user"]["id"]} for session in sessions]
    token = issuer.token("kr1")
    cold = (await users.graphql.entities(of, "... on User { displayName }", token=token)).data
    await users.cache.idle()
    cache = users.cache
    trips = cache.counts.round_trips
    with commands.recording() as sent:
        assert (await users.graphql.entities(of, "... on User { displayName }", token=token)).data == cold
    assert sent == []
    assert cache.counts.round_trips - trips == 1


async def test_changes_of_a_profile_and_of_roles_show_at_once_in_every_process(
    start_users: StartUsers, issuer: Issuer
) -> None:
    first, second = await start_users(), await start_users()
    session = await registered(first)
    token, user_id = session["accessToken"], session["user"]["id"]
    admin = issuer.token("kr-admin", "ADMIN")

    async def shown() -> list[dict[str, Any]]:
        found = []
        for process in (second, first):
            found.append((await process.graphql(ONE, {"id": user_id}, token=admin)).data["user"])
            found.append((await process.graphql(ME, token=token)).data["me"])
            await process.cache.idle()
        return found

    assert {user["version"] for user in await shown()} == {1}
    await update(first, token, displayName="New")
    assert {(user["displayName"], user["version"]) for user in await shown()} == {("New", 2)}
    change = {"userId": user_id, "roles": ["USER", "AUDITOR"], "reason": "hired", "expectedVersion": 2}
    await second.graphql(SET_ROLES, {"input": change}, token=admin)
    assert {user["version"] for user in await shown()} == {3}
    assert all(user["roles"] == ["USER", "AUDITOR"] for user in await shown())


async def test_every_change_of_a_user_leaves_its_tags_for_the_relay(
    users: InProcess, issuer: Issuer, mongo: Mongo
) -> None:
    session = await registered(users)
    user_id = session["user"]["id"]
    await update(users, session["accessToken"], displayName="New")
    change = {"userId": user_id, "roles": ["USER", "AUDITOR"], "reason": "hired", "expectedVersion": 2}
    await users.graphql(SET_ROLES, {"input": change}, token=issuer.token("kr-admin", "ADMIN"))
    tagged = [row["topic"] async for row in mongo.write["outbox"].find({"tags": f"User:{user_id}"})]
    assert sorted(tagged) == ["cache.raised", "users.profile", "users.profile"]


async def test_neither_a_password_s_hash_nor_anything_else_that_is_secret_is_stored_in_redis(
    users: InProcess, issuer: Issuer
) -> None:
    session = await registered(users)
    await users.graphql(ONE, {"id": session["user"]["id"]}, token=issuer.token("kr1"))
    await users.cache.idle()
    parts = users.app.state.resources
    kept = parts.cache._local_cache._records
    assert kept
    for key in kept:
        assert b"argon2" not in await parts.redis.get(key)
