"""Signing in with the shop's token: who comes in, once, and with which key."""

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest

from frontdesk.adapters.dynamodb import keys
from frontdesk.adapters.dynamodb.operations import Delete, Unconditional
from frontdesk.adapters.dynamodb.profile_item import customer_of, profile_steps
from frontdesk.domain.credential import digest_of
from frontdesk.domain.customer import Customer
from frontdesk.domain.errors import InvalidInputError
from frontdesk.domain.session import SessionKind
from frontdesk.domain.sso import InvalidSsoTokenError, Refusal, SsoKey, TokenAlreadyUsedError
from tests.fakes.sso import SHOP_KEY
from tests.unit.use_cases.sign_in_world import RETURN_ADDRESS, World

NEXT_KEY = SsoKey(
    kid="shop-2027",
    secret="Xp7Rb2Nc9Vd4Mf1Lg6Kh3Jj8Hk5Gl0Fz",
    issuer=SHOP_KEY.issuer,
    audience=SHOP_KEY.audience,
)


@pytest.fixture
def world() -> World:
    return World()


class TestWhoSignsIn:
    def test_customer_known_by_the_shops_id(self, world: World) -> None:
        customer_id = world.add_customer("shop-42")

        assert world.enter(world.token(subject="shop-42")).session.principal_id == customer_id

    def test_customer_known_by_our_id(self, world: World) -> None:
        customer_id = world.add_customer("shop-42")

        assert world.enter(world.token(subject=customer_id)).session.principal_id == customer_id

    def test_an_id_of_ours_opens_its_own_account_whatever_others_are_called(
        self, world: World
    ) -> None:
        first = world.add_customer("shop-42")
        world.add_customer(first)

        assert world.enter(world.token(subject=first)).session.principal_id == first

    def test_external_id_is_asked_when_the_subject_is_unknown(self, world: World) -> None:
        customer_id = world.add_customer("shop-42")
        token = world.token(subject="idp|7", external_id="shop-42")

        assert world.enter(token).session.principal_id == customer_id

    def test_subject_goes_before_the_external_id(self, world: World) -> None:
        customer_id = world.add_customer("shop-42")
        world.add_customer("shop-1")
        token = world.token(subject="shop-42", external_id="shop-1")

        assert world.enter(token).session.principal_id == customer_id

    def test_email_alone_selects_nobody(self, world: World) -> None:
        world.add_customer("shop-1", email="ada@example.com")

        with pytest.raises(InvalidSsoTokenError) as refusal:
            world.enter(world.token(subject="shop-42", email="ada@example.com"))

        assert refusal.value.reason is Refusal.UNKNOWN_CUSTOMER

    def test_unknown_customer_is_refused_by_default(self, world: World) -> None:
        with pytest.raises(InvalidSsoTokenError):
            world.enter(world.token(subject="shop-42"))

        assert world.gateway.items == {}

    def test_customer_whose_profile_is_gone_is_refused(self, world: World) -> None:
        customer_id = world.add_customer("shop-42")
        world.gateway.write(Delete(keys.profile(customer_id), Unconditional("test")))

        with pytest.raises(InvalidSsoTokenError):
            world.enter(world.token(subject="shop-42"))

        assert world.count("session") == world.count("used_token") == 0


class TestUnknownCustomers:
    def test_is_created_when_the_shop_allows_it(self, world: World) -> None:
        world.allow(create=True)
        token = world.token(subject="shop-42", email="ada@example.com", name="Ada\tLovelace ")

        customer_id = world.enter(token).session.principal_id

        stored = world.gateway.get(keys.profile(customer_id))
        assert stored is not None
        customer = customer_of(stored)
        assert (customer.external_id, customer.email, customer.name) == (
            "shop-42",
            "ada@example.com",
            "Ada Lovelace",
        )

    def test_is_the_same_customer_the_next_time(self, world: World) -> None:
        world.allow(create=True)
        first = world.enter(world.token(subject="shop-42"))

        second = world.enter(world.token(subject="shop-42"))

        assert first.session.principal_id == second.session.principal_id
        assert first.token != second.token

    def test_external_id_names_the_new_customer(self, world: World) -> None:
        world.allow(create=True)
        token = world.token(subject="idp|7", external_id="shop-42")
        customer_id = world.enter(token).session.principal_id

        assert world.customers.find_by_external_id("shop-42") == customer_id
        assert world.customers.find_by_external_id("idp|7") is None

    def test_replay_creates_nobody(self, world: World) -> None:
        customer_id = world.add_customer("shop-42")
        token = world.token(subject="shop-42")
        world.enter(token)
        world.allow(create=True)
        for key in (keys.external_id("shop-42"), keys.profile(customer_id)):
            world.gateway.write(Delete(key, Unconditional("erased in the meantime")))

        with pytest.raises(TokenAlreadyUsedError):
            world.enter(token)

        assert world.count("customer") == 0

    def test_first_logins_at_once_make_one_customer(self, world: World) -> None:
        world.allow(create=True)
        tokens = [world.token(subject="shop-42") for _ in range(50)]
        with ThreadPoolExecutor(16) as pool:
            opened = list(pool.map(world.enter, tokens))

        assert len({one.session.principal_id for one in opened}) == 1
        assert world.count("customer") == 1
        assert world.count("session") == 50

    def test_name_that_is_too_long_is_cut(self, world: World) -> None:
        world.allow(create=True)
        customer_id = world.enter(world.token(name="名" * 400)).session.principal_id

        stored = world.gateway.get(keys.profile(customer_id))
        assert stored is not None
        assert stored["name"] == "名" * 255

    @pytest.mark.parametrize("email", ["nobody", "@example.com", "a b@example.com", "a@", "a@b@c"])
    def test_what_is_no_address_is_left_out(self, world: World, email: str) -> None:
        world.allow(create=True)
        customer_id = world.enter(world.token(email=email)).session.principal_id

        stored = world.gateway.get(keys.profile(customer_id))
        assert stored is not None
        assert stored["email"] is None


