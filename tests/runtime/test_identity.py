"""Access tokens: whom they name, and every way they are refused."""

from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest

from subgraphs.runtime.identity import (
    ANONYMOUS,
    AUDIENCE,
    InvalidToken,
    KeysUnavailable,
    Kind,
    Privilege,
    TokenVerifier,
    sign_token,
)
from subgraphs.runtime.jwks import FixedKeys, RemoteKeys, parse_key_set
from tests.fixtures.clock import FrozenClock
from tests.fixtures.issuer import Issuer

ISSUER = Issuer()
NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def verifier(at: datetime = NOW, issuer: Issuer = ISSUER) -> TokenVerifier:
    return TokenVerifier(issuer.keys, issuer="laurel", clock=FrozenClock(at))


async def test_nobody_is_anonymous() -> None:
    assert await verifier().identify(None) == ANONYMOUS


async def test_a_user_s_token_names_the_user_and_the_roles() -> None:
    identity = await verifier().identify(f"Bearer {ISSUER.token('kr1', 'OPERATOR')}")
    assert (identity.kind, identity.user_id) == (Kind.USER, "kr1")
    assert identity.roles == {Privilege.USER, Privilege.OPERATOR}
    assert identity.is_staff


async def test_a_service_s_token_names_a_service_and_no_user() -> None:
    identity = await verifier().identify(f"Bearer {ISSUER.service_token()}")
    assert identity.is_service
    assert identity.user_id is None
    assert not identity.is_staff


async def test_a_token_is_good_until_its_last_moment_and_bad_after_the_leeway() -> None:
    token = ISSUER.token("kr1", at=NOW, lifetime=timedelta(minutes=15))
    end = NOW + timedelta(minutes=15)
    assert (await verifier(end - timedelta(milliseconds=1)).identify(f"Bearer {token}")).user_id == "kr1"
    with pytest.raises(InvalidToken, match="expired"):
        await verifier(end + timedelta(seconds=5)).identify(f"Bearer {token}")


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer ", "Basic abc", "Bearer abc", "Bearer a.b.c", "Bearer eyJhbGciOiJub25lIn0.e30."]
)
async def test_a_malformed_header_is_refused(header: str) -> None:
    with pytest.raises(InvalidToken):
        await verifier().identify(header)


async def test_a_token_of_a_foreign_key_is_refused_even_under_a_known_key_id() -> None:
    with pytest.raises(InvalidToken):
        await verifier().identify(f"Bearer {Issuer().token('kr1')}")
    with pytest.raises(InvalidToken, match="unknown key"):
        await verifier().identify(f"Bearer {Issuer(key_id='else').token('kr1')}")


async def test_a_token_of_another_issuer_with_the_same_key_is_refused() -> None:
    stranger = Issuer("elsewhere")
    with pytest.raises(InvalidToken, match="another issuer"):
        await verifier(issuer=stranger).identify(f"Bearer {stranger.token('kr1')}")


async def test_an_unsigned_or_symmetrically_signed_token_is_refused() -> None:
    claims = {"iss": "laurel", "aud": AUDIENCE, "sub": "kr1", "kind": "user", "iat": 1, "exp": 4_000_000_000}
    unsigned = jwt.encode(claims, "", algorithm="none", headers={"kid": "test-key"})
    public: str = ISSUER.public_set["keys"][0]["x"]
    symmetric = jwt.encode(claims, public.ljust(64), algorithm="HS256", headers={"kid": "test-key"})
    for token in (unsigned, symmetric):
        with pytest.raises(InvalidToken):
            await verifier().identify(f"Bearer {token}")


@pytest.mark.parametrize("change", [{"kind": "anonymous"}, {"kind": "root"}, {"roles": ["EMPEROR"]}, {"roles": 7}])
async def test_claims_that_make_no_sense_are_refused(change: dict[str, Any]) -> None:
    key = jwt.PyJWK(ISSUER.private_set["keys"][0], algorithm="EdDSA")
    claims = {
        "iss": "laurel",
        "aud": AUDIENCE,
        "sub": "kr1",
        "kind": "user",
        "roles": [],
        "iat": int(NOW.timestamp()),
        "exp": int(NOW.timestamp()) + 900,
        **change,
    }
    token = jwt.encode(claims, key, algorithm="EdDSA", headers={"kid": "test-key"})
    with pytest.raises(InvalidToken):
        await verifier().identify(f"Bearer {token}")


async def test_a_message_about_a_bad_token_never_carries_the_token() -> None:
    token = Issuer().token("kr1")
    with pytest.raises(InvalidToken) as refusal:
        await verifier().identify(f"Bearer {token}")
    assert token not in str(refusal.value)


async def test_without_any_keys_nobody_s_token_is_judged() -> None:
    keys = RemoteKeys("http://127.0.0.1:9/jwks.json", timeout_seconds=0.2)
    with pytest.raises(KeysUnavailable):
        await TokenVerifier(keys, issuer="laurel", clock=FrozenClock(NOW)).identify(f"Bearer {ISSUER.token('kr1')}")
    await keys.close()


@pytest.mark.parametrize("document", [{}, {"keys": []}, {"keys": [{"kty": "RSA", "kid": "x"}]}, {"keys": [{}]}])
def test_a_key_set_that_is_empty_or_of_other_kinds_is_refused(document: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="key"):
        parse_key_set(document)


async def test_both_keys_of_a_rotating_set_are_trusted() -> None:
    old, new = Issuer(key_id="old"), Issuer(key_id="new")
    both = FixedKeys({"keys": [*new.public_set["keys"], *old.public_set["keys"]]})
    judge = TokenVerifier(both, issuer="laurel", clock=FrozenClock(NOW))
    for issuer in (old, new):
        assert (await judge.identify(f"Bearer {issuer.token('kr1')}")).user_id == "kr1"


def test_a_signed_token_carries_its_key_id_and_whole_seconds() -> None:
    key = jwt.PyJWK(ISSUER.private_set["keys"][0], algorithm="EdDSA")
    token = sign_token(
        key, issuer="laurel", kind=Kind.USER, subject="kr1", roles=["USER"], issued_at=NOW, expires_at=NOW
    )
    assert jwt.get_unverified_header(token)["kid"] == "test-key"
