"""What the product tells Stripe to do with payment methods, held against Stripe's description."""

from collections.abc import Iterator
from typing import Any

import pytest

from frontdesk.adapters.stripe.client import make_client
from frontdesk.adapters.stripe.payment_method_commands import StripePaymentMethodCommands
from frontdesk.domain.customer import Address
from frontdesk.domain.ids import derived_id
from frontdesk.domain.payment_method import Expiry
from frontdesk.ports.commands import CommandRejectedError
from frontdesk.ports.payment_methods import EditCommand, SetupCommand, UnknownSetupError
from tests.contract.stripe.conftest import Shop
from tests.contract.stripe.openapi import recorded_requests, validate_request


class Purse:
    """One customer with a card, and the commands."""

    def __init__(self, shop: Shop) -> None:
        client = make_client("sk_test_x", api_base=shop.server.api_base, retries=0)
        self.shop = shop
        self.commands = StripePaymentMethodCommands(lambda: client)
        self.customer = shop.customer()

    @property
    def cards(self) -> list[Any]:
        return list(self.shop.v1.payment_methods.list({"customer": self.customer}).data)

    def set_up(self, number: int = 1) -> str:
        operation_id = derived_id("op", origin=f"contract:{number}")
        made = self.commands.set_up(SetupCommand(operation_id, customer=self.customer))
        assert made.client_secret
        assert made.client_secret not in repr(made)
        return made.id


@pytest.fixture
def purse(shop: Shop) -> Iterator[Purse]:
    purse = Purse(shop)
    shop.standin.api.log.clear()
    yield purse
    asked = recorded_requests(shop.standin.api.log)
    assert asked
    for method, path, params in asked:
        validate_request(method, path, params)


def test_a_setup_is_one_for_each_operation_and_becomes_one_card(purse: Purse) -> None:
    setups = [purse.set_up(number) for number in (1, 1, 2)]
    with pytest.raises(CommandRejectedError) as early:
        purse.commands.confirm(setups[0], customer=purse.customer)
    purse.shop.v1.setup_intents.confirm(setups[0], {"payment_method": "pm_card_mastercard"})

    methods = {purse.commands.confirm(setups[0], customer=purse.customer) for _ in range(2)}

    assert setups[0] == setups[1] != setups[2]
    assert early.value.code == "setup_not_approved"
    assert methods == {purse.cards[0].id}
    assert purse.cards[0].card.brand == "mastercard"


def test_a_setup_that_is_given_up_is_over(purse: Purse) -> None:
    setup = purse.set_up()
    purse.shop.v1.setup_intents.cancel(setup)

    with pytest.raises(CommandRejectedError) as refused:
        purse.commands.confirm(setup, customer=purse.customer)

    assert refused.value.code == "setup_is_over"


def test_a_setup_of_another_customer_is_as_none(purse: Purse) -> None:
    other = purse.shop.customer()
    for setup in (purse.set_up(), "seti_missing"):
        with pytest.raises(UnknownSetupError):
            purse.commands.confirm(setup, customer=other)


def test_the_default_and_what_is_paid_with_it(purse: Purse) -> None:
    first = purse.cards[0].id
    subscription = purse.shop.subscription(
        purse.customer, purse.shop.price(), default_payment_method=first
    ).id
    second = purse.shop.v1.payment_methods.attach(
        "pm_card_mastercard", {"customer": purse.customer}
    ).id

    for _ in range(2):
        purse.commands.make_default(second, customer=purse.customer)
        purse.commands.use_default_for(subscription)

    customer = purse.shop.v1.customers.retrieve(purse.customer)
    assert customer.invoice_settings.default_payment_method == second
    assert purse.shop.v1.subscriptions.retrieve(subscription).default_payment_method is None


def test_a_card_is_edited(purse: Purse) -> None:
    card = purse.cards[0].id
    address = Address(line1="Torvet 1", city="Odense", country="DK")

    purse.commands.edit(EditCommand(card, expiry=Expiry(1, 2033), billing_address=address))
    purse.commands.edit(EditCommand(card, billing_address=Address(city="Aarhus")))

    told = purse.shop.v1.payment_methods.retrieve(card)
    assert (told.card.exp_month, told.card.exp_year) == (1, 2033)
    assert (told.billing_details.address.city, told.billing_details.address.line1) == (
        "Aarhus",
        None,
    )


def test_a_card_is_taken_away_once(purse: Purse) -> None:
    card = purse.cards[0].id

    purse.commands.remove(card)

    assert purse.cards == []
    with pytest.raises(CommandRejectedError):
        purse.commands.remove(card)


def test_what_is_not_there_is_refused(purse: Purse) -> None:
    with pytest.raises(CommandRejectedError) as refused:
        purse.commands.make_default("pm_missing", customer=purse.customer)

    assert refused.value.code == "unknown_at_provider"
