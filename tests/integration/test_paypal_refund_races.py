"""Many orders at once about one payment at the local PayPal, with threads that nobody orders."""

import random
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.refunding_at_paypal import PayPalRefundShop

REQUESTS = 1000
SENDERS = 32
either = pytest.mark.parametrize(
    "pay", [PayPalRefundShop.pay_once, PayPalRefundShop.pay_for_a_month]
)

type Pay = Callable[[PayPalRefundShop, str], str]


@pytest.fixture
def shop() -> Iterator[PayPalRefundShop]:
    """With threads that take turns as often as they can."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    opened = PayPalRefundShop()
    opened.standin.account.settings.refunds_max = REQUESTS
    yield opened
    sys.setswitchinterval(usual)


def settled(shop: PayPalRefundShop, payment: str) -> list[str]:
    for _ in range(3):
        shop.tend()
    return shop.wrongs(payment)


@pytest.mark.case("D1")
@either
def test_a_thousand_identical_orders_are_one_refund(shop: PayPalRefundShop, pay: Pay) -> None:
    payment = pay(shop, "10.00")

    with ThreadPoolExecutor(SENDERS) as senders:
        answers = list(senders.map(lambda _: shop.refund(payment, 300), range(REQUESTS)))

    codes = Counter((a.status, a.json.get("code")) for a in answers)
    assert codes.keys() <= {(201, None), (409, "operation_in_progress")}
    assert len({a.text for a in answers if a.status == 201}) == 1
    assert [r.amount_minor for r in shop.refunds_of(payment)] == [300]
    assert settled(shop, payment) == []


@pytest.mark.case("D2")
@either
def test_a_thousand_different_orders_never_give_back_more_than_was_captured(
    shop: PayPalRefundShop, pay: Pay
) -> None:
    payment, chance = pay(shop, "20.00"), random.Random(7)
    amounts = [chance.randint(1, 60) for _ in range(REQUESTS)]

    with ThreadPoolExecutor(SENDERS) as senders:
        answers = list(
            senders.map(
                lambda number: shop.refund(payment, amounts[number], number=number),
                range(REQUESTS),
            )
        )

    codes = Counter((a.status, a.json.get("code")) for a in answers)
    assert codes.keys() <= {
        (201, None),
        (202, None),
        (409, "refund_exceeds_remaining"),
        (503, "service_unavailable"),
    }
    assert settled(shop, payment) == []
    refunded = sum(r.amount_minor for r in shop.refunds_of(payment))
    accepted = sum(a.json["amount"]["amount"] for a in answers if a.status in (201, 202))
    assert accepted <= refunded <= 2000
    assert refunded > 2000 - 60
