"""What every provider's adapter promises of payment methods."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest

from frontdesk.domain.capabilities import Capability
from frontdesk.domain.ids import derived_id
from frontdesk.domain.payment_method import Expiry, PaymentMethod
from frontdesk.domain.snapshot import ObjectKind, PaymentMethodSnapshot
from frontdesk.ports.commands import CommandRejectedError
from frontdesk.ports.payment_methods import EditCommand, UnknownSetupError
from frontdesk.ports.provider import ProviderUnavailableError
from tests.conformance.shop import DeadNetwork, ProviderShop

LONGEST_SECONDS = 10


def owner_of(shop: ProviderShop, method: str) -> str | None:
    """None once nobody has it, whether the provider forgets it or only lets it go."""
    found = shop.fetch(ObjectKind.PAYMENT_METHOD, method)
    return found.customer if isinstance(found, PaymentMethodSnapshot) else None


class TestSettingUp:
    def test_the_same_operation_makes_the_same_one(self, shop: ProviderShop) -> None:
        person = shop.person()

        setups = [shop.set_up(person, number=number) for number in (1, 1, 2)]

        assert setups[0] == setups[1]
        assert setups[0].id != setups[2].id

    def test_leads_the_buyer_on_in_one_way_and_its_secret_is_not_shown(
        self, shop: ProviderShop
    ) -> None:
        made = shop.set_up(shop.person())

        assert (made.client_secret is None) != (made.approve_url is None)
        assert made.client_secret is None or made.client_secret not in repr(made)

    @pytest.mark.parametrize("when", ["before", "after"])
    def test_without_an_answer_nobody_knows_and_the_same_may_be_sent_again(
        self, shop: ProviderShop, when: str
    ) -> None:
        person = shop.person()
        shop.fail("reset", method="POST", path=".*setup.*", when=when)
        with pytest.raises(ProviderUnavailableError):
            shop.set_up(person)

        assert shop.set_up(person) == shop.set_up(person)


class TestConfirming:
    def test_nothing_is_saved_before_the_buyer_agrees(self, shop: ProviderShop) -> None:
        person = shop.person()
        setup = shop.set_up(person)

        with pytest.raises(CommandRejectedError) as refused:
            shop.methods.confirm(setup.id, customer=person)

        assert refused.value.code == "setup_not_approved"

    def test_one_method_however_often_and_it_is_the_persons(self, shop: ProviderShop) -> None:
        person = shop.person()
        setup = shop.set_up(person)
        shop.agree_to_setup(setup.id)

        methods = {shop.methods.confirm(setup.id, customer=person) for _ in range(3)}

        assert len(methods) == 1
        assert owner_of(shop, methods.pop()) == person

    def test_somebody_elses_and_a_missing_one_are_the_same(self, shop: ProviderShop) -> None:
        person = shop.person()
        setup = shop.set_up(person)
        shop.agree_to_setup(setup.id)

        for setup_id, customer in ((setup.id, "NOBODY2345678"), ("8kk845missing", person)):
            with pytest.raises(UnknownSetupError):
                shop.methods.confirm(setup_id, customer=customer)


class TestTakingAway:
    def test_it_is_nobodys_then_and_stays_so(self, shop: ProviderShop) -> None:
        method = shop.saved_method(shop.person())

        shop.methods.remove(method)

        assert owner_of(shop, method) is None
        with suppress(CommandRejectedError):  # as good as done: it is looked at again
            shop.methods.remove(method)
        assert owner_of(shop, method) is None

    def test_without_an_answer_nobody_knows(self, shop: ProviderShop) -> None:
        method = shop.saved_method(shop.person())
        shop.fail("reset", method="POST|DELETE", when="after")

        with pytest.raises(ProviderUnavailableError):
            shop.methods.remove(method)

        assert owner_of(shop, method) is None


def changes(shop: ProviderShop, person: str, method: str) -> dict[str, Callable[[], None]]:
    return {
        "default": lambda: shop.methods.make_default(method, customer=person),
        "edit": lambda: shop.methods.edit(EditCommand(method, expiry=Expiry(1, 2033))),
        "remove": lambda: shop.methods.remove(method),
    }


@pytest.mark.parametrize("verb", ["default", "edit", "remove"])
def test_capabilities_say_what_happens(shop: ProviderShop, verb: str) -> None:
    person = shop.person()
    saved = shop.saved_method(person)
    found = shop.fetch(ObjectKind.PAYMENT_METHOD, saved)
    assert isinstance(found, PaymentMethodSnapshot)
    told = PaymentMethod(derived_id("pm", origin=saved), shop.name, saved, found.type)
    change = changes(shop, person, saved)[verb]

    if told.capabilities[verb] is Capability.NATIVE:
        change()
        changed = shop.fetch(ObjectKind.PAYMENT_METHOD, saved)
        assert verb != "edit" or changed == replace(found, expiry_month=1, expiry_year=2033)
    else:
        before = list(shop.changes())
        with pytest.raises(CommandRejectedError) as refused:
            change()
        assert (refused.value.code, shop.changes()) == ("not_offered_by_provider", before)


@pytest.mark.parametrize("order", ["set_up", "confirm", "remove"])
def test_no_call_keeps_anybody_waiting(shop: ProviderShop, order: str) -> None:
    with shop.dead_network() as dead, pytest.raises(ProviderUnavailableError):
        _orders(dead, shop)[order]()

    assert dead.time_outs
    assert all(0 < seconds <= LONGEST_SECONDS for seconds in dead.time_outs)


def _orders(dead: DeadNetwork, shop: ProviderShop) -> dict[str, Callable[[], Any]]:
    shop.methods = dead.methods
    return {
        "set_up": lambda: shop.set_up("NOBODY2345678"),
        "confirm": lambda: dead.methods.confirm("8kk845", customer="NOBODY2345678"),
        "remove": lambda: dead.methods.remove(shop.missing[ObjectKind.PAYMENT_METHOD]),
    }
