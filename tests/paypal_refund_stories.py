"""Refunds at PayPal that are broken off at one of their steps, and what has to hold afterwards.

A step is one call of the tables or of PayPal, which has no list to find a refund in. Whatever is
broken off where, the janitor brings it to PayPal's truth within two passes: one refund at most,
nothing reserved for ever, no name lost.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import cache

import pytest

from frontdesk.domain.errors import FrontdeskError
from frontdesk.domain.operation import OperationState
from tests.breaking import BreakOff
from tests.fakes.gateway import MemoryGateway
from tests.refund_shop import operation_id
from tests.refunding_at_paypal import PayPalRefundShop
from tests.stories import FATES
from tests.workers import Died, Fate


@dataclass(frozen=True, slots=True)
class Story:
    """`prepare` makes the payment of 10.00 of which 3.00 are refunded; what it does beside that
    is not heard of before the end."""

    name: str
    prepare: Callable[[PayPalRefundShop], str]
    refunds: int = 1
    """Of ours, at PayPal, once the order has got that far."""
    ends: bool = False
    """Whether the subscription is ordered to end with it."""
    stays_pending: bool = False


def slow(shop: PayPalRefundShop) -> str:
    return shop.pay_for_a_month(conduct="refund_pends")


def beside_another(shop: PayPalRefundShop) -> str:
    payment = shop.pay_for_a_month()
    amount = {"currency_code": "EUR", "value": "4.00"}
    shop.paypal.act("refund", payment=payment, amount=amount)
    return payment


def too_much(shop: PayPalRefundShop) -> str:
    payment = shop.pay_for_a_month()
    amount = {"currency_code": "EUR", "value": "9.00"}
    shop.paypal.act("refund", payment=payment, amount=amount)
    return payment


def disputed(shop: PayPalRefundShop) -> str:
    payment = shop.pay_once()
    shop.paypal.act("dispute", payment=payment)
    return payment


def ended_by_the_buyer(shop: PayPalRefundShop) -> str:
    payment = shop.pay_for_a_month()
    shop.paypal.act("cancel", subscription=shop.subscription_name)
    return payment


STORIES = [
    Story("a sale", PayPalRefundShop.pay_for_a_month),
    Story("a capture", PayPalRefundShop.pay_once),
    Story("pending", slow, stays_pending=True),
    Story("beside an unseen refund", beside_another),
    Story("refused: too much", too_much, refunds=0),
    Story("refused: disputed", disputed, refunds=0),
    Story("with a cancellation", PayPalRefundShop.pay_for_a_month, ends=True),
    Story("with a cancellation that is done", ended_by_the_buyer, ends=True),
    Story("with a cancellation, refused", too_much, refunds=0, ends=True),
]
by_story = pytest.mark.parametrize("story", STORIES, ids=lambda story: story.name)
by_fate = pytest.mark.parametrize("fate", FATES)


def order(shop: PayPalRefundShop, payment: str, story: Story) -> None:
    shop.refund(payment, 300, cancel_subscription=story.ends)


def run(shop: PayPalRefundShop, work: Callable[[], object], breaking: BreakOff) -> bool:
    """Whether the work got as far as the step at which it is broken off."""
    assert isinstance(shop.gateway, MemoryGateway)
    breaking.watch_wires(shop.gateway, shop.paypal)
    try:
        with suppress(FrontdeskError):  # a run of the janitor that fails is followed by the next
            work()
    except Died:
        assert breaking.has_broken
    breaking.leave(shop.gateway, shop.paypal)
    return breaking.has_broken


@cache
def steps_of(story: Story) -> int:
    shop = PayPalRefundShop()
    payment, counting = story.prepare(shop), BreakOff()
    run(shop, lambda: order(shop, payment, story), counting)
    return counting.steps


def broken(story: Story, step: int, fate: Fate) -> tuple[PayPalRefundShop, str]:
    shop = PayPalRefundShop()
    payment, breaking = story.prepare(shop), BreakOff(step=step, fate=fate)
    assert run(shop, lambda: order(shop, payment, story), breaking)
    return shop, payment


def unsettled(shop: PayPalRefundShop, payment: str, story: Story) -> list[str]:
    operation = shop.world.doing.operations.get(operation_id(1))
    ours = [r for r in shop.refunds_of(payment) if r.operation_id]
    found = [] if shop.index_is_complete(payment) else ["a refund's name is lost"]
    shop.follow()
    found += shop.wrongs(payment)
    if len(ours) != (story.refunds if operation else 0):
        found.append(f"{len(ours)} refunds of ours")
    if operation is not None and not _is_over(operation.state, story):
        found.append(f"the operation is {operation.state}")
    if story.ends:
        found += _cancellation(shop, story, is_ordered=operation is not None)
    return found


def _is_over(state: OperationState, story: Story) -> bool:
    return state is OperationState.PENDING if story.stays_pending else state.is_over


def _cancellation(shop: PayPalRefundShop, story: Story, *, is_ordered: bool) -> list[str]:
    was_ended = story.prepare is ended_by_the_buyer
    is_to_end = was_ended or (is_ordered and story.refunds > 0)
    found = []
    if (shop.subscription.status.value == "canceled") != is_to_end:
        found.append(f"the subscription is {shop.subscription.status}")
    if shop.subscription.open_operation is not None:
        found.append("the subscription is marked")
    return found
