"""Many at once: over HTTP, at the local Stripe, with threads that nobody orders."""

import random
import sys
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from frontdesk.domain.errors import ConflictError
from frontdesk.domain.money import Money
from frontdesk.domain.refund import RefundOrder
from frontdesk.use_cases.refunds import refund_payment
from tests.refunding_at_stripe import StripeRefundShop, operation_id, over_http

REQUESTS = 1000
SENDERS = 32


@pytest.fixture
def shop() -> Iterator[StripeRefundShop]:
    """With threads that take turns as often as they can."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    with over_http() as opened:
        yield opened
    sys.setswitchinterval(usual)


def settled(shop: StripeRefundShop, charge: str) -> list[str]:
    for _ in range(3):
        shop.tend()
    return shop.wrongs(charge)


@pytest.mark.case("D1")
@pytest.mark.parametrize("run", range(20))
def test_a_thousand_identical_orders_are_one_refund(shop: StripeRefundShop, run: int) -> None:
    charge = shop.pay(1000)

    with ThreadPoolExecutor(SENDERS) as senders:
        answers = list(senders.map(lambda _: shop.refund(charge, 300), range(REQUESTS)))

    codes = Counter((a.status, a.json.get("code")) for a in answers)
    assert codes.keys() <= {(201, None), (409, "operation_in_progress")}
    assert len({a.text for a in answers if a.status == 201}) == 1
    again = shop.refund(charge, 300)
    assert (again.status, again.headers["Idempotency-Replayed"]) == (201, "true")
    assert [r["amount"] for r in shop.refunds_at_stripe(charge)] == [300]
    assert settled(shop, charge) == []


@pytest.mark.case("D1")
def test_a_thousand_identical_orders_are_one_refund_also_without_a_memory_of_answers(
    shop: StripeRefundShop,
) -> None:
    """The record of the operation alone holds: the record of the answer is only a convenience."""
    charge = shop.pay(1000)
    order = RefundOrder(transaction_id=shop.transaction_id(charge), amount=Money(300, "usd"))

    def once_more(_: int) -> str:
        try:
            return refund_payment(
                order, operation_id=operation_id(1), requested_by="staff#stf_1", world=shop.world
            ).state
        except ConflictError as error:
            return error.code

    with ThreadPoolExecutor(SENDERS) as senders:
        answers = Counter(senders.map(once_more, range(REQUESTS)))

    assert answers.keys() <= {"succeeded", "operation_in_progress"}
    assert [r["amount"] for r in shop.refunds_at_stripe(charge)] == [300]
    assert settled(shop, charge) == []


@pytest.mark.case("D2")
def test_a_thousand_different_orders_never_give_back_more_than_was_captured(
    shop: StripeRefundShop,
) -> None:
    charge, chance = shop.pay(2000), random.Random(7)
    amounts = [chance.randint(1, 60) for _ in range(REQUESTS)]

    with ThreadPoolExecutor(SENDERS) as senders:
        answers = list(
            senders.map(
                lambda number: shop.refund(charge, amounts[number], number=number),
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
    assert settled(shop, charge) == []
    refunded = sum(r["amount"] for r in shop.refunds_at_stripe(charge))
    accepted = sum(a.json["amount"]["amount"] for a in answers if a.status in (201, 202))
    assert accepted <= refunded <= 2000
    assert refunded > 2000 - 60
