"""Plans of n payments at PayPal: what is paid, and that a pause loses none."""

import copy
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from frontdesk.adapters.paypal.installments import installments_of
from frontdesk.domain.snapshot import Installments
from tests.paypal_shop import cycle
from tests.subscribing_paypal import PayPalSubscriptionRig
from tests.unit.adapters.paypal.test_subscriptions import PLAN, executions, subscription

MONTH = timedelta(days=31)


def plan(total: int, *, price: str = "49.00") -> dict[str, Any]:
    made = copy.deepcopy(PLAN)
    regular = made["billing_cycles"][1]
    regular["total_cycles"] = total
    regular["pricing_scheme"]["fixed_price"]["value"] = price
    return made


def found(total: int, *, regular: int, outstanding: str = "0.00", **billing: Any) -> Any:
    owed = {"currency_code": "USD", "value": outstanding}
    done = {"cycle_executions": executions(regular=regular), "outstanding_balance": owed}
    return installments_of(subscription(billing=done | billing), plan=plan(total))


def test_a_plan_without_an_end_has_none() -> None:
    assert found(0, regular=3) is None


def test_a_plan_that_began_on_the_31st_is_complete_after_the_whole_of_march() -> None:
    billing = {"final_payment_time": "2027-02-28T10:00:00Z"}
    billed = subscription(start_time="2026-12-31T10:00:00Z", billing=billing)
    without_trial = plan(3) | {"billing_cycles": plan(3)["billing_cycles"][1:]}

    made = installments_of(billed, plan=without_trial)

    assert made is not None
    assert made.completes_at == datetime(2027, 3, 31, 10, tzinfo=UTC)


def test_cycles_of_the_regular_price_are_counted() -> None:
    assert found(6, regular=2) == Installments(2, 6)


@pytest.mark.parametrize(
    ("outstanding", "paid"), [("49.00", 3), ("98.00", 2), ("58.31", 3), ("10.00", 3), ("490.00", 0)]
)
def test_what_was_billed_in_vain_is_not_paid(outstanding: str, paid: int) -> None:
    """58.31: the price and its tax."""
    assert found(6, regular=4, outstanding=outstanding) == Installments(paid, 6)


def test_one_that_waits_for_its_buyer_has_paid_nothing() -> None:
    waiting = subscription("APPROVAL_PENDING") | {"billing_info": None}

    assert installments_of(waiting, plan=plan(6)) == Installments(0, 6)


def test_it_is_complete_a_cycle_after_its_last_payment() -> None:
    known = found(6, regular=2, final_payment_time="2027-03-31T10:00:00Z")

    assert known == Installments(2, 6, datetime(2027, 4, 30, 10, tzinfo=UTC))


class PlanRig(PayPalSubscriptionRig):
    """Sells in three monthly payments."""

    def price_of(self, amount: int, interval: str = "month") -> str:
        price = f"{amount // 100}.{amount % 100:02}"
        cycles = [cycle(price, self.currency.upper(), total_cycles=3)]
        return self.shop.plan(price, product=self.product, billing_cycles=cycles)


def later(rig: PlanRig, delta: timedelta) -> None:
    rig.advance(delta)
    rig.look()


def shown(rig: PlanRig) -> tuple[str, int, int]:
    known = rig.subscription.installments
    assert known is not None
    return rig.subscription.status.value, known.paid, known.total


@pytest.mark.feature("K2-18")
@pytest.mark.parametrize("pause", [timedelta(days=9), 2 * MONTH, 12 * MONTH])
@pytest.mark.parametrize("paid", [1, 2])
def test_a_pause_neither_loses_a_payment_nor_takes_one_twice(paid: int, pause: timedelta) -> None:
    rig = PlanRig()
    later(rig, (paid - 1) * MONTH)
    assert shown(rig) == ("active", paid, 3)

    assert rig.order("pause", me=True).status == 200
    later(rig, pause)
    assert shown(rig) == ("paused", paid, 3)
    assert rig.order("resume", me=True).status == 200
    later(rig, 12 * MONTH)

    assert shown(rig) == ("expired", 3, 3)
    assert rig.payments() == 3
    assert list(rig.wrongs()) == []
