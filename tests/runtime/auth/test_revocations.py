"""What was taken from a user holds although their token says otherwise."""

from collections.abc import Mapping

import pytest

from subgraphs.runtime.auth.identity import ANONYMOUS, CallerKind, Identity, InvalidToken, Privilege
from subgraphs.runtime.auth.revocations import TRUSTED_SECONDS, Revocations, Standing

OPERATOR = Identity(CallerKind.USER, "kr1", frozenset({Privilege.USER, Privilege.OPERATOR}))
PLAIN = Identity(CallerKind.USER, "kr2", frozenset({Privilege.USER}))
SERVICE = Identity(CallerKind.SERVICE, "svc:rewards")


class Source:
    """A list that can be out of reach, and a clock beside it."""

    def __init__(self) -> None:
        self.standings: dict[str, Standing] = {}
        self.away = False
        self.seconds = 1000.0

    async def __call__(self) -> Mapping[str, Standing]:
        if self.away:
            raise OSError("unreachable")
        return dict(self.standings)


@pytest.fixture
def source() -> Source:
    return Source()


@pytest.fixture
def revocations(source: Source) -> Revocations:
    return Revocations(source, monotonic=lambda: source.seconds)


async def test_roles_are_those_of_the_list(source: Source, revocations: Revocations) -> None:
    await revocations.refresh()
    assert revocations.current_identity(OPERATOR) == OPERATOR
    source.standings["kr1"] = Standing(frozenset({Privilege.USER}), suspended=False)
    source.standings["kr2"] = Standing(frozenset({Privilege.USER, Privilege.ADMIN}), suspended=False)
    await revocations.refresh()
    assert not revocations.current_identity(OPERATOR).is_staff
    assert revocations.current_identity(PLAIN).has_any([Privilege.ADMIN])
    assert revocations.current_identity(SERVICE) == SERVICE
    assert revocations.current_identity(ANONYMOUS) == ANONYMOUS


async def test_a_suspended_user_is_refused(source: Source, revocations: Revocations) -> None:
    source.standings["kr2"] = Standing(frozenset({Privilege.USER}), suspended=True)
    await revocations.refresh()
    with pytest.raises(InvalidToken):
        revocations.current_identity(PLAIN)
    assert revocations.current_identity(OPERATOR) == OPERATOR


async def test_after_thirty_seconds_without_the_list_privileged_roles_are_withheld_and_users_go_on(
    source: Source, revocations: Revocations
) -> None:
    await revocations.refresh()
    source.away = True
    source.seconds += TRUSTED_SECONDS
    assert not await revocations.refresh()
    assert revocations.current_identity(OPERATOR) == OPERATOR
    source.seconds += 1
    judged = revocations.current_identity(OPERATOR)
    assert judged.roles == {Privilege.USER}
    assert judged.withheld == {Privilege.OPERATOR}
    assert revocations.current_identity(PLAIN) == PLAIN
    assert revocations.current_identity(SERVICE) == SERVICE
    source.away = False
    assert await revocations.refresh()
    assert revocations.current_identity(OPERATOR) == OPERATOR


async def test_before_the_first_list_no_privileged_role_is_believed(revocations: Revocations) -> None:
    assert revocations.current_identity(OPERATOR).withheld == {Privilege.OPERATOR}
    assert revocations.current_identity(PLAIN) == PLAIN
