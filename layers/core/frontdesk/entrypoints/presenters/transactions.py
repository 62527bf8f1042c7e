"""A transaction as the merchant sees it."""

from typing import Any

from frontdesk.domain.money import Money
from frontdesk.domain.transaction import Dispute, Refund, Transaction
from frontdesk.entrypoints.presenters.common import present_moment, present_money


def present_transaction(transaction: Transaction) -> dict[str, Any]:
    """`amount` is what was asked for, `captured` what was taken, `refunded` what of that has
    gone back or is on its way."""
    currency = transaction.currency
    return {
        "id": transaction.id,
        "customer_id": transaction.customer_id,
        "provider": {"name": transaction.provider.value, "id": transaction.provider_id},
        "kind": "payment",
        "status": transaction.status.value,
        "amount": present_money(Money(transaction.amount_minor, currency)),
        "captured": present_money(Money(transaction.captured_minor, currency)),
        "refunded": present_money(Money(transaction.refunded_minor, currency)),
        "created_at": present_moment(transaction.created_at),
        "description": transaction.description,
        "payment_method": _payment_method(transaction),
        "failure_code": transaction.failure_code,
        "refunds": [_refund(refund, transaction) for refund in transaction.refunds],
        "disputes": [_dispute(dispute, transaction) for dispute in transaction.disputes],
        "offer": None,
        "affiliate": None,
        "invoice_id": None,
        "subscription_id": None,
        "version": transaction.version,
    }


def _payment_method(transaction: Transaction) -> dict[str, Any] | None:
    if transaction.method_type is None:
        return None
    return {
        "type": transaction.method_type,
        "brand": transaction.method_brand,
        "last4": transaction.method_last4,
    }


def _refund(refund: Refund, transaction: Transaction) -> dict[str, Any]:
    return {
        "id": refund.id,
        "amount": present_money(Money(refund.amount_minor, transaction.currency)),
        "status": refund.status.value,
        "reason": refund.reason,
        "created_at": present_moment(refund.created_at),
        "provider": {"name": transaction.provider.value, "id": refund.provider_id},
    }


def _dispute(dispute: Dispute, transaction: Transaction) -> dict[str, Any]:
    return {
        "provider": {"name": transaction.provider.value, "id": dispute.provider_id},
        "amount": present_money(Money(dispute.amount_minor, transaction.currency)),
        "status": dispute.status,
        "reason": dispute.reason,
        "created_at": present_moment(dispute.created_at),
    }
