"""Listing and ending sessions: one's own, and no others."""

from datetime import timedelta

import pytest

from frontdesk.domain.credential import Credential, CredentialKind, credential_of
from frontdesk.domain.errors import NotFoundError
from frontdesk.domain.principal import ANONYMOUS, Kind, Principal
from frontdesk.domain.session import Session
from frontdesk.use_cases.sessions import list_sessions, revoke_current_session, revoke_session
from tests.unit.use_cases.sign_in_world import World, customer


@pytest.fixture
def world() -> World:
    world = World()
    world.add_customer("ada")
    world.add_customer("bob")
    return world


def enter(world: World, subject: str) -> Session:
    return world.enter(world.token(subject=subject)).session


def listed(world: World, caller: Principal) -> list[Session]:
    return list_sessions(caller, sessions=world.sessions, clock=world.clock)


def revoke(world: World, session_id: str, caller: Principal) -> None:
    revoke_session(session_id, caller=caller, sessions=world.sessions, clock=world.clock)


class TestListSessions:
    def test_tells_ones_own_newest_first(self, world: World) -> None:
        first, other, second = (enter(world, name) for name in ("ada", "bob", "ada"))

        assert listed(world, customer(first.principal_id)) == [second, first]
        assert listed(world, customer(other.principal_id)) == [other]

    def test_expired_one_is_absent_though_the_table_still_has_it(self, world: World) -> None:
        session = enter(world, "ada")
        world.clock.advance(timedelta(hours=1))

        assert listed(world, customer(session.principal_id)) == []
        assert world.count("session") == 1

    @pytest.mark.parametrize("kind", [Kind.STAFF, Kind.STOREFRONT])
    def test_merchant_with_the_same_id_sees_none(self, world: World, kind: Kind) -> None:
        session = enter(world, "ada")

        assert listed(world, Principal(kind, session.principal_id)) == []

    def test_nobody_sees_none(self, world: World) -> None:
        enter(world, "ada")

        assert listed(world, ANONYMOUS) == []


class TestRevokeSession:
    def test_ends_ones_own(self, world: World) -> None:
        first, second = enter(world, "ada"), enter(world, "ada")

        revoke(world, first.id, customer(first.principal_id))

        assert world.sessions.find(first.digest) is None
        assert world.sessions.find(second.digest) == second

    def test_another_customers_is_as_unknown_as_a_missing_one(self, world: World) -> None:
        ada, bob = enter(world, "ada"), enter(world, "bob")
        with pytest.raises(NotFoundError) as foreign:
            revoke(world, bob.id, customer(ada.principal_id))
        with pytest.raises(NotFoundError) as missing:
            revoke(world, world.ids.new("ses"), customer(ada.principal_id))

        assert (foreign.value.detail, foreign.value.code) == (
            missing.value.detail,
            missing.value.code,
        )
        assert world.sessions.find(bob.digest) == bob

    def test_expired_one_is_unknown(self, world: World) -> None:
        session = enter(world, "ada")
        world.clock.advance(timedelta(hours=2))

        with pytest.raises(NotFoundError):
            revoke(world, session.id, customer(session.principal_id))

    def test_revoked_one_is_unknown(self, world: World) -> None:
        session = enter(world, "ada")
        revoke(world, session.id, customer(session.principal_id))

        with pytest.raises(NotFoundError):
            revoke(world, session.id, customer(session.principal_id))


class TestRevokeCurrentSession:
    def test_ends_the_session_of_the_token(self, world: World) -> None:
        opened = world.enter(world.token(subject="ada"))
        other = enter(world, "ada")

        revoke_current_session(credential_of(opened.token), sessions=world.sessions)

        assert world.sessions.find(opened.session.digest) is None
        assert world.sessions.find(other.digest) == other

    @pytest.mark.parametrize("credential", [None, Credential(CredentialKind.API_KEY, "0" * 64)])
    def test_caller_without_a_session_has_none_to_end(
        self, world: World, credential: Credential | None
    ) -> None:
        with pytest.raises(NotFoundError):
            revoke_current_session(credential, sessions=world.sessions)
