"""A customer's request for a refund, and how the shop's rules judge it.

asked ──▶ approved   at once, or by staff   ──▶ a refund, by an operation of the request's own
     ├──▶ queued     staff decide
     └──▶ declined   with the reason
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from frontdesk.domain.money import Money
from frontdesk.domain.operation import part_id_of
from frontdesk.domain.settings import RefundRules
from frontdesk.domain.snapshot import PaymentStatus, RefundStatus
from frontdesk.domain.transaction import Transaction


class RequestState(StrEnum):
    QUEUED = "queued"
    APPROVED = "approved"
    DECLINED = "declined"


@dataclass(frozen=True, slots=True)
class Judgement:
    """`because` is a stable word: why it was declined, or why staff have to decide."""

    state: RequestState
    because: str | None = None


@dataclass(frozen=True, slots=True)
class RefundRequest:
    """`amount` is what was left of the payment when it was asked for.

    `decided_by` is None where the rules decided. `approvals_before` is how many requests of the
    customer the rules had approved when they judged this one; None where staff decide.
    """

    id: str
    customer_id: str
    transaction_id: str
    amount: Money
    reason: str
    comment: str | None
    state: RequestState
    created_at: datetime
    because: str | None = None
    decided_at: datetime | None = None
    decided_by: str | None = None
    note: str | None = None
    approvals_before: int | None = None
    version: int = 1

    @property
    def operation_id(self) -> str:
        """Of the refund that its approval makes: one, whoever approves and however often."""
        return part_id_of(self.id, "refund")


def judge(
    transaction: Transaction,
    *,
    rules: RefundRules,
    earlier: Iterable[Transaction],
    now: datetime,
) -> Judgement:
    """`earlier` are the customer's other latest payments."""
    declined = _why_declined(transaction, rules=rules, now=now)
    if declined is not None:
        return Judgement(RequestState.DECLINED, declined)
    queued = _why_queued(transaction, rules=rules, earlier=earlier, now=now)
    if queued is not None:
        return Judgement(RequestState.QUEUED, queued)
    return Judgement(RequestState.APPROVED)


def _why_declined(transaction: Transaction, *, rules: RefundRules, now: datetime) -> str | None:
    if transaction.payment_status is not PaymentStatus.SUCCEEDED:
        return "payment_not_succeeded"
    if transaction.is_refund_blocked:
        return "payment_disputed"
    if transaction.refundable_minor == 0:
        return "already_refunded"
    if now - transaction.created_at > timedelta(days=rules.window_days):
        return "outside_window"
    return None


def _why_queued(
    transaction: Transaction,
    *,
    rules: RefundRules,
    earlier: Iterable[Transaction],
    now: datetime,
) -> str | None:
    cap = rules.automatic_up_to
    if cap is None:
        return "needs_approval"
    if cap.currency != transaction.currency or transaction.refundable_minor > cap.amount:
        return "above_cap"
    others = tuple(earlier)
    if any(one.is_refund_blocked for one in others):
        return "disputes"
    since = now - timedelta(days=rules.window_days)
    if any(_has_refund(one, since=since) for one in (transaction, *others)):
        return "earlier_refunds"
    return None


def _has_refund(transaction: Transaction, *, since: datetime) -> bool:
    over = (RefundStatus.FAILED, RefundStatus.CANCELED)
    shown = any(r.created_at >= since and r.status not in over for r in transaction.refunds)
    return shown or bool(transaction.reservations)
