"""Register, log in, refresh, log out: against a real MongoDB, through GraphQL."""

import asyncio
from typing import Any

import pytest

from subgraphs.runtime.audit import AUDIT, breaches
from subgraphs.runtime.messaging.outbox import OUTBOX
from subgraphs.runtime.mongo import Mongo
from tests.fixtures.client import Answer, InProcess
from tests.fixtures.clock import FrozenClock
from tests.fixtures.issuer import Issuer

SESSION = "session { accessToken accessTokenExpiresAt refreshToken refreshTokenExpiresAt user { id email roles } }"
REGISTER = f"""mutation Register($input: RegisterInput!) {{ register(input: $input) {{
  __typename ... on RegisterSuccess {{ {SESSION} }} ... on EmailTaken {{ code }}
  ... on ValidationFailed {{ violations {{ path code }} }} }} }}"""
LOGIN = f"""mutation Login($input: LoginInput!) {{ login(input: $input) {{
  __typename ... on LoginSuccess {{ {SESSION} }} ... on Error {{ code }} }} }}"""
REFRESH = f"""mutation Refresh($token: String!) {{ refreshSession(input: {{ refreshToken: $token }}) {{
  __typename ... on LoginSuccess {{ {SESSION} }} ... on Error {{ code }} }} }}"""
LOGOUT = """mutation Logout($token: String!, $all: Boolean! = false) {
  logout(input: { refreshToken: $token, everywhere: $all }) {
  __typename ... on LogoutSuccess { sessionsEnded } ... on Error { code } } }"""
ME = "{ me { id displayName email roles status region timezone createdAt version } }"

ANN = {"email": "Ann@Example.com", "password": "correct horse battery", "displayName": "Ann", "region": "KR"}


async def registered(users: InProcess, **changes: Any) -> dict[str, Any]:
    answer = await users.graphql(REGISTER, {"input": {**ANN, **changes}})
    session: dict[str, Any] = answer.data["register"]["session"]
    return session


async def counts(mongo: Mongo) -> dict[str, int]:
    names = ("users", "emails", "sessions", "audit", "outbox")
    return {name: await mongo.write[name].count_documents({}) for name in names}


async def refresh(users: InProcess, token: str) -> dict[str, Any]:
    answer: dict[str, Any] = (await users.graphql(REFRESH, {"token": token})).data["refreshSession"]
    return answer


async def test_who_registers_is_signed_in_and_finds_themself(users: InProcess, mongo: Mongo) -> None:
    session = await registered(users, timezone="Asia/Seoul")
    me = (await users.graphql(ME, token=session["accessToken"])).data["me"]
    assert me.pop("id").startswith("kr")
    assert me == {
        "displayName": "Ann",
        "email": "ann@example.com",
        "roles": ["USER"],
        "status": "ACTIVE",
        "region": "KR",
        "timezone": "Asia/Seoul",
        "createdAt": "2026-03-02T12:00:00.000Z",
        "version": 1,
    }
    assert session["accessTokenExpiresAt"] == "2026-03-02T12:15:00.000Z"
    assert session["refreshTokenExpiresAt"] == "2026-04-01T12:00:00.000Z"
    assert await breaches(mongo.write[AUDIT.name], session["user"]["id"]) == []
    topics = [row["topic"] async for row in mongo.write[OUTBOX.name].find({})]
    assert sorted(topics) == ["users.login", "users.profile"]


async def test_neither_password_nor_token_nor_an_audited_address_is_stored_as_it_is(
    users: InProcess, mongo: Mongo
) -> None:
    session = await registered(users)
    stored = ""
    for name in ("users", "emails", "sessions", "audit", "outbox"):
        stored += "".join([str(row) async for row in mongo.write[name].find({})])
    assert ANN["password"] not in stored
    assert session["refreshToken"] not in stored
    trail = "".join([str(row) async for row in mongo.write["audit"].find({})])
    assert "example.com" not in trail.lower()


