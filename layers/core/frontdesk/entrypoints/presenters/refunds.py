"""Refunds as the merchant sees them."""

from typing import Any

from frontdesk.domain.refund import RefundRecord
from frontdesk.entrypoints.presenters.common import present_moment, present_money


def present_refund(record: RefundRecord) -> dict[str, Any]:
    return {
        "id": record.id,
        "transaction_id": record.transaction_id,
        "customer_id": record.customer_id,
        "amount": present_money(record.amount),
        "status": record.state.value,
        "reason": record.reason,
        "comment": record.comment,
        "created_at": present_moment(record.created_at),
        "operation_id": record.operation_id,
        "requested_by": record.requested_by,
        "provider": {"name": record.provider.value, "id": record.provider_id},
        "failure_code": record.failure_code,
        "needs_attention": record.needs_attention,
        "credit_memo": _credit_memo(record),
    }


def _credit_memo(record: RefundRecord) -> dict[str, Any] | None:
    memo = record.credit_memo
    if memo is None:
        return None
    return {
        "status": memo.state.value,
        "provider": {"name": record.provider.value, "id": memo.provider_id},
        "failure_code": memo.failure_code,
    }
