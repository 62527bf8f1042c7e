"""A subscription, as everybody sees it."""

from datetime import datetime
from typing import Any

from frontdesk.domain.capabilities import CAPABILITIES
from frontdesk.domain.money import Money
from frontdesk.domain.payment_method import PaymentMethod
from frontdesk.domain.subscription import PendingIntent, Subscription
from frontdesk.entrypoints.presenters.common import present_moment, present_money
from frontdesk.ports.subscriptions import SubscriptionView

_PENDING_KINDS = frozenset(("cancel", "change", "pause", "approval"))
"""What the contract names; a resumption that is set shows in `next_payment_at`."""


def present_subscription(view: SubscriptionView, *, now: datetime) -> dict[str, Any]:
    subscription = view.subscription
    access = subscription.access(now=now)
    return {
        "id": subscription.id,
        "customer_id": subscription.customer_id,
        "offer": None,
        "name": view.name,
        "provider": {"name": subscription.provider.value, "id": subscription.provider_id},
        "status": subscription.status.value,
        "billing_status": subscription.billing_status,
        "access": {
            "state": access.state.value,
            "until": present_moment(access.until),
            "reason": access.reason,
        },
        "amount": _amount(subscription),
        "cycle": _cycle(subscription),
        "started_at": present_moment(subscription.started_at),
        "current_period_end": present_moment(subscription.current_period_end),
        "next_payment_at": present_moment(subscription.next_payment_at),
        "installments": _installments(subscription),
        "pending": _pending(subscription.pending),
        "payment_method": _payment_method(view.payment_method),
        "affiliate": None,
        "capabilities": {
            verb: capability.value
            for verb, capability in CAPABILITIES[subscription.provider].items()
        },
        "version": subscription.version,
    }


def _amount(subscription: Subscription) -> dict[str, Any] | None:
    if subscription.amount_minor is None:
        return None
    return present_money(Money(subscription.amount_minor, subscription.currency))


def _installments(subscription: Subscription) -> dict[str, Any] | None:
    plan = subscription.installments
    return None if plan is None else {"paid": plan.paid, "total": plan.total}


def _cycle(subscription: Subscription) -> dict[str, Any] | None:
    if subscription.interval is None:
        return None
    return {"interval": subscription.interval, "count": subscription.interval_count or 1}


def _pending(pending: PendingIntent | None) -> dict[str, Any] | None:
    if pending is None or pending.kind not in _PENDING_KINDS:
        return None
    shown = {"kind": pending.kind, "at": present_moment(pending.at)}
    return shown | ({"approve_url": pending.approve_url} if pending.approve_url else {})


def _payment_method(method: PaymentMethod | None) -> dict[str, Any] | None:
    if method is None:
        return None
    return {
        "id": method.id,
        "type": method.type,
        "brand": method.brand,
        "last4": method.last4,
    }
