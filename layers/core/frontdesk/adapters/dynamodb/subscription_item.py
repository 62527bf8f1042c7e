"""A subscription's item."""

from datetime import datetime
from typing import Any, cast

from frontdesk.adapters.dynamodb import keys
from frontdesk.adapters.dynamodb.operations import Item, Value
from frontdesk.domain.operation import OperationKind
from frontdesk.domain.snapshot import (
    Installments,
    PauseBehavior,
    PendingChange,
    ProviderName,
    Suspension,
)
from frontdesk.domain.subscription import OpenOperation, Scheduled, Subscription
from frontdesk.domain.times import from_text, to_sortable

OPEN_OPERATION = "open_operation"
SCHEDULED = "scheduled"
DUE = "DUE"
"""Shards of the index of subscriptions with which something is to be done at some time."""
_MOMENTS = (
    "current_period_start",
    "current_period_end",
    "cancel_at",
    "canceled_at",
    "ended_at",
    "trial_end",
    "resumes_at",
    "paid_until",
    "access_revoked_at",
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
    item: Item = {
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
        "pending_change": _pending_change_value(subscription.pending_change),
        "has_lost_change": subscription.has_lost_change,
        "installments": _installments_value(subscription.installments),
        "version": subscription.version,
        "updated_at": to_sortable(at),
    }
    if subscription.open_operation is not None:
        # Not there, rather than null, when nothing is going on: admission asks whether it is.
        item[OPEN_OPERATION] = open_operation_value(subscription.open_operation)
    if subscription.scheduled is not None:
        # In the index of what is due, and only then.
        item |= scheduled_fields(subscription.id, subscription.scheduled)
    return item


def scheduled_fields(subscription_id: str, scheduled: Scheduled) -> Item:
    retry_at = scheduled.retry_at
    return {
        SCHEDULED: {
            "kind": scheduled.kind.value,
            "at": to_sortable(scheduled.at),
            "operation_id": scheduled.operation_id,
            "is_held": scheduled.is_held,
            "tries": scheduled.tries,
            "retry_at": to_sortable(retry_at) if retry_at else None,
        },
        "due_shard": keys.open_shard(DUE, subscription_id),
        "due_at": to_sortable(scheduled.due_at),
    }


def _pending_change_value(change: PendingChange | None) -> Value:
    if change is None:
        return None
    return {
        "at": to_sortable(change.at),
        "price": change.price,
        "amount_minor": change.amount_minor,
        "quantity": change.quantity,
        "is_ours": change.is_ours,
    }


def _installments_value(plan: Installments | None) -> Value:
    if plan is None:
        return None
    return {
        "paid": plan.paid,
        "total": plan.total,
        "completes_at": to_sortable(plan.completes_at) if plan.completes_at else None,
    }


def open_operation_value(operation: OpenOperation) -> Value:
    expires_at = operation.approval_expires_at
    return {
        "id": operation.id,
        "kind": operation.kind.value,
        "parameters": dict(operation.parameters),
        "approve_url": operation.approve_url,
        "approval_expires_at": to_sortable(expires_at) if expires_at else None,
        "waits": operation.waits,
    }


def subscription_from(item: Item) -> Subscription:
    fields = cast("dict[str, Any]", item)
    moments: dict[str, Any] = {
        n: from_text(at) if (at := fields.get(n)) else None for n in _MOMENTS
    }
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
        scheduled=_scheduled(fields.get(SCHEDULED)),
        pending_change=_pending_change(fields.get("pending_change")),
        has_lost_change=bool(fields.get("has_lost_change")),
        installments=_installments(fields.get("installments")),
        open_operation=_open_operation(fields.get(OPEN_OPERATION)),
        version=fields["version"],
    )


def _installments(fields: dict[str, Any] | None) -> Installments | None:
    if fields is None:
        return None
    completes_at = fields["completes_at"]
    return Installments(
        paid=fields["paid"],
        total=fields["total"],
        completes_at=from_text(completes_at) if completes_at else None,
    )


def _pending_change(fields: dict[str, Any] | None) -> PendingChange | None:
    return None if fields is None else PendingChange(**fields | {"at": from_text(fields["at"])})


def _open_operation(fields: dict[str, Any] | None) -> OpenOperation | None:
    if fields is None:
        return None
    return OpenOperation(
        id=fields["id"],
        kind=OperationKind(fields["kind"]),
        parameters=fields["parameters"],
        approve_url=fields["approve_url"],
        approval_expires_at=_moment(fields["approval_expires_at"]),
        waits=fields.get("waits", False),
    )


def _scheduled(fields: dict[str, Any] | None) -> Scheduled | None:
    if fields is None:
        return None
    return Scheduled(
        kind=OperationKind(fields["kind"]),
        at=from_text(fields["at"]),
        operation_id=fields["operation_id"],
        is_held=fields["is_held"],
        tries=fields["tries"],
        retry_at=_moment(fields["retry_at"]),
    )


def _moment(text: str | None) -> datetime | None:
    return from_text(text) if text else None
