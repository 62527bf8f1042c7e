"""What the product tells PayPal to do, held against PayPal's descriptions."""

from collections.abc import Iterator
from typing import Any

import pytest

from frontdesk.adapters.paypal.commands import PayPalCommands
from frontdesk.domain.ids import derived_id
from frontdesk.domain.operation import OperationKind
from frontdesk.ports.commands import (
    Accepted,
    CommandAnswer,
    NeedsBuyer,
    RefundCommand,
    SubscriptionCommand,
)
from tests.contract.paypal.openapi import recorded_requests, validate_request
from tests.contract.paypal.shop import Shop, client_for
from tests.unit.adapters.paypal.fakes import MemoryRefundIndex


class Till:
    """The product's commands; each is an operation of its own."""

    def __init__(self, shop: Shop) -> None:
        client = client_for(shop)
        self.shop = shop
        self.commands = PayPalCommands(lambda: client, refunds=MemoryRefundIndex())
        self.count = 0

    def operation_id(self) -> str:
        self.count += 1
        return derived_id("op", origin=f"contract:{self.count}")

    def do(self, kind: OperationKind, subscription: str, **fields: Any) -> CommandAnswer:
        command = SubscriptionCommand(self.operation_id(), kind, subscription, **fields)
        return self.commands.change_subscription(command)

    def refund(self, payment: str, amount_minor: int, currency: str) -> CommandAnswer:
        command = RefundCommand(self.operation_id(), payment, amount_minor, currency, "duplicate")
        return self.commands.refund(command)


@pytest.fixture
def till(shop: Shop) -> Iterator[Till]:
    till = Till(shop)
    shop.standin.api.log.clear()
    yield till
    asked = recorded_requests(shop.standin.api.log)
    assert {one["method"] for one in asked} >= {"GET", "POST"}
    for one in asked:
        validate_request(**one)


@pytest.mark.parametrize("make", [Shop.sale, Shop.capture])
def test_a_refund_in_parts(till: Till, make: Any) -> None:
    payment = make(till.shop, "49.00")
    till.shop.standin.api.log.clear()

    for amount_minor in (1, 1250, 3649):
        assert isinstance(till.refund(payment, amount_minor, "eur"), Accepted)
    assert till.shop.standin.api.log[-1]["status"] == 201


@pytest.mark.parametrize(
    ("currency", "amount_minor"), [("JPY", 1999), ("HUF", 199_900), ("TWD", 199_900)]
)
def test_a_refund_in_a_currency_without_decimals(
    till: Till, currency: str, amount_minor: int
) -> None:
    payment = till.shop.capture("2000", currency)
    till.shop.standin.api.log.clear()

    assert isinstance(till.refund(payment, amount_minor, currency.lower()), Accepted)


def test_a_life_of_verbs(till: Till) -> None:
    product = till.shop.product()
    plan, other = (till.shop.plan(price, product=product) for price in ("49.00", "99.00"))
    subscription = till.shop.subscription(plan)
    till.shop.standin.api.log.clear()

    said: dict[str, Any] = {"reason": "too_expensive", "comment": "x" * 1000}
    assert till.do(OperationKind.PAUSE, subscription, **said) == Accepted()
    assert till.do(OperationKind.RESUME, subscription) == Accepted()
    priced = till.do(OperationKind.REPRICE, subscription, amount_minor=3905, currency="eur")
    assert priced == Accepted()
    assert isinstance(till.do(OperationKind.CHANGE, subscription, price=other), NeedsBuyer)
    assert till.do(OperationKind.CANCEL, subscription, **said) == Accepted()
    statuses = {entry["status"] for entry in till.shop.standin.api.log}
    assert statuses == {200, 204}


def test_a_change_of_the_quantity(till: Till) -> None:
    plan = till.shop.plan("9.00", quantity_supported=True)
    subscription = till.shop.subscription(plan)
    till.shop.standin.api.log.clear()

    answer = till.do(OperationKind.CHANGE, subscription, price=plan, quantity=12)
    assert isinstance(answer, NeedsBuyer)
