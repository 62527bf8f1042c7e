"""API keys: made by who may, shown once, revoked for good."""

from datetime import timedelta

import pytest

from frontdesk.adapters.dynamodb.api_keys import DynamoApiKeys
from frontdesk.domain.credential import CredentialKind, credential_of
from frontdesk.domain.errors import ForbiddenError, InvalidInputError, NotFoundError
from frontdesk.domain.scopes import SCOPES, Role, Scope, granted
from frontdesk.use_cases.api_keys import (
    NewApiKey,
    create_api_key,
    list_api_keys,
    revoke_api_key,
)
from tests.fakes.clock import FakeClock
from tests.fakes.gateway import MemoryGateway
from tests.fakes.ids import CountingIds


class Shop:
    def __init__(self) -> None:
        self.gateway = MemoryGateway()
        self.store = DynamoApiKeys(self.gateway)
        self.clock = FakeClock()
        self.ids = CountingIds()

    def make(
        self,
        name: str = "Server",
        *,
        role: Role | None = None,
        scopes: tuple[str, ...] = (),
        maker_scopes: frozenset[str] = SCOPES,
    ) -> NewApiKey:
        self.clock.advance(timedelta(seconds=1))
        return create_api_key(
            name,
            role=role,
            scopes=scopes,
            maker_id="key_maker",
            maker_scopes=maker_scopes,
            is_livemode=True,
            api_keys=self.store,
            clock=self.clock,
            ids=self.ids,
        )

    def revoke(self, key_id: str) -> None:
        revoke_api_key(key_id, api_keys=self.store, clock=self.clock)


@pytest.fixture
def shop() -> Shop:
    return Shop()


class TestCreateApiKey:
    def test_secret_is_stored_nowhere(self, shop: Shop) -> None:
        new = shop.make(role=Role.OWNER)

        assert new.secret not in repr(shop.gateway.items)
        assert new.secret not in repr(new)
        assert new.secret.removeprefix("fd_live_") not in repr(shop.gateway.items)

    def test_secret_is_a_credential(self, shop: Shop) -> None:
        credential = credential_of(shop.make(role=Role.OWNER).secret)

        assert credential is not None
        assert credential.kind is CredentialKind.API_KEY

    @pytest.mark.parametrize("role", Role)
    def test_key_of_a_role_may_what_the_role_may(self, shop: Shop, role: Role) -> None:
        assert shop.make(role=role).key.granted_scopes == granted(role, ())

    def test_key_of_scopes_may_just_these(self, shop: Shop) -> None:
        key = shop.make(scopes=(Scope.EXPORTS_READ, Scope.CUSTOMERS_READ)).key

        assert key.granted_scopes == {"exports:read", "customers:read"}

    @pytest.mark.parametrize(
        ("role", "scopes"), [(None, ()), (Role.OWNER, (Scope.CUSTOMERS_READ,))]
    )
    def test_takes_a_role_or_scopes(
        self, shop: Shop, role: Role | None, scopes: tuple[str, ...]
    ) -> None:
        with pytest.raises(InvalidInputError):
            shop.make(role=role, scopes=scopes)

        assert shop.gateway.items == {}

    def test_unknown_scope_is_refused(self, shop: Shop) -> None:
        with pytest.raises(InvalidInputError):
            shop.make(scopes=("customers:read", "everything"))

    @pytest.mark.parametrize(
        ("role", "scopes"),
        [(Role.OWNER, ()), (Role.MANAGER, ()), (None, ("customers:read", "settings:write"))],
    )
    def test_nobody_gives_more_than_their_own(
        self, shop: Shop, role: Role | None, scopes: tuple[str, ...]
    ) -> None:
        with pytest.raises(ForbiddenError):
            shop.make(
                role=role,
                scopes=scopes,
                maker_scopes=frozenset(("customers:read", "api_keys:write")),
            )

        assert shop.gateway.items == {}


class TestRoles:
    def test_owner_may_everything(self) -> None:
        assert granted(Role.OWNER, ()) == SCOPES

    def test_only_the_owner_makes_keys_and_changes_settings(self) -> None:
        others = [granted(role, ()) for role in Role if role is not Role.OWNER]

        assert not any({"api_keys:write", "settings:write"} & scopes for scopes in others)

    def test_analyst_changes_nothing_but_exports(self) -> None:
        scopes = granted(Role.ANALYST, ())

        assert {s for s in scopes if not s.endswith(":read")} == {"exports:write"}
        assert {s for s in SCOPES if s.endswith(":read")} <= scopes

    def test_support_sees_no_exports(self) -> None:
        assert granted(Role.SUPPORT, ()) == {
            "customers:read",
            "customers:write",
            "transactions:read",
            "subscriptions:read",
            "subscriptions:write",
            "settings:read",
        }


class TestListApiKeys:
    def test_tells_those_that_work_newest_first(self, shop: Shop) -> None:
        first, second, third = (shop.make(name, role=Role.OWNER).key for name in "abc")
        shop.revoke(second.id)

        assert list_api_keys(api_keys=shop.store) == [third, first]


class TestRevokeApiKey:
    def test_is_unknown_from_then_on(self, shop: Shop) -> None:
        key = shop.make(role=Role.OWNER).key
        shop.revoke(key.id)

        assert shop.store.find_active(key.digest) is None

    def test_keeps_the_record_of_who_made_it(self, shop: Shop) -> None:
        key = shop.make(role=Role.OWNER).key
        shop.revoke(key.id)
        kept = shop.store.find(key.id)

        assert kept is not None
        assert (kept.created_by, kept.revoked_at) == ("key_maker", shop.clock.now())

    def test_unknown_and_revoked_keys_are_not_found(self, shop: Shop) -> None:
        key = shop.make(role=Role.OWNER).key
        shop.revoke(key.id)
        with pytest.raises(NotFoundError):
            shop.revoke(key.id)
        with pytest.raises(NotFoundError):
            shop.revoke(shop.ids.new("key"))

    def test_other_keys_go_on(self, shop: Shop) -> None:
        gone, kept = shop.make(role=Role.OWNER).key, shop.make(role=Role.OWNER).key
        shop.revoke(gone.id)

        assert shop.store.find_active(kept.digest) == kept
