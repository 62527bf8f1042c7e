"""A refund's item: made when it is asked for or first seen, kept beside what decides its state.

It is written only in transactions whose other conditions guard it: the operation's version before
the provider shows the refund, the payment's from then on.
"""

from datetime import datetime
from typing import Any, cast

from frontdesk.adapters.dynamodb import keys
from frontdesk.adapters.dynamodb.operations import Absent, Item, Put, Unconditional, Update, Value
from frontdesk.domain.money import Money
from frontdesk.domain.operation import Operation, OperationState
from frontdesk.domain.refund import (
    MemoRecord,
    RefundRecord,
    RefundState,
    is_at_odds,
    state_at_provider,
    state_by_operation,
)
from frontdesk.domain.snapshot import ProviderName
from frontdesk.domain.times import from_text, to_sortable
from frontdesk.domain.transaction import Refund, Transaction, refund_id_of_operation

_GUARDED = Unconditional("another condition of the same transaction guards it")


def asked_refund(operation: Operation, *, with_memo: bool, at: datetime) -> Put:
    """Of an operation that is being admitted."""
    memo = MemoRecord(OperationState.REQUESTED) if with_memo else None
    refund_id = refund_id_of_operation(operation.id)
    item: Item = {
        "entity": "refund",
        "refund_id": refund_id,
        "transaction_id": operation.subject_id,
        "amount_minor": operation.parameters["amount_minor"],
        "currency": operation.parameters["currency"],
        "reason": operation.parameters.get("reason"),
        "comment": operation.parameters.get("comment"),
        "operation_id": operation.id,
        "requested_by": operation.requested_by,
        "provider_name": operation.provider.value,
        "provider_id": None,
        "failure_code": None,
        "needs_attention": False,
        "credit_memo": _memo_value(memo),
        **_standing(state_by_operation(operation.state)),
        "refunded_key": _sort_key(operation.requested_at, refund_id),
        "version": 1,
        "created_at": to_sortable(operation.requested_at),
        "updated_at": to_sortable(at),
    }
    return Put(keys.refund(refund_id), item, Absent())


def refund_of_operation(operation: Operation, *, at: datetime) -> Update:
    """How it stands while only its operation tells."""
    return Update(
        keys.refund(refund_id_of_operation(operation.id)),
        _GUARDED,
        put={
            **_standing(state_by_operation(operation.state)),
            "failure_code": operation.failure_code,
            "needs_attention": operation.needs_attention,
            "updated_at": to_sortable(at),
        },
        add={"version": 1},
    )


def shown_refund(refund: Refund, transaction: Transaction, *, at: datetime) -> Update:
    """As the provider shows it; what we know of one of our own stays."""
    return Update(
        keys.refund(refund.id),
        _GUARDED,
        put={
            "entity": "refund",
            "refund_id": refund.id,
            "transaction_id": transaction.id,
            "amount_minor": refund.amount_minor,
            "currency": transaction.currency,
            "provider_name": transaction.provider.value,
            "provider_id": refund.provider_id,
            **_standing(state_at_provider(refund.status)),
            "failure_code": failure_code_of(refund),
            "needs_attention": False,
            "updated_at": to_sortable(at),
        },
        put_if_missing={
            "operation_id": refund.operation_id,
            "requested_by": None,
            "reason": refund.reason,
            "comment": None,
            "refunded_key": _sort_key(refund.created_at, refund.id),
            "created_at": to_sortable(refund.created_at),
        },
        add={"version": 1},
    )


def refund_with_memo(refund_operation: str, memo: MemoRecord, *, at: datetime) -> Update:
    """How its credit memo stands; the memo's operation guards it."""
    return Update(
        keys.refund(refund_id_of_operation(refund_operation)),
        _GUARDED,
        put={"credit_memo": _memo_value(memo), "updated_at": to_sortable(at)},
        add={"version": 1},
    )


def _memo_value(memo: MemoRecord | None) -> Value:
    if memo is None:
        return None
    return {
        "state": memo.state.value,
        "provider_id": memo.provider_id,
        "failure_code": memo.failure_code,
    }


def _memo_from(fields: dict[str, Any] | None) -> MemoRecord | None:
    if fields is None:
        return None
    return MemoRecord(**fields | {"state": OperationState(fields["state"])})


def failure_code_of(refund: Refund) -> str | None:
    state = state_at_provider(refund.status)
    if state in (RefundState.FAILED, RefundState.CANCELED):
        return refund.failure_reason or f"refund_{state}"
    return None


def _standing(state: RefundState) -> dict[str, Value]:
    return {"state": state.value, "refund_status": keys.refunds_that_are(state.value)}


def _sort_key(moment: datetime, refund_id: str) -> str:
    return f"{to_sortable(moment)}#{refund_id}"


def refund_from(item: Item, *, customer_id: str) -> RefundRecord:
    """`customer_id` is the payment's owner, who may have changed since."""
    fields = cast("dict[str, Any]", item)
    state, memo = RefundState(fields["state"]), _memo_from(fields.get("credit_memo"))
    return RefundRecord(
        id=fields["refund_id"],
        transaction_id=fields["transaction_id"],
        customer_id=customer_id,
        amount=Money(fields["amount_minor"], fields["currency"]),
        state=state,
        created_at=from_text(fields["created_at"]),
        provider=ProviderName(fields["provider_name"]),
        provider_id=fields["provider_id"],
        reason=fields["reason"],
        comment=fields["comment"],
        operation_id=fields["operation_id"],
        requested_by=fields["requested_by"],
        failure_code=fields["failure_code"],
        needs_attention=fields["needs_attention"] or is_at_odds(state, memo),
        credit_memo=memo,
    )