class TestLinkingByEmail:
    def add_from_the_provider(self, world: World, email: str) -> str:
        customer = Customer(id=world.ids.new("cus"), created_at=world.clock.now(), email=email)
        world.gateway.transact(
            profile_steps(None, customer, at=world.clock.now()), token=customer.id
        )
        return customer.id

    def test_links_the_only_customer_with_the_address(self, world: World) -> None:
        world.allow(create=True, link_by_email=True)
        customer_id = self.add_from_the_provider(world, "Ada@Example.com")

        opened = world.enter(world.token(subject="shop-42", email="ada@example.com"))

        assert opened.session.principal_id == customer_id
        assert world.customers.find_by_external_id("shop-42") == customer_id

    def test_is_off_by_default(self, world: World) -> None:
        world.allow(create=True)
        customer_id = self.add_from_the_provider(world, "ada@example.com")

        opened = world.enter(world.token(subject="shop-42", email="ada@example.com"))

        assert opened.session.principal_id != customer_id

    def test_two_customers_with_the_address_are_left_alone(self, world: World) -> None:
        world.allow(create=True, link_by_email=True)
        known = {self.add_from_the_provider(world, "ada@example.com") for _ in range(2)}

        opened = world.enter(world.token(subject="shop-42", email="ada@example.com"))

        assert opened.session.principal_id not in known

    def test_customer_of_another_shop_id_is_left_alone(self, world: World) -> None:
        world.allow(create=True, link_by_email=True)
        known = world.add_customer("shop-1", email="ada@example.com")

        opened = world.enter(world.token(subject="shop-42", email="ada@example.com"))

        assert opened.session.principal_id != known
        assert world.customers.find_by_external_id("shop-1") == known


class TestSingleUse:
    def test_second_use_is_refused_by_name(self, world: World) -> None:
        world.add_customer("shop-42")
        token = world.token()
        world.enter(token)

        with pytest.raises(TokenAlreadyUsedError) as refusal:
            world.enter(token)

        assert refusal.value.code == "token_already_used"

    def test_same_jti_in_another_token_is_refused(self, world: World) -> None:
        world.add_customer("shop-42")
        world.enter(world.token(jti="once"))

        with pytest.raises(TokenAlreadyUsedError):
            world.enter(world.token(jti="once", name="Ada"))

    def test_same_jti_of_another_issuer_is_another_token(self, world: World) -> None:
        other = replace(NEXT_KEY, issuer="https://second.example")
        world.keys.stored = (SHOP_KEY, other)
        world.keys.reload()
        world.add_customer("shop-42")
        world.enter(world.token(jti="once"))

        assert world.enter(world.token(jti="once", key=other)).token

    def test_refused_token_is_not_spent(self, world: World) -> None:
        token = world.token()
        with pytest.raises(InvalidSsoTokenError):
            world.enter(token)
        world.add_customer("shop-42")

        assert world.enter(token).token

    def test_wrong_return_address_does_not_spend_the_token(self, world: World) -> None:
        world.add_customer("shop-42")
        token = world.token()
        with pytest.raises(InvalidInputError):
            world.enter(token, return_to="https://evil.example/")

        assert world.enter(token, return_to=RETURN_ADDRESS).return_to == RETURN_ADDRESS

    def test_is_remembered_until_the_token_is_worthless(self, world: World) -> None:
        world.add_customer("shop-42")
        world.enter(world.token())
        (spent,) = [i for i in world.gateway.items.values() if i["entity"] == "used_token"]

        last_moment = world.clock.now() + timedelta(seconds=60 + 30)
        assert spent["expires_at_epoch_seconds"] > last_moment.timestamp()  # type: ignore[operator]

    @pytest.mark.case("G5")
    def test_thousand_replays_at_once_make_one_session(self, world: World) -> None:
        world.add_customer("shop-42")
        token = world.token()
        together = threading.Barrier(50)

        def replay(number: int) -> bool:
            if number < 50:
                together.wait()
            try:
                world.enter(token)
            except TokenAlreadyUsedError:
                return False
            return True

        with ThreadPoolExecutor(50) as pool:
            successes = sum(pool.map(replay, range(1000)))

        assert successes == 1
        assert world.count("session") == 1
        assert world.count("used_token") == 1


