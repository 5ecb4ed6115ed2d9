"""Access tokens: whom they name, and every way they are refused."""

from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest

from subgraphs.runtime.auth.identity import (
    ANONYMOUS,
    AUDIENCE,
    CallerKind,
    InvalidToken,
    KeysUnavailable,
    Privilege,
    TokenVerifier,
    sign_token,
)
from subgraphs.runtime.auth.jwks import FixedKeys, RemoteKeys, parse_key_set
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
    assert (identity.kind, identity.user_id) == (CallerKind.USER, "kr1")
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


class ChangingKeys:
    """One key, until another is put in its place."""

    def __init__(self, issuer: Issuer | None) -> None:
        self.issuer = issuer

    async def key(self, key_id: str) -> jwt.PyJWK | None:
        return None if self.issuer is None else await self.issuer.keys.key(key_id)


async def test_what_was_verified_once_is_not_trusted_past_its_end_or_its_key() -> None:
    keys, clock = ChangingKeys(ISSUER), FrozenClock(NOW)
    judge = TokenVerifier(keys, issuer="laurel", clock=clock)
    header = f"Bearer {ISSUER.token('kr1', at=NOW, lifetime=timedelta(minutes=15))}"
    for _ in range(3):
        assert (await judge.identify(header)).user_id == "kr1"
    keys.issuer = Issuer()
    with pytest.raises(InvalidToken, match="not valid"):
        await judge.identify(header)
    keys.issuer = None
    with pytest.raises(InvalidToken, match="unknown key"):
        await judge.identify(header)
    keys.issuer = ISSUER
    assert (await judge.identify(header)).user_id == "kr1"
    clock.instant = NOW + timedelta(minutes=15, seconds=5)
    with pytest.raises(InvalidToken, match="expired"):
        await judge.identify(header)


async def test_a_signature_is_verified_once_and_the_latest_twenty_thousand_are_remembered(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("subgraphs.runtime.auth.identity.MAX_VERIFIED", 2)
    verified: list[str] = []
    decode = jwt.decode

    def counted(token: str, *arguments: Any, **options: Any) -> Any:
        verified.append(token)
        return decode(token, *arguments, **options)

    monkeypatch.setattr(jwt, "decode", counted)
    judge = verifier()
    tokens = [ISSUER.token(f"kr{number}") for number in range(3)]
    for number in (0, 1, 0, 2, 0, 1):
        assert (await judge.identify(f"Bearer {tokens[number]}")).user_id == f"kr{number}"
    # The first is used all the time; the second was forgotten when the third came.
    assert verified == [tokens[0], tokens[1], tokens[2], tokens[1]]


def test_a_signed_token_carries_its_key_id_and_whole_seconds() -> None:
    key = jwt.PyJWK(ISSUER.private_set["keys"][0], algorithm="EdDSA")
    token = sign_token(
        key, issuer="laurel", kind=CallerKind.USER, subject="kr1", roles=["USER"], issued_at=NOW, expires_at=NOW
    )
    assert jwt.get_unverified_header(token)["kid"] == "test-key"
