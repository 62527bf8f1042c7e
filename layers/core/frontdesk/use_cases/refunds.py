"""Gives money back: once for each command, and never more than is left."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from frontdesk.domain.errors import (
    ConflictError,
    InvalidInputError,
    NotFoundError,
    UnavailableError,
)
from frontdesk.domain.operation import (
    Operation,
    OperationKind,
    OperationState,
    Parameter,
)
from frontdesk.domain.plan import Plan
from frontdesk.domain.refund import (
    RefundOrder,
    RefundRecord,
    RefundRefusedError,
    RefundState,
)
from frontdesk.domain.refund_plan import Seen, amount_of, needs_memo, plan_refund
from frontdesk.domain.refund_request import RefundRequest
from frontdesk.domain.transaction import refund_id_of_operation
from frontdesk.ports.operations import AlreadyAdmittedError, NotAdmittedError
from frontdesk.ports.paging import PageOf, Window
from frontdesk.ports.refunds import RefundStore
from frontdesk.ports.transactions import PaidSubscriptions, TransactionStore
from frontdesk.use_cases.operations import OperationWorld, look_after, perform
from frontdesk.use_cases.refund_parts import ids_of_parts, parts_of
from frontdesk.use_cases.subscription_commands import freed
from frontdesk.use_cases.transactions import read_transaction

_ADMISSION_TRIES = 10
_PARTS_BEGIN_WITHIN = timedelta(seconds=8)
"""A part takes two calls of the provider, of ten seconds each at most, and its caller has 29."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundWorld:
    transactions: TransactionStore
    subscriptions: PaidSubscriptions
    refunds: RefundStore
    doing: OperationWorld


def preview_refund(
    order: RefundOrder,
    *,
    now: datetime,
    transactions: TransactionStore,
    subscriptions: PaidSubscriptions,
) -> Plan:
    """Raises what the refund itself would be refused with."""
    seen = _look(order, transactions=transactions, subscriptions=subscriptions)
    return plan_refund(order, seen, now=now)


def _look(
    order: RefundOrder, *, transactions: TransactionStore, subscriptions: PaidSubscriptions
) -> Seen:
    transaction = read_transaction(order.transaction_id, transactions=transactions)
    return Seen(
        transaction,
        invoice=subscriptions.invoice_of(transaction),
        subscription=subscriptions.paid_by(transaction) if order.touches_subscription else None,
    )


def refund_payment(
    order: RefundOrder,
    *,
    operation_id: str,
    requested_by: str,
    world: RefundWorld,
    planned_at: Callable[[], datetime] | None = None,
    agree: Callable[[Seen], bool] = lambda seen: False,
    approves: RefundRequest | None = None,
) -> RefundRecord:
    """The refund as it stands once the provider was asked, or could not be asked.

    The same `operation_id` is the same refund for ever. `agree` raises when what is seen is not
    what the caller has seen, and says whether it has to stay so; `planned_at` answers the moment of
    the plan that was shown. Neither is asked of a repeat. Raises NotFoundError, InvalidInputError,
    ConflictError.
    """
    standing = world.doing.operations.get(operation_id)
    if standing is None:
        try:
            standing = _admit(
                order,
                operation_id,
                requested_by,
                world=world,
                moment=(planned_at or world.doing.clock.now)(),
                agree=agree,
                approves=approves,
            )
        except AlreadyAdmittedError as error:
            standing = error.operation
        else:
            return _told(_carried_out(standing, perform, world=world), world=world)
    _ensure_same(standing, order)
    _ensure_left_alone(standing, world=world)
    return _told(_carried_out(standing, look_after, world=world), world=world)