@pytest.mark.parametrize(
    ("change", "path", "code"),
    [
        ({"email": "nobody"}, ["input", "email"], "EMAIL"),
        ({"email": "a@b@c.com"}, ["input", "email"], "EMAIL"),
        ({"password": "short"}, ["input", "password"], "PASSWORD_LENGTH"),
        ({"password": "x" * 129}, ["input", "password"], "PASSWORD_LENGTH"),
        ({"password": "password123"}, ["input", "password"], "PASSWORD_WEAK"),
        ({"password": "ann@example.com"}, ["input", "password"], "PASSWORD_WEAK"),
        ({"displayName": "   "}, ["input", "displayName"], "DISPLAY_NAME"),
        ({"displayName": "x" * 51}, ["input", "displayName"], "DISPLAY_NAME"),
        ({"displayName": "a\u0007b"}, ["input", "displayName"], "DISPLAY_NAME"),
        ({"region": "QQ"}, ["input", "region"], "REGION"),
        ({"timezone": "Mars/Olympus"}, ["input", "timezone"], "TIMEZONE"),
    ],
)
async def test_a_bad_registration_is_refused_by_its_path_and_changes_nothing(
    users: InProcess, mongo: Mongo, change: dict[str, str], path: list[str], code: str
) -> None:
    answer = (await users.graphql(REGISTER, {"input": {**ANN, **change}})).data["register"]
    assert answer == {"__typename": "ValidationFailed", "violations": [{"path": path, "code": code}]}
    assert set((await counts(mongo)).values()) == {0}


async def test_of_many_who_register_one_address_at_once_one_wins(users: InProcess, mongo: Mongo) -> None:
    spellings = ["ann@example.com", "ANN@example.com", " Ann@EXAMPLE.com "]
    answers: list[Answer] = await asyncio.gather(
        *(users.graphql(REGISTER, {"input": {**ANN, "email": spellings[n % 3]}}) for n in range(20))
    )
    kinds = sorted(answer.data["register"]["__typename"] for answer in answers)
    assert kinds == ["EmailTaken"] * 19 + ["RegisterSuccess"]
    assert await counts(mongo) == {"users": 1, "emails": 1, "sessions": 1, "audit": 1, "outbox": 2}


async def test_login_takes_any_spelling_of_the_address_and_no_other_password(users: InProcess, mongo: Mongo) -> None:
    await registered(users)
    good = {"email": "ANN@EXAMPLE.COM", "password": ANN["password"]}
    assert (await users.graphql(LOGIN, {"input": good})).data["login"]["__typename"] == "LoginSuccess"
    before = await counts(mongo)
    for bad in (
        {**good, "password": "correct horse batterz"},
        {**good, "email": "bob@example.com"},
        {**good, "email": "not an address"},
        {**good, "password": "x" * 5000},
    ):
        answer = (await users.graphql(LOGIN, {"input": bad})).data["login"]
        assert answer == {"__typename": "InvalidCredentials", "code": "INVALID_CREDENTIALS"}
    assert await counts(mongo) == before


async def test_a_suspended_account_is_told_so_only_with_the_right_password(users: InProcess, mongo: Mongo) -> None:
    session = await registered(users)
    await mongo.write["users"].update_one({}, {"$set": {"status": "SUSPENDED"}})
    right = {"email": ANN["email"], "password": ANN["password"]}
    assert (await users.graphql(LOGIN, {"input": right})).data["login"]["__typename"] == "AccountSuspended"
    wrong = {**right, "password": "another password"}
    assert (await users.graphql(LOGIN, {"input": wrong})).data["login"]["__typename"] == "InvalidCredentials"
    assert (await refresh(users, session["refreshToken"]))["__typename"] == "AccountSuspended"