@pytest.mark.case("G6")
class TestKeyRotation:
    def test_both_keys_work_during_the_overlap(self, world: World) -> None:
        world.add_customer("shop-42")
        world.keys.stored = (SHOP_KEY, NEXT_KEY)

        assert world.enter(world.token(key=NEXT_KEY)).token
        assert world.enter(world.token(key=SHOP_KEY)).token

    def test_nobody_is_refused_from_the_old_key_to_the_new(self, world: World) -> None:
        """old only ── both, still signing with the old ── both, signing with the new ── new only"""
        world.add_customer("shop-42")
        rounds = [
            ((SHOP_KEY,), SHOP_KEY),
            ((SHOP_KEY, NEXT_KEY), SHOP_KEY),
            ((SHOP_KEY, NEXT_KEY), NEXT_KEY),
            ((replace(SHOP_KEY, is_active=False), NEXT_KEY), NEXT_KEY),
            ((NEXT_KEY,), NEXT_KEY),
        ]
        for stored, signing in rounds:
            world.keys.stored = stored
            for _ in range(20):
                world.enter(world.token(key=signing))
                world.clock.advance(timedelta(seconds=7))

        assert world.count("used_token") == 100

    def test_new_secret_under_the_same_kid_is_noticed(self, world: World) -> None:
        world.add_customer("shop-42")
        renewed = replace(SHOP_KEY, secret=NEXT_KEY.secret)
        world.keys.stored = (renewed,)

        assert world.enter(world.token(key=renewed)).token

    def test_retired_key_is_refused_once_the_keys_are_read_again(self, world: World) -> None:
        world.add_customer("shop-42")
        world.keys.stored = (NEXT_KEY,)
        world.enter(world.token(key=NEXT_KEY))

        with pytest.raises(InvalidSsoTokenError):
            world.enter(world.token(key=SHOP_KEY))

    def test_hostile_tokens_have_the_keys_read_once_a_minute(self, world: World) -> None:
        unknown = replace(SHOP_KEY, kid="nobody's")
        for _ in range(100):
            with pytest.raises(InvalidSsoTokenError):
                world.enter(world.token(key=unknown))
        assert world.keys.reloads == 1
        world.clock.advance(timedelta(minutes=1))
        with pytest.raises(InvalidSsoTokenError):
            world.enter(world.token(key=unknown))

        assert world.keys.reloads == 2

    def test_malformed_token_does_not_have_the_keys_read(self, world: World) -> None:
        with pytest.raises(InvalidSsoTokenError):
            world.enter("a.b.c")

        assert world.keys.reloads == 0


class TestTheSession:
    def test_token_is_stored_nowhere(self, world: World) -> None:
        world.add_customer("shop-42")
        opened = world.enter(world.token())

        assert opened.token not in repr(world.gateway.items)
        assert opened.token not in repr(opened)
        assert world.sessions.find(digest_of(opened.token)) == opened.session

    def test_id_is_not_the_token(self, world: World) -> None:
        world.add_customer("shop-42")
        opened = world.enter(world.token())

        assert opened.session.id.startswith("ses_")
        assert opened.session.id not in opened.token

    def test_begins_with_an_hour_and_its_address(self, world: World) -> None:
        world.add_customer("shop-42")
        session = world.enter(world.token()).session

        assert session.expires_at == world.clock.now() + timedelta(hours=1)
        assert session.created_ip == "192.0.2.7"
        assert session.kind is SessionKind.CUSTOMER

    def test_replaces_the_one_that_the_browser_had(self, world: World) -> None:
        world.add_customer("shop-42")
        before = world.enter(world.token())

        world.enter(world.token(), replacing=before.session.digest)

        assert world.sessions.find(before.session.digest) is None
        assert world.count("session") == 1

    def test_refused_sign_in_keeps_the_one_that_the_browser_had(self, world: World) -> None:
        world.add_customer("shop-42")
        token = world.token()
        before = world.enter(token)
        with pytest.raises(TokenAlreadyUsedError):
            world.enter(token, replacing=before.session.digest)

        assert world.sessions.find(before.session.digest) == before.session


class TestReturnAddress:
    def test_first_allowed_address_is_the_default_of_a_browser(self, world: World) -> None:
        world.add_customer("shop-42")

        assert world.enter(world.token(), needs_return_address=True).return_to == RETURN_ADDRESS

    def test_server_needs_none(self, world: World) -> None:
        world.add_customer("shop-42")

        assert world.enter(world.token()).return_to is None

    def test_browser_of_a_shop_without_addresses_is_told_so(self, world: World) -> None:
        world.add_customer("shop-42")
        world.settings.settings = replace(world.settings.settings, return_addresses=())

        with pytest.raises(InvalidInputError) as refusal:
            world.enter(world.token(), needs_return_address=True)

        assert [problem.field for problem in refusal.value.problems] == ["return_to"]
