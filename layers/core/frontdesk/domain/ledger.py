"""The ledger: what happened to money, once each, for ever.

An entry's key is made of the provider's immutable id and the kind, so booking the same fact again
is impossible rather than avoided. Lifetime value is the sum of a customer's entries by currency.
"""

from collections import defaultdict
from collections.abc import Iterable, Set
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from frontdesk.domain.snapshot import (
    DisputeSnapshot,
    PaymentSnapshot,
    PaymentStatus,
    ProviderName,
    RefundSnapshot,
    RefundStatus,
)


class LedgerKind(StrEnum):
    PAYMENT = "payment"
    REFUND = "refund"
    REFUND_FAILED = "refund_failed"
    DISPUTE_WITHDRAWN = "dispute_withdrawn"
    DISPUTE_REINSTATED = "dispute_reinstated"
    MOVED_OUT = "moved_out"
    MOVED_IN = "moved_in"


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """`amount_minor` is signed: positive when the shop has more of the customer's money."""

    provider: ProviderName
    provider_id: str
    kind: LedgerKind
    amount_minor: int
    currency: str
    occurred_at: datetime

    @property
    def key(self) -> str:
        return f"{self.provider}#{self.provider_id}#{self.kind}"


@dataclass(frozen=True, slots=True)
class LedgerNotice:
    """A ledger entry as the outbox tells it; `amount_minor` is signed."""

    entry_key: str
    customer_id: str
    transaction_id: str
    kind: LedgerKind
    amount_minor: int
    currency: str
    occurred_at: datetime


def new_entries(
    payment: PaymentSnapshot, *, booked: Set[str], captured_before: int = 0
) -> tuple[LedgerEntry, ...]:
    """What a payment's money has done and no ledger says yet, in a fixed order.

    `booked` are the keys of entries that exist: a refund that has failed without leaving a trace
    at the provider must still be undone if it was booked while it looked successful.
    `captured_before` is what had been captured when the payment was last booked.
    """
    entries = _captures(payment, booked=booked, captured_before=captured_before)
    for refund in payment.refunds:
        entries += _refund_entries(payment.provider, refund, booked=booked)
    for dispute in payment.disputes:
        entries += _dispute_entries(payment.provider, dispute)
    return tuple(entry for entry in entries if entry.key not in booked)


def _captures(
    payment: PaymentSnapshot, *, booked: Set[str], captured_before: int
) -> list[LedgerEntry]:
    """The captured amount; of one that was booked, what has been captured since.

    One payment may be captured in several steps: https://docs.stripe.com/payments/multicapture.
    """
    if payment.status is not PaymentStatus.SUCCEEDED or payment.captured_minor <= 0:
        return []
    whole = LedgerEntry(
        payment.provider,
        payment.provider_id,
        LedgerKind.PAYMENT,
        payment.captured_minor,
        payment.currency,
        payment.created_at,
    )
    if whole.key not in booked:
        return [whole]
    rest = payment.captured_minor - captured_before
    step = f"{payment.provider_id}@{payment.captured_minor}"
    return [replace(whole, provider_id=step, amount_minor=rest)] if rest > 0 else []


def _refund_entries(
    provider: ProviderName, refund: RefundSnapshot, *, booked: Set[str]
) -> list[LedgerEntry]:
    """A refund counts when it has succeeded; one that failed afterwards is given back.

    https://docs.stripe.com/refunds#failed-refunds: a refund can fail after it has succeeded, and
    the amount returns to the balance.
    """
    out = LedgerEntry(
        provider,
        refund.provider_id,
        LedgerKind.REFUND,
        -refund.amount_minor,
        refund.currency,
        refund.created_at,
    )
    if refund.status is RefundStatus.SUCCEEDED:
        return [out]
    is_over = refund.status in (RefundStatus.FAILED, RefundStatus.CANCELED)
    if is_over and (refund.has_moved_money or out.key in booked):
        back = LedgerEntry(
            provider,
            refund.provider_id,
            LedgerKind.REFUND_FAILED,
            refund.amount_minor,
            refund.currency,
            refund.created_at,
        )
        return [out, back]
    return []


def _dispute_entries(provider: ProviderName, dispute: DisputeSnapshot) -> list[LedgerEntry]:
    """Money leaves when it is withdrawn, not when the dispute is lost; a win brings it back."""
    return [
        LedgerEntry(
            provider,
            movement.provider_id,
            LedgerKind.DISPUTE_WITHDRAWN
            if movement.amount_minor < 0
            else LedgerKind.DISPUTE_REINSTATED,
            movement.amount_minor,
            dispute.currency,
            movement.occurred_at,
        )
        for movement in dispute.movements
    ]


def handover_entries(
    provider: ProviderName,
    provider_id: str,
    *,
    balance_minor: int,
    currency: str,
    occurred_at: datetime,
    step: int,
) -> tuple[LedgerEntry, LedgerEntry]:
    """A payment that gets another owner takes its balance along: out of one ledger, into another.

    `step` tells one handover of a payment from the next.
    """
    out = LedgerEntry(
        provider,
        f"{provider_id}@{step}",
        LedgerKind.MOVED_OUT,
        -balance_minor,
        currency,
        occurred_at,
    )
    return out, replace(out, kind=LedgerKind.MOVED_IN, amount_minor=balance_minor)


class Booked(Protocol):
    """Signed minor units of one currency."""

    @property
    def amount_minor(self) -> int: ...

    @property
    def currency(self) -> str: ...


def totals(entries: Iterable[Booked]) -> dict[str, int]:
    """Sums by currency; currencies are never added together."""
    sums: dict[str, int] = defaultdict(int)
    for entry in entries:
        sums[entry.currency] += entry.amount_minor
    return dict(sums)
