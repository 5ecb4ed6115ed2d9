"""Changes of a profile: by compare-and-set, audited without what was in it, told to others."""

import asyncio
from collections import Counter
from typing import Any

import pytest

from subgraphs.runtime.audit import AUDIT, breaches
from subgraphs.runtime.mongo import Mongo
from tests.fixtures.client import InProcess
from tests.users.test_accounts import ME, registered

UPDATE = """mutation Update($input: UpdateProfileInput!) { updateProfile(input: $input) { __typename
  ... on UserSuccess { user { displayName region timezone version } }
  ... on ValidationFailed { violations { path code } } ... on VersionConflict { currentVersion } } }"""


async def update(users: InProcess, token: str, version: int = 1, **changes: Any) -> dict[str, Any]:
    answer = await users.graphql(UPDATE, {"input": {"expectedVersion": version, **changes}}, token=token)
    found: dict[str, Any] = answer.data["updateProfile"]
    return found


async def test_what_is_given_changes_null_clears_and_the_rest_stays(users: InProcess, mongo: Mongo) -> None:
    session = await registered(users, timezone="Asia/Seoul")
    token, user_id = session["accessToken"], session["user"]["id"]
    renamed = await update(users, token, displayName="  Annie ", region="us")
    assert renamed["user"] == {"displayName": "Annie", "region": "US", "timezone": "Asia/Seoul", "version": 2}
    cleared = await update(users, token, 2, timezone=None)
    assert cleared["user"] == {"displayName": "Annie", "region": "US", "timezone": None, "version": 3}
    me = (await users.graphql(ME, token=token)).data["me"]
    assert (me["id"], me["displayName"], me["version"]) == (user_id, "Annie", 3)
    assert await breaches(mongo.write[AUDIT.name], user_id) == []
    entries = [row async for row in mongo.write[AUDIT.name].find({"subjectId": user_id}, sort=[("seq", 1)])]
    assert [entry["after"].get("fields") for entry in entries] == [None, ["displayName", "region"], ["timezone"]]
    assert "Annie" not in str(entries)
    told = [row["payload"] async for row in mongo.write["outbox"].find({"topic": "users.profile"})]
    assert sorted((row["version"], row["region"], row["timezone"]) for row in told) == [
        (1, "KR", "Asia/Seoul"),
        (2, "US", "Asia/Seoul"),
        (3, "US", None),
    ]


async def test_of_a_hundred_updates_with_one_version_one_wins(users: InProcess, mongo: Mongo) -> None:
    session = await registered(users)
    answers = await asyncio.gather(
        *(update(users, session["accessToken"], displayName=f"Name {n}") for n in range(100))
    )
    assert Counter(answer["__typename"] for answer in answers) == {"UserSuccess": 1, "VersionConflict": 99}
    assert await mongo.write[AUDIT.name].count_documents({"action": "user.profile-updated"}) == 1
    assert await breaches(mongo.write[AUDIT.name], session["user"]["id"]) == []


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({}, ["input"]),
        ({"displayName": None}, ["input", "displayName"]),
        ({"displayName": "x" * 51}, ["input", "displayName"]),
        ({"region": "QQ"}, ["input", "region"]),
        ({"timezone": "Mars/Base"}, ["input", "timezone"]),
    ],
)
async def test_a_bad_change_is_refused_by_its_path_and_changes_nothing(
    users: InProcess, mongo: Mongo, change: dict[str, Any], path: list[str]
) -> None:
    session = await registered(users)
    before = await mongo.write["users"].find_one({})
    refused = await update(users, session["accessToken"], **change)
    assert [violation["path"] for violation in refused["violations"]] == [path]
    assert await mongo.write["users"].find_one({}) == before
    assert await mongo.write[AUDIT.name].count_documents({}) == 1


async def test_nobody_and_services_have_no_profile_to_change(users: InProcess, mongo: Mongo, issuer: Any) -> None:
    await registered(users)
    before = await mongo.write["users"].find_one({})
    variables = {"input": {"expectedVersion": 1, "displayName": "X"}}
    assert (await users.graphql(UPDATE, variables)).codes == ["UNAUTHENTICATED"]
    assert (await users.graphql(UPDATE, variables, token=issuer.service_token())).codes == ["FORBIDDEN"]
    assert await mongo.write["users"].find_one({}) == before
