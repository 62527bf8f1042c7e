"""A subscription's item."""

from datetime import datetime
from typing import Any, cast

from frontdesk.adapters.dynamodb.operations import Item
from frontdesk.domain.snapshot import PauseBehavior, ProviderName, Suspension
from frontdesk.domain.subscription import Subscription
from frontdesk.domain.times import from_text, to_sortable

_MOMENTS = (
    "current_period_start",
    "current_period_end",
    "cancel_at",
    "canceled_at",
    "ended_at",
    "trial_end",
    "resumes_at",
)
_PLAIN = (
    "billing_status",
    "amount_minor",
    "currency",
    "interval",
    "interval_count",
    "quantity",
    "product",
    "price",
    "cancels_at_period_end",
    "payment_method",
)


def subscription_item(subscription: Subscription, *, at: datetime) -> Item:
    moments = {name: getattr(subscription, name) for name in _MOMENTS}
    return {
        "entity": "subscription",
        "subscription_id": subscription.id,
        "customer_id": subscription.customer_id,
        "provider_name": subscription.provider.value,
        "provider_id": subscription.provider_id,
        "created_at": to_sortable(subscription.created_at),
        "started_at": to_sortable(subscription.started_at),
        "started_key": f"{to_sortable(subscription.started_at)}#{subscription.id}",
        **{name: getattr(subscription, name) for name in _PLAIN},
        **{name: to_sortable(moment) if moment else None for name, moment in moments.items()},
        "pause": subscription.pause.value if subscription.pause else None,
        "suspension": subscription.suspension.value if subscription.suspension else None,
        "version": subscription.version,
        "updated_at": to_sortable(at),
    }


def subscription_from(item: Item) -> Subscription:
    fields = cast("dict[str, Any]", item)
    moments: dict[str, Any] = {n: from_text(fields[n]) if fields[n] else None for n in _MOMENTS}
    return Subscription(
        id=fields["subscription_id"],
        customer_id=fields["customer_id"],
        provider=ProviderName(fields["provider_name"]),
        provider_id=fields["provider_id"],
        created_at=from_text(fields["created_at"]),
        started_at=from_text(fields["started_at"]),
        **{name: fields[name] for name in _PLAIN},
        **moments,
        pause=PauseBehavior(fields["pause"]) if fields["pause"] else None,
        suspension=Suspension(held) if (held := fields.get("suspension")) else None,
        version=fields["version"],
    )