async def test_a_hash_of_older_parameters_is_renewed_at_login(users: InProcess, mongo: Mongo) -> None:
    from argon2 import PasswordHasher

    await registered(users)
    old = PasswordHasher(time_cost=2, memory_cost=128, parallelism=1).hash(ANN["password"])
    await mongo.write["users"].update_one({}, {"$set": {"passwordHash": old}})
    await users.graphql(LOGIN, {"input": {"email": ANN["email"], "password": ANN["password"]}})
    found = await mongo.write["users"].find_one({})
    assert found is not None
    assert found["passwordHash"] != old
    assert "m=64,t=1" in found["passwordHash"]


async def test_of_fifty_refreshes_with_one_token_one_gets_the_next_pair_and_the_session_lives(users: InProcess) -> None:
    token = (await registered(users))["refreshToken"]
    answers = await asyncio.gather(*(refresh(users, token) for _ in range(50)))
    won = [answer for answer in answers if answer["__typename"] == "LoginSuccess"]
    assert len(won) == 1
    assert sum(answer["__typename"] == "InvalidCredentials" for answer in answers) == 49
    assert (await refresh(users, won[0]["session"]["refreshToken"]))["__typename"] == "LoginSuccess"


async def test_a_token_used_again_within_ten_seconds_is_refused_and_later_ends_the_session(
    users: InProcess, clock: FrozenClock, mongo: Mongo
) -> None:
    first = (await registered(users))["refreshToken"]
    second = (await refresh(users, first))["session"]["refreshToken"]
    third = (await refresh(users, second))["session"]["refreshToken"]
    clock.advance(seconds=10)
    assert (await refresh(users, first))["__typename"] == "InvalidCredentials"
    fourth = (await refresh(users, third))["session"]["refreshToken"]
    clock.advance(milliseconds=1)
    assert (await refresh(users, first))["__typename"] == "InvalidCredentials"
    assert await mongo.write["sessions"].count_documents({}) == 0
    assert (await refresh(users, fourth))["__typename"] == "InvalidCredentials"


async def test_an_expired_refresh_token_is_refused(users: InProcess, clock: FrozenClock) -> None:
    token = (await registered(users))["refreshToken"]
    clock.advance(days=30)
    assert (await refresh(users, token))["__typename"] == "InvalidCredentials"


@pytest.mark.parametrize("token", ["", "abc", ".", "kr1.", ".x", "kr1.unknown", "kr1.\u00fc", "x" * 10_000])
async def test_what_is_no_refresh_token_is_refused(users: InProcess, mongo: Mongo, token: str) -> None:
    await registered(users)
    before = await counts(mongo)
    assert (await refresh(users, token))["__typename"] == "InvalidCredentials"
    assert (await users.graphql(LOGOUT, {"token": token})).data["logout"]["__typename"] == "InvalidCredentials"
    assert await counts(mongo) == before


async def test_logout_ends_this_session_or_all(users: InProcess) -> None:
    here = (await registered(users))["refreshToken"]
    logins = [
        (await users.graphql(LOGIN, {"input": {"email": ANN["email"], "password": ANN["password"]}})).data["login"]
        for _ in range(3)
    ]
    ended = (await users.graphql(LOGOUT, {"token": here})).data["logout"]
    assert ended == {"__typename": "LogoutSuccess", "sessionsEnded": 1}
    assert (await refresh(users, here))["__typename"] == "InvalidCredentials"
    others = [login["session"]["refreshToken"] for login in logins]
    ended = (await users.graphql(LOGOUT, {"token": others[0], "all": True})).data["logout"]
    assert ended["sessionsEnded"] == 3
    assert (await refresh(users, others[1]))["__typename"] == "InvalidCredentials"


async def test_the_public_keys_are_published_without_their_private_parts(users: InProcess, issuer: Issuer) -> None:
    response = await users.http.get("/.well-known/jwks.json")
    assert response.headers["cache-control"] == "public, max-age=60"
    (key,) = response.json()["keys"]
    assert key["kid"] == "test-key"
    assert "d" not in key
