"""A subscription of Stripe's, with its items, latest invoice and schedule, as a snapshot."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from frontdesk.adapters.stripe.mapping import (
    LOST_CHANGE_METADATA,
    cycle_amount,
    id_of,
    moment_of,
    operation_id_of,
)
from frontdesk.adapters.stripe.schedule_mapping import active_schedule, pending_change
from frontdesk.domain.snapshot import (
    Installments,
    PauseBehavior,
    ProviderName,
    SubscriptionSnapshot,
)
from frontdesk.domain.times import from_epoch

type Json = Mapping[str, Any]


def subscription_snapshot(
    subscription: Json, *, items: Sequence[Json], installments: Installments | None = None
) -> SubscriptionSnapshot:
    """`items` are all the subscription's items: periods stand on them since 2025-03-31.basil."""
    first = items[0] if items else {}
    price = first.get("price") or {}
    recurring = price.get("recurring") or {}
    pause = subscription.get("pause_collection")
    starts = [item["current_period_start"] for item in items]
    ends = [item["current_period_end"] for item in items]
    return SubscriptionSnapshot(
        provider=ProviderName.STRIPE,
        provider_id=subscription["id"],
        customer=id_of(subscription["customer"]) or "",
        created_at=from_epoch(subscription["created"]),
        started_at=from_epoch(subscription["start_date"]),
        status=subscription["status"],
        amount_minor=cycle_amount(items),
        currency=subscription["currency"],
        interval=recurring.get("interval"),
        interval_count=recurring.get("interval_count"),
        quantity=first.get("quantity") or 1,
        product=id_of(price.get("product")),
        price=id_of(first.get("price")),
        current_period_start=moment_of(min(starts, default=None)),
        current_period_end=moment_of(min(ends, default=None)),
        cancels_at_period_end=subscription["cancel_at_period_end"],
        cancel_at=_cancel_at(subscription, installments),
        canceled_at=moment_of(subscription.get("canceled_at")),
        ended_at=moment_of(subscription.get("ended_at")),
        trial_end=moment_of(subscription.get("trial_end")),
        pause=PauseBehavior(pause["behavior"]) if pause else None,
        resumes_at=moment_of(pause.get("resumes_at")) if pause else None,
        payment_method=id_of(subscription.get("default_payment_method")),
        paid_until=_paid_until(
            subscription, begun=max(starts, default=None), end=min(ends, default=None)
        ),
        pending_change=pending_change(subscription, items=items),
        has_lost_change=bool((subscription.get("metadata") or {}).get(LOST_CHANGE_METADATA)),
        installments=installments,
        operation_id=operation_id_of(subscription),
    )


def _paid_until(subscription: Json, *, begun: int | None, end: int | None) -> datetime | None:
    """Of the latest invoice, which is that of the present period, where it was asked for."""
    invoice = subscription.get("latest_invoice")
    if not isinstance(invoice, Mapping):
        return None
    return moment_of(end if invoice["status"] == "paid" else begun)


def _cancel_at(subscription: Json, installments: Installments | None) -> datetime | None:
    """Where a schedule governs, no end is a cancellation: Stripe lets nobody cancel beside it.
    Nor is the end that a plan of n payments has anyway."""
    cancel_at = moment_of(subscription.get("cancel_at"))
    if active_schedule(subscription) is not None:
        return None
    if installments is None or cancel_at is None or subscription["cancel_at_period_end"]:
        return cancel_at
    completes_at = installments.completes_at
    return cancel_at if completes_at is None or cancel_at < completes_at else None
