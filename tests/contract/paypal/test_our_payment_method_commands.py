"""What the product tells PayPal to do with saved wallets, held against PayPal's description."""

from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import pytest

from frontdesk.adapters.paypal.payment_method_commands import PayPalPaymentMethodCommands
from frontdesk.domain.ids import derived_id
from frontdesk.domain.payment_method import Expiry
from frontdesk.ports.commands import CommandRejectedError
from frontdesk.ports.payment_methods import EditCommand, Setup, SetupCommand, UnknownSetupError
from tests.contract.paypal.openapi import recorded_requests, validate_request
from tests.contract.paypal.shop import Shop, client_for

BACK = "https://shop.example.com/account"


class Purse:
    """One buyer with a subscription, and the commands."""

    def __init__(self, shop: Shop) -> None:
        client = client_for(shop)
        self.shop = shop
        self.commands = PayPalPaymentMethodCommands(lambda: client)
        self.payer = str(shop.get(shop.subscription())["subscriber"]["payer_id"])

    def set_up(self, number: int = 1) -> Setup:
        operation_id = derived_id("op", origin=f"contract:{number}")
        return self.commands.set_up(SetupCommand(operation_id, self.payer, return_to=BACK))

    def confirm(self, setup: Setup, *, customer: str | None = None) -> str:
        return self.commands.confirm(setup.id, customer=customer or self.payer)

    def approve(self, setup: Setup) -> None:
        self.shop.client.act("approve", setup_token=setup.id)

    def wallets(self) -> list[str]:
        told = self.shop.client.ok("GET", "/v3/vault/payment-tokens", customer_id=self.payer)
        return [one["id"] for one in told["payment_tokens"]]


@pytest.fixture
def purse(shop: Shop) -> Iterator[Purse]:
    purse = Purse(shop)
    shop.standin.api.log.clear()
    yield purse
    for one in recorded_requests(shop.standin.api.log):
        validate_request(**one)


def test_a_setup_is_one_for_each_operation_and_becomes_one_wallet(purse: Purse) -> None:
    setups = [purse.set_up(number) for number in (1, 1, 2)]
    with pytest.raises(CommandRejectedError) as early:
        purse.confirm(setups[0])
    purse.approve(setups[0])

    tokens = {purse.confirm(setups[0]) for _ in range(2)}

    assert setups[0] == setups[1] != setups[2]
    approve = urlsplit(setups[0].approve_url or "")
    assert (approve.query, setups[0].client_secret) == (
        f"approval_session_id={setups[0].id}",
        None,
    )
    assert early.value.code == "setup_not_approved"
    assert list(tokens) == purse.wallets()


def test_a_setup_that_was_used_long_ago_is_over(purse: Purse) -> None:
    setup = purse.set_up()
    purse.approve(setup)
    purse.confirm(setup)
    purse.shop.client.advance(seconds=4 * 3600)

    with pytest.raises(CommandRejectedError) as refused:
        purse.confirm(setup)

    assert refused.value.code == "setup_is_over"


def test_a_setup_of_another_customer_is_as_none(purse: Purse) -> None:
    theirs, missing = purse.set_up(), Setup("4G497665M81652942")

    for setup, customer in ((theirs, "ANOTHER234567"), (missing, purse.payer)):
        with pytest.raises(UnknownSetupError):
            purse.confirm(setup, customer=customer)


def test_a_wallet_is_taken_away_and_may_be_again(purse: Purse) -> None:
    setup = purse.set_up()
    purse.approve(setup)
    token = purse.confirm(setup)

    for _ in range(2):
        purse.commands.remove(token)

    assert purse.wallets() == []


def test_what_paypal_does_not_have_is_refused_without_asking(purse: Purse) -> None:
    edit = EditCommand("8kk8451t", expiry=Expiry(1, 2033))
    orders: tuple[Callable[[], None], ...] = (
        lambda: purse.commands.make_default("8kk8451t", customer=purse.payer),
        lambda: purse.commands.use_default_for("I-1"),
        lambda: purse.commands.edit(edit),
    )
    for order in orders:
        with pytest.raises(CommandRejectedError) as refused:
            order()
        assert refused.value.code == "not_offered_by_provider"

    assert list(purse.shop.standin.api.log) == []
