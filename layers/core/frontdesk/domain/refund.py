"""Refunds: what may go back, what a refund would do, and how one stands."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from frontdesk.domain.errors import ConflictError, FieldProblem, InvalidInputError
from frontdesk.domain.invoice import PaidInvoice
from frontdesk.domain.money import Money, ensure_exact
from frontdesk.domain.operation import OperationKind, OperationState
from frontdesk.domain.plan import Effect, EffectKind, Plan, PlanWarning
from frontdesk.domain.snapshot import PaymentStatus, ProviderName, RefundStatus
from frontdesk.domain.subscription import Subscription
from frontdesk.domain.subscription_command import SubscriptionWish
from frontdesk.domain.subscription_plan import plan_of
from frontdesk.domain.transaction import Transaction

REASONS = (
    "requested_by_customer",
    "duplicate",
    "fraudulent",
    "service_problem",
    "satisfaction_guarantee",
    "dispute_prevention",
    "other",
)
_EQUAL_REFUNDS_WITHIN = timedelta(days=1)


class RefundState(StrEnum):
    REQUESTED = "requested"
    PENDING = "pending"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELED = "canceled"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class MemoRecord:
    """The credit memo that goes with a refund; `provider_id` is None until it has been seen."""

    state: OperationState
    provider_id: str | None = None
    failure_code: str | None = None


@dataclass(frozen=True, slots=True)
class RefundRecord:
    """A refund, ours or one made at the provider, from the moment that it was asked for.

    `provider_id` is None until the provider has shown it; `operation_id` where it is ours.
    `credit_memo` is the paper that was ordered with it, None where tax asks for none.
    """

    id: str
    transaction_id: str
    customer_id: str
    amount: Money
    state: RefundState
    created_at: datetime
    provider: ProviderName
    provider_id: str | None = None
    reason: str | None = None
    comment: str | None = None
    operation_id: str | None = None
    requested_by: str | None = None
    failure_code: str | None = None
    needs_attention: bool = False
    credit_memo: MemoRecord | None = None


_BY_OPERATION = {
    OperationState.REQUESTED: RefundState.REQUESTED,
    OperationState.SUBMITTING: RefundState.REQUESTED,
    OperationState.PENDING: RefundState.PENDING,
    OperationState.SUCCEEDED: RefundState.SUCCEEDED,
    OperationState.FAILED: RefundState.FAILED,
    OperationState.UNKNOWN: RefundState.UNKNOWN,
}
_AT_PROVIDER = {
    RefundStatus.PENDING: RefundState.PENDING,
    RefundStatus.REQUIRES_ACTION: RefundState.PENDING,
    RefundStatus.SUCCEEDED: RefundState.SUCCEEDED,
    RefundStatus.FAILED: RefundState.FAILED,
    RefundStatus.CANCELED: RefundState.CANCELED,
}


def state_by_operation(state: OperationState) -> RefundState:
    """How a refund stands that the provider has not shown yet."""
    return _BY_OPERATION[state]


def state_at_provider(status: RefundStatus) -> RefundState:
    return _AT_PROVIDER[status]


def is_at_odds(state: RefundState, memo: MemoRecord | None) -> bool:
    """Whether money and paper say different things for good, so that a human has to look."""
    if memo is None:
        return False
    came_back = state in (RefundState.FAILED, RefundState.CANCELED)
    has_gone = state is RefundState.SUCCEEDED
    is_missing = memo.state is OperationState.FAILED
    return (has_gone and is_missing) or (came_back and memo.state is OperationState.SUCCEEDED)


# --- what is asked for ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundOrder:
    """What somebody asks for. `amount` None is all that is left."""

    transaction_id: str
    amount: Money | None = None
    reason: str = "other"
    comment: str | None = None
    revoke_access: bool = False
    cancel_subscription: bool = False


class RefundRefusedError(ConflictError):
    """The payment does not allow it; `code` says why."""


def amount_to_refund(transaction: Transaction, asked: Money | None) -> int:
    """Minor units. Raises InvalidInputError, AmountRefusedError, RefundRefusedError."""
    if asked is not None and asked.currency != transaction.currency:
        problem = FieldProblem(
            "amount.currency", "currency_mismatch", f"The payment is in {transaction.currency}."
        )
        raise InvalidInputError(
            "The payment is in another currency.", code="currency_mismatch", problems=(problem,)
        )
    if transaction.payment_status is not PaymentStatus.SUCCEEDED:
        raise RefundRefusedError(
            "Only a payment that has succeeded can be refunded.", code="payment_not_succeeded"
        )
    if transaction.is_refund_blocked:
        raise RefundRefusedError(
            "A dispute holds this payment's money: it goes back one way only.",
            code="payment_disputed",
        )
    left = transaction.refundable_minor
    amount = left if asked is None else asked.amount
    if left == 0 or amount > left:
        raise RefundRefusedError(
            "More than what is left of this payment cannot go back.",
            code="refund_exceeds_remaining",
        )
    ensure_exact(Money(amount, transaction.currency), provider=transaction.provider)
    return amount


def plan_refund(
    transaction: Transaction,
    order: RefundOrder,
    *,
    now: datetime,
    subscription: Subscription | None = None,
    invoice: PaidInvoice | None = None,
) -> Plan:
    """With the cancellation of `subscription`, the one that was paid for, where it is ordered, and
    with a credit memo where the `invoice` that was paid has tax.

    Raises what `amount_to_refund` and a cancellation raise.
    """
    amount = amount_to_refund(transaction, order.amount)
    effect = Effect(
        EffectKind.REFUND,
        transaction.id,
        "refund_requested",
        now,
        amount=Money(amount, transaction.currency),
    )
    plan = Plan(
        effects=(effect, *_paper(invoice, now=now)),
        amount_due=Money(-amount, transaction.currency),
        subject_version=transaction.version,
        warnings=(*_warnings(transaction, amount, now=now), *_tax_warnings(invoice)),
    )
    return _with_cancellation(plan, subscription, now=now) if order.cancel_subscription else plan


def needs_memo(invoice: PaidInvoice | None) -> bool:
    """A refund of tax is right only with a paper that corrects the invoice."""
    return invoice is not None and invoice.has_tax and invoice.takes_credit_memo


def _paper(invoice: PaidInvoice | None, *, now: datetime) -> Iterable[Effect]:
    """Without an amount: the money is another effect."""
    if invoice is not None and needs_memo(invoice):
        yield Effect(EffectKind.REFUND, invoice.id, "credit_memo_issued", now)


def _tax_warnings(invoice: PaidInvoice | None) -> Iterable[PlanWarning]:
    if invoice is not None and invoice.has_tax and not invoice.takes_credit_memo:
        yield PlanWarning(
            "tax_is_not_corrected",
            "The invoice has tax, and no credit memo can be issued: correct it by hand.",
        )


CANCEL_AT_ONCE = SubscriptionWish(kind=OperationKind.CANCEL)


def _with_cancellation(plan: Plan, subscription: Subscription | None, *, now: datetime) -> Plan:
    if subscription is None:
        raise RefundRefusedError(
            "The payment was for no subscription.", code="payment_has_no_subscription"
        )
    if subscription.open_operation is not None:
        raise RefundRefusedError("The subscription is being changed.", code="operation_in_progress")
    end = plan_of(CANCEL_AT_ONCE, subscription, now=now)
    told = (one for one in end.warnings if one.code != "nothing_is_refunded")
    return replace(
        plan,
        effects=plan.effects + end.effects,
        subject_version=(subscription.version, *_versions(plan)),
        warnings=(*plan.warnings, *told),
    )


def _versions(plan: Plan) -> tuple[int, ...]:
    version = plan.subject_version
    return version if isinstance(version, tuple) else (version,)


def _warnings(
    transaction: Transaction, amount_minor: int, *, now: datetime
) -> Iterable[PlanWarning]:
    """A key does not help when a person submits the same thing twice on purpose."""
    over = (RefundStatus.FAILED, RefundStatus.CANCELED)
    equal = [
        refund.created_at
        for refund in transaction.refunds
        if refund.amount_minor == amount_minor
        and refund.status not in over
        and now - refund.created_at < _EQUAL_REFUNDS_WITHIN
    ]
    if equal:
        minutes = max(int((now - max(equal)).total_seconds() // 60), 0)
        yield PlanWarning(
            "equal_refund", f"An equal refund was made on this payment {minutes} minutes ago."
        )
    elif amount_minor in transaction.reservations.values():
        yield PlanWarning("equal_refund", "An equal refund on this payment is under way.")
