"""Refunds at a provider that answers badly: what was executed, and what the caller hears of it."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field

from frontdesk.domain.operation import OperationState
from infra.local.paypal.standin import StandIn as PayPalStandIn
from infra.local.provider.faults import Fault
from tests.refund_shop import RefundShop, operation_id
from tests.refunding_at_paypal import PayPalRefundShop
from tests.refunding_at_stripe import in_process

KINDS = (
    ("error", "before"),
    ("error", "after"),
    ("hang", "before"),
    ("hang", "after"),
    ("reset", "before"),
    ("reset", "after"),
    ("rate_limited", "before"),
)
_PER_PAYMENT = 10


@dataclass
class Doubts:
    """What came of all runs together."""

    doubles: int = 0
    unresolved: int = 0
    wrongs: list[str] = field(default_factory=list)
    refunds: int = 0


type Opened = tuple[RefundShop, str]
"""A shop and a payment of 10.00 there."""


def at_stripe(seed: int) -> Opened:
    shop = in_process(seed=seed)
    return shop, shop.pay(1000)


def sale_at_paypal(seed: int) -> Opened:
    shop = PayPalRefundShop(PayPalStandIn(seed=seed))
    return shop, shop.pay_for_a_month()


def capture_at_paypal(seed: int) -> Opened:
    shop = PayPalRefundShop(PayPalStandIn(seed=seed))
    return shop, shop.pay_once()


PLACES = (at_stripe, sale_at_paypal, capture_at_paypal)


def doubt(runs: int, *, seed: int, opened: Callable[[int], Opened] = at_stripe) -> Doubts:
    """Each run is one order under trouble, repeated by its caller; then the janitor."""
    chance, doubts = random.Random(seed), Doubts()
    for begin in range(0, runs, _PER_PAYMENT):
        numbers = range(begin, min(begin + _PER_PAYMENT, runs))
        shop, payment = opened(seed + begin)
        for number in numbers:
            _trouble(shop, chance)
            for _ in range(chance.randint(1, 3)):
                answer = shop.refund(payment, 10, number=number)
                assert answer.status in (201, 202, 409, 503), answer.text
            shop.standin.api.faults.clear()
        for _ in range(3):
            shop.tend()
        _count(shop, payment, numbers, doubts)
    return doubts


def _trouble(shop: RefundShop, chance: random.Random) -> None:
    kind, when = chance.choice(KINDS)
    fault = Fault(kind, when=when, method="POST", path=".*/refunds?", times=chance.randint(1, 2))
    shop.standin.api.faults.add(fault)
    if chance.random() < 0.3:  # and it cannot be looked at either
        shop.standin.api.faults.add(Fault("error", method="GET", status=503, times=2))


def _count(shop: RefundShop, payment: str, numbers: range, doubts: Doubts) -> None:
    made = [refund.operation_id for refund in shop.refunds_of(payment)]
    doubts.refunds += len(made)
    doubts.doubles += len(made) - len(set(made))
    for number in numbers:
        operation = shop.world.doing.operations.get(operation_id(number))
        if operation is None or operation.state is not OperationState.SUCCEEDED:
            doubts.unresolved += 1
    doubts.wrongs += shop.wrongs(payment)
