"""PayPal's sales (v1, of subscriptions) and captures (v2, of orders) as payments."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from frontdesk.adapters.paypal.amounts import money_of
from frontdesk.adapters.paypal.disputes import dispute_snapshot
from frontdesk.adapters.paypal.fields import Json, moment, operation_id_of
from frontdesk.domain.snapshot import (
    CustomerSnapshot,
    DisputeSnapshot,
    PaymentSnapshot,
    PaymentStatus,
    ProviderName,
    RefundSnapshot,
    RefundStatus,
)

_PAID = PaymentStatus.SUCCEEDED
_SALE_STATES = {
    # https://developer.paypal.com/docs/api/payments/v1/#sale_get
    "completed": _PAID,
    "partially_refunded": _PAID,
    "refunded": _PAID,
    "pending": PaymentStatus.PENDING,
    "denied": PaymentStatus.FAILED,
}
_CAPTURE_STATUSES = {
    # https://developer.paypal.com/docs/api/payments/v2/#captures_get
    "COMPLETED": _PAID,
    "PARTIALLY_REFUNDED": _PAID,
    "REFUNDED": _PAID,
    "PENDING": PaymentStatus.PENDING,
    "DECLINED": PaymentStatus.FAILED,
    "FAILED": PaymentStatus.FAILED,
}
_REFUND_STATUSES = {
    # v2 in capitals, v1 not
    "COMPLETED": RefundStatus.SUCCEEDED,
    "PENDING": RefundStatus.PENDING,
    "FAILED": RefundStatus.FAILED,
    "CANCELLED": RefundStatus.CANCELED,
}


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What PayPal tells in other places about one payment."""

    refunds: Sequence[Json]
    disputes: Sequence[Json]
    payer: CustomerSnapshot | None
    description: str | None = None
    method_type: str | None = None
    method_brand: str | None = None
    method_last4: str | None = None


def sale_snapshot(sale: Json, around: Surroundings) -> PaymentSnapshot:
    status = _SALE_STATES[sale["state"]]
    return _payment(sale, around, status=status, reason=sale.get("reason_code"))


def capture_snapshot(capture: Json, around: Surroundings) -> PaymentSnapshot:
    status = _CAPTURE_STATUSES[capture["status"]]
    reason = (capture.get("status_details") or {}).get("reason")
    return _payment(capture, around, status=status, reason=reason)


def _payment(
    thing: Json, around: Surroundings, *, status: PaymentStatus, reason: str | None
) -> PaymentSnapshot:
    money = money_of(thing["amount"])
    disputes = (dispute_snapshot(one, currency=money.currency) for one in around.disputes)
    return PaymentSnapshot(
        provider=ProviderName.PAYPAL,
        provider_id=thing["id"],
        customer=around.payer.provider_id if around.payer else None,
        created_at=moment(thing["create_time"]),
        status=status,
        amount_minor=money.amount,
        captured_minor=money.amount if status is _PAID else 0,
        currency=money.currency,
        refunds=tuple(sorted(map(refund_snapshot, around.refunds), key=_by_time)),
        disputes=tuple(sorted(disputes, key=_by_time)),
        is_disputed=any(one["status"] != "RESOLVED" for one in around.disputes),
        description=around.description,
        subscription=thing.get("billing_agreement_id"),
        method_type=around.method_type,
        method_brand=around.method_brand,
        method_last4=around.method_last4,
        failure_code=reason.lower() if reason and status is PaymentStatus.FAILED else None,
        payer=around.payer,
    )


def _by_time(part: RefundSnapshot | DisputeSnapshot) -> tuple[datetime, str]:
    """They are found in several places; the ledger wants one order."""
    return part.created_at, part.provider_id


def refund_snapshot(refund: Json) -> RefundSnapshot:
    """Of v1 or v2. A v1 refund's amount may have its sign: it went out."""
    money = money_of(refund["amount"])
    status = _REFUND_STATUSES[(refund["status"] if "status" in refund else refund["state"]).upper()]
    return RefundSnapshot(
        provider_id=refund["id"],
        amount_minor=abs(money.amount),
        currency=money.currency,
        status=status,
        created_at=moment(refund["create_time"]),
        has_moved_money=status is RefundStatus.SUCCEEDED,
        reason=refund.get("note_to_payer") or refund.get("reason"),
        operation_id=operation_id_of(refund),
        failure_reason=_failure(refund) if status is RefundStatus.FAILED else None,
    )


def _failure(refund: Json) -> str | None:
    reason = (refund.get("status_details") or {}).get("reason")
    return reason.lower() if reason else None
