"""Refunds: what is asked for, what may go back, and how one stands."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from frontdesk.domain.errors import ConflictError, FieldProblem, InvalidInputError
from frontdesk.domain.money import Money, ensure_exact
from frontdesk.domain.operation import OperationState
from frontdesk.domain.snapshot import PaymentStatus, ProviderName, RefundStatus
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
    """What somebody asks for. `amount` None is all that is left, or where `is_prorated` the unused
    share of what was paid, of a subscription that ends with it.

    `comment` is for the shop; what is said of the end of a subscription goes to the provider.
    """

    transaction_id: str
    amount: Money | None = None
    is_prorated: bool = False
    reason: str = "other"
    comment: str | None = None
    revoke_access: bool = False
    cancel_subscription: bool = False
    cancel_reason: str | None = None
    cancel_comment: str | None = None

    @property
    def touches_subscription(self) -> bool:
        return self.revoke_access or self.cancel_subscription


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
