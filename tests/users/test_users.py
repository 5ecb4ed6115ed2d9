"""Who sees what of a user; and what users are asked for by key is one query."""

import os
import string
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from subgraphs.runtime.auth.identity import TokenVerifier
from subgraphs.runtime.mongo import Mongo
from subgraphs.runtime.validators import regions
from subgraphs.users.issue_keys import issue
from subgraphs.users.model.session import new_refresh_token, user_of_token
from subgraphs.users.model.user import Role, User, UserStatus, email_key, new_user_id, normalise_email
from subgraphs.users.signing_keys import SigningKeys, load_signing_keys, watch
from subgraphs.users.store.users import user_document
from tests.fixtures.client import InProcess
from tests.fixtures.clock import FrozenClock
from tests.fixtures.commands import CommandLog
from tests.fixtures.issuer import Issuer

FIELDS = ["id", "displayName", "email", "roles", "status", "region", "timezone", "createdAt", "version"]
TO_STAFF = {"id", "displayName", "email", "status", "region", "timezone", "createdAt", "version"}
VISIBLE = {
    "self": set(FIELDS),
    "other": {"id", "displayName"},
    "operator": TO_STAFF,
    "auditor": TO_STAFF,
    "admin": set(FIELDS),
    "service": {"id", "displayName", "region", "timezone", "createdAt", "version"},
}


async def stored(mongo: Mongo, clock: FrozenClock, *ids: str) -> None:
    for user_id in ids:
        user = User(
            id=user_id,
            display_name=f"Name of {user_id}",
            email=f"{user_id}@example.com",
            roles=frozenset({Role.USER}),
            status=UserStatus.ACTIVE,
            region="KR",
            timezone="Asia/Seoul",
            created_at=clock.now(),
            version=1,
        )
        await mongo.write["users"].insert_one(user_document(user, "hash"))


def token_of(issuer: Issuer, viewer: str) -> str | None:
    return {
        "self": issuer.token("kr1"),
        "other": issuer.token("us9"),
        "operator": issuer.token("us2", "OPERATOR"),
        "auditor": issuer.token("us3", "AUDITOR"),
        "admin": issuer.token("us4", "ADMIN"),
        "service": issuer.service_token(),
        "anonymous": None,
    }[viewer]


@pytest.mark.parametrize("viewer", sorted(VISIBLE))
async def test_a_viewer_sees_the_fields_of_their_kind_by_query_and_by_entity(
    users: InProcess, mongo: Mongo, clock: FrozenClock, issuer: Issuer, viewer: str
) -> None:
    await stored(mongo, clock, "kr1")
    token = token_of(issuer, viewer)
    selection = " ".join(FIELDS)
    by_query = (await users.graphql(f'{{ user(id: "kr1") {{ {selection} }} }}', token=token)).data["user"]
    by_entity = await users.graphql.entities(
        [{"__typename": "User", "id": "kr1"}], f"... on User {{ {selection} }}", token=token
    )
    found = by_entity.data["_entities"][0]
    for seen in (by_query, found):
        assert {name for name in FIELDS if seen[name] is not None} == VISIBLE[viewer]


async def test_nobody_sees_no_user_but_a_bare_reference(users: InProcess, mongo: Mongo, clock: FrozenClock) -> None:
    await stored(mongo, clock, "kr1")
    assert (await users.graphql('{ user(id: "kr1") { id } }')).codes == ["UNAUTHENTICATED"]
    assert (await users.graphql("{ me { id } }")).data == {"me": None}
    answer = await users.graphql.entities([{"__typename": "User", "id": "kr1"}], "... on User { id displayName email }")
    assert answer.data["_entities"][0] == {
        "__typename": "User",
        "id": "kr1",
        "displayName": None,
        "email": None,
    }


async def test_an_unknown_user_is_null_and_a_service_is_nobody_s_me(users: InProcess, issuer: Issuer) -> None:
    assert (await users.graphql('{ user(id: "kr0") { id } }', token=issuer.token("kr1"))).data == {"user": None}
    assert (await users.graphql("{ me { id } }", token=issuer.service_token())).data == {"me": None}


async def test_a_hundred_references_are_one_command(
    users: InProcess, mongo: Mongo, clock: FrozenClock, issuer: Issuer, commands: CommandLog
) -> None:
    ids = [f"kr{n}" for n in range(100)]
    await stored(mongo, clock, *ids)
    representations = [{"__typename": "User", "id": user_id} for user_id in [*ids, *ids]]
    with commands.recording() as sent:
        answer = await users.graphql.entities(
            representations, "... on User { id displayName }", token=issuer.service_token()
        )
    assert len(answer.data["_entities"]) == 200
    assert [name for _, name, _ in sent] == ["find"]


@given(st.sampled_from(sorted(regions())))
def test_an_id_begins_with_its_region_and_its_tokens_name_it(region: str) -> None:
    user_id = new_user_id(region)
    assert user_id.startswith(region.lower())
    assert len(user_id) == 22
    assert user_of_token(new_refresh_token(user_id)) == user_id


