"""Signing in on real tables and a real secret: what only they can prove."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest

from frontdesk.adapters.dynamodb.api_keys import DynamoApiKeys
from frontdesk.adapters.dynamodb.customer_directory import DynamoCustomerDirectory
from frontdesk.adapters.dynamodb.gateway import BotocoreGateway
from frontdesk.adapters.dynamodb.profile_item import profile_steps
from frontdesk.adapters.dynamodb.sessions import DynamoSessions
from frontdesk.adapters.jwt.reader import PyJwtReader
from frontdesk.adapters.secrets.reader import SecretReader
from frontdesk.adapters.secrets.sso_keys import SsoKeyReader, SsoKeySecret
from frontdesk.adapters.system.clock import RandomIds, SystemClock
from frontdesk.domain.customer import Customer
from frontdesk.domain.errors import VersionConflictError
from frontdesk.domain.scopes import SCOPES, Role
from frontdesk.domain.session import SessionKind, extended
from frontdesk.domain.settings import Settings, SsoRules
from frontdesk.domain.sso import TokenAlreadyUsedError
from frontdesk.use_cases.api_keys import create_api_key, list_api_keys, revoke_api_key
from frontdesk.use_cases.sessions import SignIn, sign_in_with_sso
from infra.local.aws import process
from tests import sso
from tests.fakes.settings import FixedSettings
from tests.fakes.sso import SHOP_KEY

CLOCK, IDS = SystemClock(), RandomIds()


@pytest.fixture
def gateway(dynamodb: Any, empty_tables: dict[str, str]) -> BotocoreGateway:
    return BotocoreGateway(dynamodb, table_names=empty_tables)


@pytest.fixture
def secrets_manager(aws_endpoint: str) -> Any:
    return process.client("secretsmanager", endpoint=aws_endpoint)


@pytest.fixture
def secret_name(secrets_manager: Any) -> str:
    name = IDS.new("ses")
    secrets_manager.create_secret(Name=name, SecretString='{"keys": []}')
    return name


@pytest.fixture
def sign_in(gateway: BotocoreGateway, secrets_manager: Any, secret_name: str) -> SignIn:
    vault = SsoKeySecret(secrets_manager, name=secret_name)
    vault.write((SHOP_KEY,), replacing=vault.read())
    rules = SsoRules(create_unknown_customers=True, link_by_email=True)
    return SignIn(
        keys=SsoKeyReader(SecretReader(secrets_manager, clock=CLOCK), name=secret_name),
        tokens=PyJwtReader(),
        settings=FixedSettings(Settings(currency="usd", sso=rules)),
        customers=DynamoCustomerDirectory(gateway, ids=IDS),
        sessions=DynamoSessions(gateway),
        clock=CLOCK,
        ids=IDS,
    )


def enter(sign_in: SignIn, **claims: Any) -> str:
    token = sso.mint(SHOP_KEY, subject="shop-42", **claims)
    return sign_in_with_sso(token, ip="192.0.2.7", using=sign_in).session.principal_id


class TestSignIn:
    @pytest.mark.case("G5")
    def test_one_token_at_once_makes_one_session(
        self, sign_in: SignIn, gateway: BotocoreGateway
    ) -> None:
        token = sso.mint(SHOP_KEY, subject="shop-42")

        def replay(number: int) -> str | None:
            try:
                opened = sign_in_with_sso(token, ip="192.0.2.7", using=sign_in)
            except TokenAlreadyUsedError:
                return None
            return opened.session.principal_id

        with ThreadPoolExecutor(8) as pool:
            (customer_id,) = {one for one in pool.map(replay, range(100)) if one}

        sessions = DynamoSessions(gateway).of_principal(SessionKind.CUSTOMER, customer_id)
        assert len(sessions) == 1

    def test_first_logins_at_once_make_one_customer(self, sign_in: SignIn) -> None:
        with ThreadPoolExecutor(8) as pool:
            customers = set(pool.map(lambda _: enter(sign_in), range(16)))

        assert len(customers) == 1

    def test_customer_without_a_shop_id_is_linked_by_its_address(
        self, sign_in: SignIn, gateway: BotocoreGateway
    ) -> None:
        now = CLOCK.now()
        customer = Customer(id=IDS.new("cus"), created_at=now, email="Ada@example.com")
        gateway.transact(profile_steps(None, customer, at=now), token=customer.id)

        assert enter(sign_in, email="ada@example.com") == customer.id
        assert enter(sign_in) == customer.id

    def test_session_is_extended_revoked_and_found_by_its_owner(
        self, sign_in: SignIn, gateway: BotocoreGateway
    ) -> None:
        store = DynamoSessions(gateway)
        customer_id = enter(sign_in)
        (session,) = store.of_principal(SessionKind.CUSTOMER, customer_id)
        later = extended(session, at=CLOCK.now())
        store.extend(later, seen_before=session)
        store.extend(replace(later, expires_at=session.expires_at), seen_before=session)
        found = store.find(session.digest)
        store.revoke(session.digest)
        store.extend(later, seen_before=later)

        assert found is not None
        assert found.expires_at >= session.expires_at
        assert store.find(session.digest) is None


class TestApiKeys:
    def test_key_is_made_used_listed_and_revoked(self, gateway: BotocoreGateway) -> None:
        store = DynamoApiKeys(gateway)
        key = create_api_key(
            "Owner",
            role=Role.OWNER,
            maker_id="operator",
            maker_scopes=SCOPES,
            is_livemode=False,
            api_keys=store,
            clock=CLOCK,
            ids=IDS,
        ).key
        used_at = CLOCK.now()
        store.note_use(key, at=used_at)
        store.note_use(key, at=CLOCK.now())
        (listed,) = list_api_keys(api_keys=store)
        revoke_api_key(key.id, api_keys=store, clock=CLOCK)
        store.note_use(key, at=CLOCK.now())

        assert listed.last_used_at is not None
        assert abs((listed.last_used_at - used_at).total_seconds()) < 0.001
        assert store.find_active(key.digest) is None
        assert list_api_keys(api_keys=store) == []


class TestSsoKeySecret:
    def test_of_two_writers_one_wins(self, secrets_manager: Any, secret_name: str) -> None:
        vault = SsoKeySecret(secrets_manager, name=secret_name)
        ring = vault.read()
        vault.write((SHOP_KEY,), replacing=ring)

        with pytest.raises(VersionConflictError):
            vault.write((), replacing=ring)

        assert vault.read().keys == (SHOP_KEY,)
