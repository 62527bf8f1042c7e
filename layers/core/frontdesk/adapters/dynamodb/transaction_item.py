"""A transaction's item."""

from datetime import datetime
from typing import Any, cast

from frontdesk.adapters.dynamodb.operations import Item, Value
from frontdesk.domain.snapshot import PaymentStatus, ProviderName, RefundStatus
from frontdesk.domain.times import from_text, to_sortable
from frontdesk.domain.transaction import Dispute, Refund, Transaction

_PLAIN = (
    "amount_minor",
    "captured_minor",
    "currency",
    "is_disputed",
    "description",
    "payment_intent",
    "provider_invoice",
    "provider_subscription",
    "method_type",
    "method_brand",
    "method_last4",
    "failure_code",
)


def transaction_item(transaction: Transaction, *, at: datetime) -> Item:
    return {
        "entity": "transaction",
        "transaction_id": transaction.id,
        "customer_id": transaction.customer_id,
        "provider_name": transaction.provider.value,
        "provider_id": transaction.provider_id,
        "created_at": to_sortable(transaction.created_at),
        "payment_status": transaction.payment_status.value,
        **{name: getattr(transaction, name) for name in _PLAIN},
        "refunds": [_refund_value(refund) for refund in transaction.refunds],
        "disputes": [_dispute_value(dispute) for dispute in transaction.disputes],
        "booked": sorted(transaction.booked),
        "reservations": dict(transaction.reservations),
        "refundable_minor": transaction.refundable_minor,
        "is_refund_blocked": transaction.is_refund_blocked,
        "version": transaction.version,
        "updated_at": to_sortable(at),
    }


def _refund_value(refund: Refund) -> Value:
    return {
        "id": refund.id,
        "provider_id": refund.provider_id,
        "amount_minor": refund.amount_minor,
        "status": refund.status.value,
        "created_at": to_sortable(refund.created_at),
        "reason": refund.reason,
        "operation_id": refund.operation_id,
        "failure_reason": refund.failure_reason,
    }


def _dispute_value(dispute: Dispute) -> Value:
    return {
        "provider_id": dispute.provider_id,
        "amount_minor": dispute.amount_minor,
        "status": dispute.status,
        "created_at": to_sortable(dispute.created_at),
        "reason": dispute.reason,
    }


def transaction_from(item: Item) -> Transaction:
    fields = cast("dict[str, Any]", item)
    return Transaction(
        id=fields["transaction_id"],
        customer_id=fields["customer_id"],
        provider=ProviderName(fields["provider_name"]),
        provider_id=fields["provider_id"],
        created_at=from_text(fields["created_at"]),
        payment_status=PaymentStatus(fields["payment_status"]),
        **{name: fields[name] for name in _PLAIN},
        refunds=tuple(
            Refund(
                **refund
                | {
                    "status": RefundStatus(refund["status"]),
                    "created_at": from_text(refund["created_at"]),
                }
            )
            for refund in fields["refunds"]
        ),
        disputes=tuple(
            Dispute(**dispute | {"created_at": from_text(dispute["created_at"])})
            for dispute in fields["disputes"]
        ),
        booked=frozenset(fields["booked"]),
        reservations=fields["reservations"],
        version=fields["version"],
    )
