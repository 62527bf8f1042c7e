"""PayPal's subscriptions as snapshots.

https://developer.paypal.com/docs/api/subscriptions/v1/#subscriptions_get
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from frontdesk.adapters.paypal.fields import Json, moment, operation_id_in, optional_moment
from frontdesk.adapters.paypal.installments import installments_of
from frontdesk.adapters.paypal.payers import subscriber
from frontdesk.adapters.paypal.plans import billing_day, regular_cycle
from frontdesk.domain.cycle import end_of_cycle
from frontdesk.domain.snapshot import ProviderName, SubscriptionSnapshot, Suspension

STATUSES = frozenset(
    ("APPROVAL_PENDING", "APPROVED", "ACTIVE", "SUSPENDED", "CANCELLED", "EXPIRED")
)
_NEAR = timedelta(days=4)
"""The 28th of February and the 31st of March are three days more than a month apart."""
_OVER = frozenset(("CANCELLED", "EXPIRED"))


def subscription_snapshot(subscription: Json, *, plan: Json) -> SubscriptionSnapshot:
    """`plan` is the subscription's own: with what was changed for this subscription alone."""
    created_at = moment(subscription["create_time"])
    status = _status(subscription)
    cycle = regular_cycle(plan)
    quantity = int(subscription.get("quantity") or 1)
    person = subscriber(subscription, since=created_at)
    changed_at = optional_moment(subscription.get("status_update_time"))
    paid_until = _paid_until(subscription, plan=plan)
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
        current_period_end=_period_end(subscription, paid_until=paid_until),
        canceled_at=changed_at if status == "CANCELLED" else None,
        ended_at=changed_at if status in _OVER else None,
        suspension=_suspension(subscription, plan=plan) if status == "SUSPENDED" else None,
        payer=person,
        paid_until=paid_until,
        installments=installments_of(subscription, plan=plan),
        operation_id=_operation_id(subscription),
    )


def _operation_id(subscription: Json) -> str | None:
    """Suspending, canceling and activating take a reason and nothing else, and PayPal shows it."""
    return operation_id_in(subscription.get("status_change_note"))


def _status(subscription: Json) -> str:
    status = subscription["status"]
    if status not in STATUSES:
        raise ValueError("A state that PayPal's description does not have.")
    return str(status)


def _suspension(subscription: Json, *, plan: Json) -> Suspension:
    """PayPal does not tell who suspended it. Where we did, our reason says so; and by itself it
    suspends only when the failures reach the plan's threshold (0: never):
    https://developer.paypal.com/docs/subscriptions/customize/payment-failure-retry/"""
    if _operation_id(subscription) is not None:
        return Suspension.REQUESTED
    failures = _billing(subscription).get("failed_payments_count", 0)
    threshold = (plan.get("payment_preferences") or {}).get("payment_failure_threshold", 0)
    is_dunning = 0 < threshold <= failures
    return Suspension.PAYMENT_FAILED if is_dunning else Suspension.REQUESTED


def _billing(subscription: Json) -> Json:
    billing: Json = subscription.get("billing_info") or {}
    return billing


def _last_paid_at(subscription: Json) -> datetime | None:
    return optional_moment((_billing(subscription).get("last_payment") or {}).get("time"))


def _period_start(subscription: Json) -> datetime | None:
    if subscription["status"] in ("APPROVAL_PENDING", "APPROVED"):
        return None
    return _last_paid_at(subscription) or optional_moment(subscription.get("start_time"))


def _period_end(subscription: Json, *, paid_until: datetime | None) -> datetime | None:
    """While it runs, PayPal tells when it bills next; else nothing comes after what is paid."""
    next_at = _next_billing_at(subscription)
    if subscription["status"] == "ACTIVE" and next_at is not None:
        return next_at
    return paid_until or next_at


def _paid_until(subscription: Json, *, plan: Json) -> datetime | None:
    """A cycle after the last payment. To the hour it is PayPal's next date, where that is near:
    one far ahead is of a cycle that is not paid yet."""
    paid_at, next_at = _last_paid_at(subscription), _next_billing_at(subscription)
    cycle = _paid_cycle(subscription, plan=plan)
    if cycle is None and next_at is None:
        # After a revision the new plan has counted nothing yet, and what was paid is paid.
        cycle = next((c for c in plan["billing_cycles"] if c["tenure_type"] == "REGULAR"), None)
    if paid_at is None or cycle is None:
        return next_at if _billing(subscription).get("cycle_executions") else None
    frequency = cycle["frequency"]
    end = end_of_cycle(
        paid_at,
        interval=frequency["interval_unit"].lower(),
        count=frequency.get("interval_count", 1),
        billing_day=billing_day(subscription, plan=plan),
    )
    near = min(_NEAR, (end - paid_at) / 2)
    return next_at if next_at is not None and abs(next_at - end) <= near else end


def _next_billing_at(subscription: Json) -> datetime | None:
    return optional_moment(_billing(subscription).get("next_billing_time"))


def _paid_cycle(subscription: Json, *, plan: Json) -> Json | None:
    """The cycle of the plan that the last payment was for: a trial may be of another length."""
    done: Sequence[Json] = _billing(subscription).get("cycle_executions") or ()
    begun = {run["sequence"] for run in done if run["cycles_completed"] > 0}
    paid = [cycle for cycle in plan["billing_cycles"] if cycle["sequence"] in begun]
    return max(paid, key=lambda cycle: int(cycle["sequence"]), default=None)
