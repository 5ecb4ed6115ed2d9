"""Changes of a password, and what is limited so that none is guessed."""

import asyncio
from collections import Counter
from typing import Any

import pytest

from subgraphs.runtime.audit import AUDIT, breaches
from subgraphs.runtime.mongo import Mongo
from subgraphs.users.passwords import Passwords
from tests.fixtures.client import InProcess
from tests.fixtures.clock import FrozenClock
from tests.users.conftest import StartUsers
from tests.users.test_accounts import registered

CHANGE = """mutation Change($old: String!, $new: String!) {
  changePassword(input: { currentPassword: $old, newPassword: $new }) { __typename
    ... on UserSuccess { user { id } } ... on ValidationFailed { violations { path code } }
    ... on RateLimited { retryAt } } }"""
LOGIN = """mutation Login($email: String!, $password: String!) {
  login(input: { email: $email, password: $password }) { __typename
    ... on LoginSuccess { session { accessToken refreshToken } } ... on RateLimited { code retryAt } } }"""
REFRESH = "mutation R($t: String!) { refreshSession(input: {refreshToken: $t}) { __typename } }"
OLD, NEW = "correct horse battery", "a wholly new password"


async def change(users: InProcess, token: str, old: str = OLD, new: str = NEW) -> dict[str, Any]:
    found: dict[str, Any] = (await users.graphql(CHANGE, {"old": old, "new": new}, token=token)).data["changePassword"]
    return found


async def login(users: InProcess, email: str, password: str, **headers: str) -> dict[str, Any]:
    answer = await users.graphql(LOGIN, {"email": email, "password": password}, headers=headers)
    found: dict[str, Any] = answer.data["login"]
    return found


async def refreshed(users: InProcess, token: str) -> str:
    answer = await users.graphql(REFRESH, {"t": token})
    name: str = answer.data["refreshSession"]["__typename"]
    return name


async def test_the_new_password_counts_the_old_one_does_not_and_other_sessions_end(
    users: InProcess, mongo: Mongo
) -> None:
    first = await registered(users, email="pw@example.com")
    second = (await login(users, "pw@example.com", OLD))["session"]
    done = await change(users, second["accessToken"])
    assert done["user"]["id"] == first["user"]["id"]
    assert (await login(users, "pw@example.com", OLD))["__typename"] == "InvalidCredentials"
    assert (await login(users, "pw@example.com", NEW))["__typename"] == "LoginSuccess"
    assert await refreshed(users, first["refreshToken"]) == "InvalidCredentials"
    assert await refreshed(users, second["refreshToken"]) == "LoginSuccess"
    assert await breaches(mongo.write[AUDIT.name], first["user"]["id"]) == []
    assert await mongo.write[AUDIT.name].count_documents({"action": "user.password-changed"}) == 1
    told = await mongo.write["notifications"].find_one({})
    assert told is not None
    assert told["kind"] == "PASSWORD_CHANGED"


async def test_of_many_changes_at_once_one_wins(users: InProcess, mongo: Mongo) -> None:
    token = (await registered(users))["accessToken"]
    answers = await asyncio.gather(*(change(users, token, new=f"new password {n}") for n in range(20)))
    assert Counter(answer["__typename"] for answer in answers) == {"UserSuccess": 1, "InvalidCredentials": 19}
    assert await mongo.write[AUDIT.name].count_documents({"action": "user.password-changed"}) == 1


@pytest.mark.parametrize(
    ("old", "new", "result"),
    [
        ("wrong wrong wrong", NEW, "InvalidCredentials"),
        ("x" * 5000, NEW, "InvalidCredentials"),
        (OLD, "short", "PASSWORD_LENGTH"),
        (OLD, "ann@example.com", "PASSWORD_WEAK"),
        (OLD, OLD, "PASSWORD_SAME"),
    ],
)
async def test_a_bad_change_is_refused_and_changes_nothing(
    users: InProcess, mongo: Mongo, old: str, new: str, result: str
) -> None:
    token = (await registered(users, email="ann@example.com"))["accessToken"]
    before = await mongo.write["users"].find_one({})
    refused = await change(users, token, old, new)
    found = [violation["code"] for violation in refused.get("violations", [])] or [refused["__typename"]]
    assert found == [result]
    assert await mongo.write["users"].find_one({}) == before
    assert await mongo.write[AUDIT.name].count_documents({}) == 1


