"""Gives money back: once for each command, and never more than is left."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from frontdesk.domain.errors import (
    ConflictError,
    InvalidInputError,
    NotFoundError,
    UnavailableError,
)
from frontdesk.domain.operation import Operation, OperationKind, OperationState, Parameter
from frontdesk.domain.plan import Plan
from frontdesk.domain.refund import (
    RefundOrder,
    RefundRecord,
    RefundRefusedError,
    RefundState,
    amount_to_refund,
    plan_refund,
)
from frontdesk.domain.refund_request import RefundRequest
from frontdesk.domain.transaction import Transaction, refund_id_of_operation
from frontdesk.ports.operations import AlreadyAdmittedError, NotAdmittedError
from frontdesk.ports.paging import PageOf, Window
from frontdesk.ports.refunds import RefundStore
from frontdesk.ports.transactions import TransactionStore
from frontdesk.use_cases.operations import OperationWorld, look_after, perform
from frontdesk.use_cases.transactions import read_transaction

_ADMISSION_TRIES = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundWorld:
    transactions: TransactionStore
    refunds: RefundStore
    doing: OperationWorld


def preview_refund(order: RefundOrder, *, now: datetime, transactions: TransactionStore) -> Plan:
    """Raises what the refund itself would be refused with."""
    _ensure_offered(order)
    return plan_refund(
        read_transaction(order.transaction_id, transactions=transactions), order, now=now
    )


def refund_payment(
    order: RefundOrder,
    *,
    operation_id: str,
    requested_by: str,
    world: RefundWorld,
    agree: Callable[[Transaction], bool] = lambda transaction: False,
    approves: RefundRequest | None = None,
) -> RefundRecord:
    """The refund as it stands once the provider was asked, or could not be asked.

    The same `operation_id` is the same refund for ever. `agree` raises when the payment is not
    what the caller has seen, and says whether it has to stay so. Raises NotFoundError,
    InvalidInputError, RefundRefusedError.
    """
    _ensure_offered(order)
    standing = world.doing.operations.get(operation_id)
    if standing is None:
        try:
            standing = _admit(
                order, operation_id, requested_by, world=world, agree=agree, approves=approves
            )
        except AlreadyAdmittedError as error:
            standing = error.operation
        else:
            return _told(perform(standing, world=world.doing), world=world)
    _ensure_same(standing, order)
    return _told(_resumed(standing, world=world), world=world)


def _admit(
    order: RefundOrder,
    operation_id: str,
    requested_by: str,
    *,
    world: RefundWorld,
    agree: Callable[[Transaction], bool],
    approves: RefundRequest | None,
) -> Operation:
    """Reads, judges and reserves, again while others are faster. Raises AlreadyAdmittedError."""
    for _ in range(_ADMISSION_TRIES):
        transaction = read_transaction(order.transaction_id, transactions=world.transactions)
        is_bound = agree(transaction)
        amount = amount_to_refund(transaction, order.amount)
        operation = _operation(order, operation_id, requested_by, transaction, amount, world=world)
        try:
            return world.doing.operations.admit_refund(
                operation,
                amount_minor=amount,
                seen_version=transaction.version if is_bound else None,
                approves=approves,
            )
        except NotAdmittedError:
            continue
    raise UnavailableError("The payment changes faster than it can be refunded.")


def _operation(
    order: RefundOrder,
    operation_id: str,
    requested_by: str,
    transaction: Transaction,
    amount_minor: int,
    *,
    world: RefundWorld,
) -> Operation:
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


def _resumed(operation: Operation, *, world: RefundWorld) -> Operation:
    """One that somebody is at is left to them, until they are taken for dead."""
    is_waiting = operation.due_at is not None and world.doing.clock.now() < operation.due_at
    if operation.is_in_flight and is_waiting:
        raise ConflictError(
            "The first request with this Idempotency-Key is still running.",
            code="operation_in_progress",
        )
    return look_after(operation, world=world.doing)


def _told(operation: Operation, *, world: RefundWorld) -> RefundRecord:
    """Raises RefundRefusedError when the provider has refused it: then nothing has happened."""
    if operation.state is OperationState.FAILED and operation.result_id is None:
        code = operation.failure_code or "refused_by_provider"
        raise RefundRefusedError("The provider has refused the refund.", code=code)
    return read_refund(refund_id_of_operation(operation.id), refunds=world.refunds)


def _ensure_offered(order: RefundOrder) -> None:
    """Rather refused than half done."""
    if order.revoke_access or order.cancel_subscription:
        raise InvalidInputError(
            "A refund cannot yet revoke access or cancel a subscription by the way.",
            code="not_available_yet",
        )


def read_refund(refund_id: str, *, refunds: RefundStore) -> RefundRecord:
    found = refunds.find(refund_id)
    if found is None:
        raise NotFoundError
    return found


def list_refunds(
    state: RefundState | None, *, window: Window, refunds: RefundStore
) -> PageOf[RefundRecord]:
    return refunds.page(state, window=window)