def test_without_a_region_an_id_begins_with_none() -> None:
    assert new_user_id(None).startswith("zz")


@given(st.text(max_size=100))
def test_normalising_an_address_twice_is_normalising_it_once(text: str) -> None:
    once = normalise_email(text)
    assert once is None or normalise_email(once) == once


WORDS = st.text(string.ascii_letters + string.digits, min_size=1, max_size=12)


@st.composite
def spellings(draw: st.DrawFn) -> tuple[str, str]:
    """An address in small letters, and another spelling of it: other cases, wide characters, spaces around."""
    address = f"{draw(WORDS)}@{draw(WORDS)}.example.com".lower()
    widths = {letter: chr(ord(letter) + 0xFEE0) for letter in string.ascii_letters + string.digits}
    forms = [lambda letter: letter, str.upper, lambda letter: widths.get(letter, letter)]
    other = "".join(draw(st.sampled_from(forms))(letter) for letter in address)
    return address, draw(st.sampled_from(["", " ", "\t"])) + other + draw(st.sampled_from(["", " ", "\n"]))


@given(spellings(), spellings())
def test_any_spelling_of_an_address_is_that_address_and_no_other(one: tuple[str, str], two: tuple[str, str]) -> None:
    assert normalise_email(one[1]) == normalise_email(one[0]) == one[0]
    assert (email_key(normalise_email(one[1]) or "") == email_key(normalise_email(two[1]) or "")) is (one[0] == two[0])


def test_spellings_of_one_address_are_one_key() -> None:
    spellings = ["Ann@Example.com", "ann@EXAMPLE.COM", " ann@example.com ", "ａｎｎ@example.com"]
    assert len({email_key(normalise_email(text) or "") for text in spellings}) == 1
    assert normalise_email("ann@bücher.example.com") == normalise_email("ann@xn--bcher-kva.example.com")


def run(module: str, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", module, *arguments],
        env={"PATH": os.environ["PATH"], **environment},
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=False,
    )


async def test_a_new_key_is_published_first_and_signs_later_beside_the_older_one(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    now = datetime.now(UTC)
    assert run("subgraphs.users.issue_keys", "--out", str(path)).returncode == 0
    first = load_signing_keys(path).current(now).key_id
    assert run("subgraphs.users.issue_keys", "--out", str(path), "--after", "900").returncode == 0
    issued = datetime.now(UTC)
    both = load_signing_keys(path)
    assert path.stat().st_mode & 0o077 == 0
    published = [key["kid"] for key in both.public_set["keys"]]
    assert (len(published), published[1]) == (2, first)
    assert not any({"d", "signs_from"} & key.keys() for key in both.public_set["keys"])
    assert both.current(now).key_id == first
    assert both.current(issued + timedelta(seconds=900)).key_id == published[0]
    assert all([await both.key(held) is not None for held in published])
    token = run("subgraphs.users.issue_service_token", "--name", "shop", SIGNING_KEYS_FILE=str(path)).stdout.strip()
    verifier = TokenVerifier(both, issuer="laurel", clock=FrozenClock(now))
    assert (await verifier.identify(f"Bearer {token}")).id == "svc:shop"


async def test_a_file_that_changes_is_loaded_and_one_without_sense_is_not(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    issue(path, keep=0)
    keys = load_signing_keys(path)
    first = keys.public_set
    texts = iter(["{broken", None])

    async def sleep(_: float) -> None:
        text = next(texts)
        if text is None:
            assert keys.public_set == first
            issue(path, keep=0)
            return
        path.write_text(text)

    with pytest.raises(RuntimeError, match="StopIteration"):
        await watch(keys, path, sleep=sleep)
    assert keys.public_set == load_signing_keys(path).public_set != first


@pytest.mark.parametrize("content", ["", "{}", '{"keys": []}', '{"keys": [{"kty": "OKP", "kid": "a"}]}'])
def test_a_bad_key_file_ends_the_start_and_says_which_setting(
    tmp_path: Path, content: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "keys.json"
    path.write_text(content)
    with pytest.raises(SystemExit) as end:
        load_signing_keys(path)
    assert end.value.code == 2
    assert "SIGNING_KEYS_FILE" in capsys.readouterr().err


def test_public_keys_alone_cannot_sign(issuer: Issuer) -> None:
    with pytest.raises(ValueError, match="private"):
        SigningKeys(issuer.public_set)


def test_the_process_names_each_missing_setting() -> None:
    ended = run("subgraphs.users.app")
    assert ended.returncode == 2
    for name in ("MONGO_URL", "REDIS_URL", "ROUTER_SECRET", "CURSOR_SECRET", "SIGNING_KEYS_FILE", "PORT"):
        assert f"setting {name}:" in ended.stderr
