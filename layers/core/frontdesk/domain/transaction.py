"""A transaction: one payment as the shop sees it, with its refunds and disputes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from frontdesk.domain.ids import derived_id
from frontdesk.domain.snapshot import (
    PaymentSnapshot,
    PaymentStatus,
    ProviderName,
    RefundSnapshot,
    RefundStatus,
)


class TransactionStatus(StrEnum):
    SUCCEEDED = "succeeded"
    PENDING = "pending"
    FAILED = "failed"
    PARTIALLY_REFUNDED = "partially_refunded"
    REFUNDED = "refunded"
    DISPUTED = "disputed"


@dataclass(frozen=True, slots=True)
class Refund:
    id: str
    provider_id: str
    amount_minor: int
    status: RefundStatus
    created_at: datetime
    reason: str | None = None
    operation_id: str | None = None
    failure_reason: str | None = None


@dataclass(frozen=True, slots=True)
class Dispute:
    provider_id: str
    amount_minor: int
    status: str
    created_at: datetime
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Transaction:
    """Amounts are minor units of `currency`. `booked` are the keys of its ledger entries.

    `provider_subscription` is what it was for, where the provider says so at the payment; else
    its invoice knows. `reservations` are the amounts of refunds that were admitted and that the
    provider has not shown yet, by operation.
    """

    id: str
    customer_id: str
    provider: ProviderName
    provider_id: str
    created_at: datetime
    payment_status: PaymentStatus
    amount_minor: int
    captured_minor: int
    currency: str
    refunds: tuple[Refund, ...] = ()
    disputes: tuple[Dispute, ...] = ()
    is_disputed: bool = False
    description: str | None = None
    payment_intent: str | None = None
    provider_invoice: str | None = None
    provider_subscription: str | None = None
    method_type: str | None = None
    method_brand: str | None = None
    method_last4: str | None = None
    failure_code: str | None = None
    booked: frozenset[str] = frozenset()
    reservations: Mapping[str, int] = MappingProxyType({})
    version: int = 0

    @property
    def refunded_minor(self) -> int:
        """What has gone back or is on its way back."""
        live = (RefundStatus.SUCCEEDED, RefundStatus.PENDING, RefundStatus.REQUIRES_ACTION)
        return sum(r.amount_minor for r in self.refunds if r.status in live)

    @property
    def refundable_minor(self) -> int:
        """What may still be refunded: never more than was captured, whatever is under way."""
        left = self.captured_minor - self.refunded_minor - sum(self.reservations.values())
        return max(left, 0) if self.payment_status is PaymentStatus.SUCCEEDED else 0

    @property
    def is_refund_blocked(self) -> bool:
        """While a dispute holds the money, a refund would give it back twice."""
        if not self.disputes:
            return self.is_disputed
        return any(dispute.status not in _SETTLED_DISPUTES for dispute in self.disputes)

    @property
    def status(self) -> TransactionStatus:
        if self.payment_status is not PaymentStatus.SUCCEEDED:
            return TransactionStatus(self.payment_status.value)
        if any(dispute.status not in _SETTLED_DISPUTES for dispute in self.disputes):
            return TransactionStatus.DISPUTED
        if self.refunded_minor >= self.captured_minor > 0:
            return TransactionStatus.REFUNDED
        if self.refunded_minor > 0:
            return TransactionStatus.PARTIALLY_REFUNDED
        return TransactionStatus.SUCCEEDED


_SETTLED_DISPUTES = frozenset(("won", "warning_closed", "prevented"))
"""A lost dispute stays visible as disputed: the money is gone.
https://docs.stripe.com/api/disputes/object#dispute_object-status"""


def transaction_id_of(snapshot: PaymentSnapshot) -> str:
    origin = f"{snapshot.provider}:payment:{snapshot.provider_id}"
    return derived_id("txn", origin=origin, at=snapshot.created_at)


def open_reservations(before: Transaction | None, snapshot: PaymentSnapshot) -> dict[str, int]:
    """What stays reserved once the provider's refunds are seen: theirs take our place."""
    if before is None:
        return {}
    shown = {refund.operation_id for refund in snapshot.refunds}
    return {op: amount for op, amount in before.reservations.items() if op not in shown}


def refund_id_of(provider: ProviderName, refund: RefundSnapshot) -> str:
    """A refund of ours has its id before the provider has one for it."""
    if refund.operation_id is not None:
        return refund_id_of_operation(refund.operation_id)
    return derived_id("ref", origin=f"{provider}:refund:{refund.provider_id}", at=refund.created_at)


def refund_id_of_operation(operation_id: str) -> str:
    return derived_id("ref", origin=f"operation:{operation_id}")


def transaction_of(
    snapshot: PaymentSnapshot,
    *,
    customer_id: str,
    booked: frozenset[str],
    version: int,
    reservations: Mapping[str, int] = MappingProxyType({}),
) -> Transaction:
    return Transaction(
        id=transaction_id_of(snapshot),
        customer_id=customer_id,
        provider=snapshot.provider,
        provider_id=snapshot.provider_id,
        created_at=snapshot.created_at,
        payment_status=snapshot.status,
        amount_minor=snapshot.amount_minor,
        captured_minor=snapshot.captured_minor,
        currency=snapshot.currency,
        refunds=tuple(
            Refund(
                id=refund_id_of(snapshot.provider, r),
                provider_id=r.provider_id,
                amount_minor=r.amount_minor,
                status=r.status,
                created_at=r.created_at,
                reason=r.reason,
                operation_id=r.operation_id,
                failure_reason=r.failure_reason,
            )
            for r in sorted(snapshot.refunds, key=lambda r: (r.created_at, r.provider_id))
        ),
        disputes=tuple(
            Dispute(
                provider_id=d.provider_id,
                amount_minor=d.amount_minor,
                status=d.status,
                created_at=d.created_at,
                reason=d.reason,
            )
            for d in sorted(snapshot.disputes, key=lambda d: (d.created_at, d.provider_id))
        ),
        is_disputed=snapshot.is_disputed,
        description=snapshot.description,
        payment_intent=snapshot.payment_intent,
        provider_invoice=snapshot.invoice,
        provider_subscription=snapshot.subscription,
        method_type=snapshot.method_type,
        method_brand=snapshot.method_brand,
        method_last4=snapshot.method_last4,
        failure_code=snapshot.failure_code,
        booked=booked,
        reservations=reservations,
        version=version,
    )
