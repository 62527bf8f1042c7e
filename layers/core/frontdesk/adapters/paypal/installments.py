"""A plan of n payments: one whose regular cycle comes to an end.

https://developer.paypal.com/docs/api/subscriptions/v1/#definition-cycle_execution
"""

from collections.abc import Sequence
from datetime import datetime

from frontdesk.adapters.paypal.amounts import money_of
from frontdesk.adapters.paypal.fields import Json, optional_moment
from frontdesk.adapters.paypal.plans import billing_day, regular_cycle
from frontdesk.domain.cycle import end_of_cycle
from frontdesk.domain.snapshot import Installments


def installments_of(subscription: Json, *, plan: Json) -> Installments | None:
    """A suspended subscription's cycles stand still, so nothing has to be moved for a pause."""
    cycles: Sequence[Json] = plan["billing_cycles"]
    total = next(c for c in cycles if c["tenure_type"] == "REGULAR").get("total_cycles") or 0
    if total == 0:
        return None
    billing: Json = subscription.get("billing_info") or {}
    done = sum(
        run["cycles_completed"]
        for run in billing.get("cycle_executions") or ()
        if run["tenure_type"] == "REGULAR"
    )
    paid = max(done - _unpaid(subscription, billing, plan=plan), 0)
    return Installments(
        paid=min(paid, total), total=total, completes_at=_completes_at(subscription, plan=plan)
    )


def _unpaid(subscription: Json, billing: Json, *, plan: Json) -> int:
    """Cycles that were billed in vain: they count as completed, and their money is outstanding,
    taxes included, until a later bill brings it in."""
    unit_price = regular_cycle(plan).unit_price
    if unit_price is None or not unit_price.amount or "outstanding_balance" not in billing:
        return 0
    outstanding = money_of(billing["outstanding_balance"]).amount
    cycles = outstanding // (unit_price.amount * int(subscription.get("quantity") or 1))
    return max(cycles, 1) if outstanding > 0 else 0


def _completes_at(subscription: Json, *, plan: Json) -> datetime | None:
    last = optional_moment((subscription.get("billing_info") or {}).get("final_payment_time"))
    cycle = regular_cycle(plan)
    if last is None:
        return None
    return end_of_cycle(
        last,
        interval=cycle.unit.lower(),
        count=cycle.count,
        billing_day=billing_day(subscription, plan=plan),
    )