def _admit(
    order: RefundOrder,
    operation_id: str,
    requested_by: str,
    *,
    world: RefundWorld,
    moment: datetime,
    agree: Callable[[Seen], bool],
    approves: RefundRequest | None,
) -> Operation:
    """Reads, judges and reserves, again while others are faster. Raises AlreadyAdmittedError."""
    for _ in range(_ADMISSION_TRIES):
        seen = _look(order, transactions=world.transactions, subscriptions=world.subscriptions)
        is_bound = agree(seen)
        plan_refund(order, seen, now=moment)
        amount = amount_of(order, seen, now=moment)
        operation = _operation(order, operation_id, requested_by, seen, amount, world=world)
        try:
            version = freed(seen.subscription, world=world.doing) if seen.subscription else None
            return world.doing.operations.admit_refund(
                operation,
                amount_minor=amount,
                seen_version=seen.transaction.version if is_bound else None,
                parts=parts_of(operation, order, seen, seen_version=version, now=moment),
                approves=approves,
            )
        except NotAdmittedError:
            continue
    raise UnavailableError("The payment changes faster than it can be refunded.")


def _carried_out(
    operation: Operation,
    step: Callable[..., Operation],
    *,
    world: RefundWorld,
) -> Operation:
    """The refund, and then what goes with it; the janitor does what is left open here."""
    patient_until = world.doing.clock.now() + _PARTS_BEGIN_WITHIN
    done = step(operation, world=world.doing)
    for part_id in ids_of_parts(operation):
        if world.doing.clock.now() > patient_until:
            break
        part = world.doing.operations.get(part_id)
        if part is not None and not part.state.is_over:
            look_after(part, world=world.doing)
    return done


def _operation(
    order: RefundOrder,
    operation_id: str,
    requested_by: str,
    seen: Seen,
    amount_minor: int,
    *,
    world: RefundWorld,
) -> Operation:
    transaction = seen.transaction
    if transaction.provider not in world.doing.commands:
        raise RefundRefusedError(
            "Payments of this provider cannot be refunded here.", code="not_available_yet"
        )
    return Operation(
        id=operation_id,
        kind=OperationKind.REFUND,
        state=OperationState.REQUESTED,
        provider=transaction.provider,
        customer_id=transaction.customer_id,
        subject_id=transaction.id,
        subject_provider_id=transaction.provider_id,
        requested_by=requested_by,
        requested_at=world.doing.clock.now(),
        parameters={
            "amount_minor": amount_minor,
            "currency": transaction.currency,
            "with_credit_memo": needs_memo(seen.invoice),
            **_asked(order),
        },
    )


def _asked(order: RefundOrder) -> dict[str, Parameter]:
    """What tells one command from another."""
    return {
        "asked_amount_minor": order.amount.amount if order.amount else None,
        "asked_currency": order.amount.currency if order.amount else None,
        "reason": order.reason,
        "comment": order.comment,
        "revoke_access": order.revoke_access,
        "cancel_subscription": order.cancel_subscription,
        "is_prorated": order.is_prorated or None,
        "cancel_reason": order.cancel_reason,
        "cancel_comment": order.cancel_comment,
    }


def _ensure_same(standing: Operation, order: RefundOrder) -> None:
    """Also after the first answer has been forgotten."""
    asked = _asked(order)
    known = {name: standing.parameters.get(name) for name in asked}
    if standing.subject_id != order.transaction_id or known != asked:
        raise InvalidInputError(
            "This Idempotency-Key was sent with another request; take a fresh one.",
            code="idempotency_key_reused",
        )


def _ensure_left_alone(operation: Operation, *, world: RefundWorld) -> None:
    """One that somebody is at is left to them, until they are taken for dead."""
    is_waiting = operation.due_at is not None and world.doing.clock.now() < operation.due_at
    if operation.is_in_flight and is_waiting:
        raise ConflictError(
            "The first request with this Idempotency-Key is still running.",
            code="operation_in_progress",
        )


def _told(operation: Operation, *, world: RefundWorld) -> RefundRecord:
    """Raises RefundRefusedError when the provider has refused it: then nothing has happened."""
    if operation.state is OperationState.FAILED and operation.result_id is None:
        code = operation.failure_code or "refused_by_provider"
        raise RefundRefusedError("The provider has refused the refund.", code=code)
    return read_refund(refund_id_of_operation(operation.id), refunds=world.refunds)


def read_refund(refund_id: str, *, refunds: RefundStore) -> RefundRecord:
    found = refunds.find(refund_id)
    if found is None:
        raise NotFoundError
    return found


def list_refunds(
    state: RefundState | None, *, window: Window, refunds: RefundStore
) -> PageOf[RefundRecord]:
    return refunds.page(state, window=window)