async def test_tries_at_a_change_are_limited_by_account(start_users: StartUsers, mongo: Mongo) -> None:
    users = await start_users(password_limit="3/900")
    token = (await registered(users))["accessToken"]
    for _ in range(3):
        assert (await change(users, token, old="guess guess guess"))["__typename"] == "InvalidCredentials"
    limited = await change(users, token)
    assert (limited["__typename"], limited["retryAt"]) == ("RateLimited", "2026-03-02T12:05:00.001Z")
    assert await mongo.write[AUDIT.name].count_documents({"action": "user.password-changed"}) == 0


async def test_failed_logins_are_limited_by_account_and_right_ones_are_not(
    start_users: StartUsers, clock: FrozenClock
) -> None:
    users = await start_users(login_limit="3/300")
    await registered(users, email="limited@example.com")
    await registered(users, email="other@example.com")
    for _ in range(10):
        assert (await login(users, "limited@example.com", OLD))["__typename"] == "LoginSuccess"
    for address in ("limited@example.com", "LIMITED@example.com", "limited@example.com "):
        assert (await login(users, address, "wrong wrong wrong"))["__typename"] == "InvalidCredentials"
    limited = await login(users, "limited@example.com", OLD)
    assert (limited["__typename"], limited["code"]) == ("RateLimited", "RATE_LIMITED")
    assert (await login(users, "other@example.com", OLD))["__typename"] == "LoginSuccess"
    clock.advance(seconds=101)
    assert (await login(users, "limited@example.com", OLD))["__typename"] == "LoginSuccess"
    # An address nobody has is limited alike, or the limit would tell which exist.
    told = [(await login(users, "nobody-limited@example.com", "x" * 12))["__typename"] for _ in range(4)]
    assert told == ["InvalidCredentials"] * 3 + ["RateLimited"]


async def test_logins_are_limited_by_the_address_that_a_trusted_proxy_tells(start_users: StartUsers) -> None:
    users = await start_users(login_address_limit="3/300", trusted_proxies=1)
    for n in range(3):
        told = await login(users, f"u{n}@example.com", OLD, **{"x-forwarded-for": f"9.9.9.{n}, 203.0.113.50"})
        assert told["__typename"] == "InvalidCredentials"
    told = await login(users, "u9@example.com", OLD, **{"x-forwarded-for": "9.9.9.9, 203.0.113.50"})
    assert told["__typename"] == "RateLimited"
    told = await login(users, "u9@example.com", OLD, **{"x-forwarded-for": "203.0.113.50, 203.0.113.51"})
    assert told["__typename"] == "InvalidCredentials"


async def test_registrations_and_refreshes_are_limited(start_users: StartUsers, mongo: Mongo) -> None:
    users = await start_users(register_limit="1/3600", refresh_limit="2/60")
    session = await registered(users, email="once@example.com")
    again = """mutation { register(input: {email: "once@example.com", password: "correct horse battery",
      displayName: "Again"}) { __typename ... on RateLimited { retryAt } } }"""
    assert (await users.graphql(again)).data["register"]["__typename"] == "RateLimited"
    assert await mongo.write["users"].count_documents({}) == 1
    told = [await refreshed(users, session["refreshToken"]) for _ in range(3)]
    assert told == ["LoginSuccess", "InvalidCredentials", "RateLimited"]


@pytest.mark.parametrize("meanwhile", ["password", "suspension"])
async def test_a_login_that_meets_a_new_password_or_a_suspension_begins_no_session(
    users: InProcess, mongo: Mongo, monkeypatch: pytest.MonkeyPatch, meanwhile: str
) -> None:
    session = await registered(users, email="race@example.com")
    verify = Passwords.verify

    async def verify_then_wait(self: Passwords, encoded: str | None, password: str) -> bool:
        right = await verify(self, encoded, password)
        monkeypatch.undo()
        if meanwhile == "password":
            assert "user" in await change(users, session["accessToken"])
        else:
            await mongo.write["users"].update_one({"_id": session["user"]["id"]}, {"$set": {"status": "SUSPENDED"}})
        return right

    monkeypatch.setattr(Passwords, "verify", verify_then_wait)
    before = await mongo.write["outbox"].count_documents({"topic": "users.login"})
    assert (await login(users, "race@example.com", OLD))["__typename"] == "InvalidCredentials"
    assert await mongo.write["sessions"].count_documents({}) == 1
    assert await mongo.write["outbox"].count_documents({"topic": "users.login"}) == before
