"""PayPal's subscriptions as snapshots.

https://developer.paypal.com/docs/api/subscriptions/v1/#subscriptions_get
"""

from collections.abc import Sequence
from datetime import datetime

from frontdesk.adapters.paypal.calendar import end_of_cycle
from frontdesk.adapters.paypal.fields import Json, moment, optional_moment
from frontdesk.adapters.paypal.payers import subscriber
from frontdesk.adapters.paypal.plans import regular_cycle
from frontdesk.domain.snapshot import ProviderName, SubscriptionSnapshot, Suspension

STATUSES = frozenset(
    ("APPROVAL_PENDING", "APPROVED", "ACTIVE", "SUSPENDED", "CANCELLED", "EXPIRED")
)
_OVER = frozenset(("CANCELLED", "EXPIRED"))


def subscription_snapshot(subscription: Json, *, plan: Json) -> SubscriptionSnapshot:
    """`plan` is the subscription's own: with what was changed for this subscription alone."""
    created_at = moment(subscription["create_time"])
    status = _status(subscription)
    cycle = regular_cycle(plan)
    quantity = int(subscription.get("quantity") or 1)
    person = subscriber(subscription, since=created_at)
    changed_at = optional_moment(subscription.get("status_update_time"))
    paid_until = _period_end(subscription, plan=plan)
    return SubscriptionSnapshot(
        provider=ProviderName.PAYPAL,
        provider_id=subscription["id"],
        customer=person.provider_id,
        created_at=created_at,
        started_at=optional_moment(subscription.get("start_time")) or created_at,
        status=status,
        amount_minor=cycle.unit_price.amount * quantity if cycle.unit_price else None,
        currency=cycle.currency,
        interval=cycle.unit.lower(),
        interval_count=cycle.count,
        quantity=quantity,
        product=plan.get("product_id"),
        price=subscription["plan_id"],
        current_period_start=_period_start(subscription),
        current_period_end=paid_until,
        canceled_at=changed_at if status == "CANCELLED" else None,
        # PayPal ends billing at once; what was paid for lasts until the period's end.
        ended_at=_later(changed_at, paid_until) if status in _OVER else None,
        suspension=_suspension(subscription, plan=plan) if status == "SUSPENDED" else None,
        payer=person,
    )


def _status(subscription: Json) -> str:
    status = subscription["status"]
    if status not in STATUSES:
        raise ValueError("A state that PayPal's description does not have.")
    return str(status)


def _suspension(subscription: Json, *, plan: Json) -> Suspension:
    """PayPal does not tell why, but it suspends by itself only when the failures reach the plan's
    threshold: https://developer.paypal.com/docs/subscriptions/customize/payment-failure-retry/"""
    failures = _billing(subscription).get("failed_payments_count", 0)
    threshold = (plan.get("payment_preferences") or {}).get("payment_failure_threshold", 0)
    is_dunning = failures > 0 and failures >= threshold
    return Suspension.PAYMENT_FAILED if is_dunning else Suspension.REQUESTED


def _billing(subscription: Json) -> Json:
    billing: Json = subscription.get("billing_info") or {}
    return billing


def _later(one: datetime | None, other: datetime | None) -> datetime | None:
    return max(filter(None, (one, other)), default=None)


def _last_paid_at(subscription: Json) -> datetime | None:
    return optional_moment((_billing(subscription).get("last_payment") or {}).get("time"))


def _period_start(subscription: Json) -> datetime | None:
    if subscription["status"] in ("APPROVAL_PENDING", "APPROVED"):
        return None
    return _last_paid_at(subscription) or optional_moment(subscription.get("start_time"))


def _period_end(subscription: Json, *, plan: Json) -> datetime | None:
    """Until when is paid. While it runs PayPal tells when it bills next; afterwards that is gone,
    or is when it would have tried again, and the end follows from the last payment."""
    next_at = optional_moment(_billing(subscription).get("next_billing_time"))
    if subscription["status"] == "ACTIVE" and next_at is not None:
        return next_at
    return _paid_through(subscription, plan=plan) or next_at


def _paid_through(subscription: Json, *, plan: Json) -> datetime | None:
    paid_at, cycle = _last_paid_at(subscription), _paid_cycle(subscription, plan=plan)
    if paid_at is None or cycle is None:
        return None
    frequency = cycle["frequency"]
    return end_of_cycle(
        paid_at, unit=frequency["interval_unit"], count=frequency.get("interval_count", 1)
    )


def _paid_cycle(subscription: Json, *, plan: Json) -> Json | None:
    """The cycle of the plan that the last payment was for: a trial may be of another length."""
    done: Sequence[Json] = _billing(subscription).get("cycle_executions") or ()
    begun = {run["sequence"] for run in done if run["cycles_completed"] > 0}
    paid = [cycle for cycle in plan["billing_cycles"] if cycle["sequence"] in begun]
    return max(paid, key=lambda cycle: int(cycle["sequence"]), default=None)
