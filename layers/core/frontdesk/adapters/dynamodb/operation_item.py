"""An operation's item, and the steps by which what a provider shows of a refund ends it."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, cast

from frontdesk.adapters.dynamodb import keys
from frontdesk.adapters.dynamodb.operations import Equals, Item, Present, Update, Value
from frontdesk.adapters.dynamodb.refund_item import failure_code_of, shown_refund
from frontdesk.domain.operation import Operation, OperationKind, OperationState
from frontdesk.domain.snapshot import ProviderName, RefundStatus
from frontdesk.domain.times import from_text, to_sortable
from frontdesk.domain.transaction import Refund, Transaction

OPEN = "OPERATION"
ATTENTION = "ATTENTION"
"""Shards of the index of what is unfinished: for the janitor, and for the janitor and a human."""

_PLACE: tuple[str, ...] = ("open_shard", "opened_at")
_PENDING_LOOK = timedelta(hours=1)
_STATE_BY_REFUND = {
    RefundStatus.PENDING: OperationState.PENDING,
    RefundStatus.REQUIRES_ACTION: OperationState.PENDING,
    RefundStatus.SUCCEEDED: OperationState.SUCCEEDED,
    RefundStatus.FAILED: OperationState.FAILED,
    RefundStatus.CANCELED: OperationState.FAILED,
}


def operation_item(operation: Operation, *, at: datetime) -> Item:
    """Of one that is looked after: one that is done with is never written whole."""
    if operation.due_at is None:
        raise ValueError("What is looked after is so at some time.")
    return {
        "entity": "operation",
        "operation_id": operation.id,
        "kind": operation.kind.value,
        "state": operation.state.value,
        "provider_name": operation.provider.value,
        "customer_id": operation.customer_id,
        "subject_id": operation.subject_id,
        "subject_provider_id": operation.subject_provider_id,
        "requested_by": operation.requested_by,
        "requested_at": to_sortable(operation.requested_at),
        "parameters": dict(operation.parameters),
        "submitted_at": _sortable(operation.submitted_at),
        "looks": operation.looks,
        "missing_since": _sortable(operation.missing_since),
        "result_id": operation.result_id,
        "failure_code": operation.failure_code,
        "needs_attention": operation.needs_attention,
        "after": operation.after,
        "approve_url": operation.approve_url,
        "approval_expires_at": _sortable(operation.approval_expires_at),
        "version": operation.version,
        "created_at": to_sortable(operation.requested_at),
        "updated_at": to_sortable(at),
        **_place_of(operation),
    }


def _sortable(moment: datetime | None) -> str | None:
    return to_sortable(moment) if moment else None


def _moment(text: str | None) -> datetime | None:
    return from_text(text) if text else None


def operation_from(item: Item) -> Operation:
    fields = cast("dict[str, Any]", item)
    return Operation(
        id=fields["operation_id"],
        kind=OperationKind(fields["kind"]),
        state=OperationState(fields["state"]),
        provider=ProviderName(fields["provider_name"]),
        customer_id=fields["customer_id"],
        subject_id=fields["subject_id"],
        subject_provider_id=fields["subject_provider_id"],
        requested_by=fields["requested_by"],
        requested_at=from_text(fields["requested_at"]),
        parameters=fields["parameters"],
        submitted_at=_moment(fields["submitted_at"]),
        looks=fields["looks"],
        missing_since=_moment(fields["missing_since"]),
        result_id=fields["result_id"],
        failure_code=fields["failure_code"],
        needs_attention=fields["needs_attention"],
        after=fields["after"],
        approve_url=fields["approve_url"],
        approval_expires_at=_moment(fields["approval_expires_at"]),
        due_at=_moment(fields.get("opened_at")),
        version=fields["version"],
    )


def failed(
    operation: Operation, *, code: str, at: datetime, look_again_at: datetime | None = None
) -> tuple[Operation, Update]:
    """What it is once it has failed, and the step that says so."""
    is_seen = look_again_at is not None
    after = replace(
        operation,
        state=OperationState.FAILED,
        failure_code=code,
        needs_attention=is_seen,
        due_at=look_again_at,
        version=operation.version + 1,
    )
    step = Update(
        keys.operation(operation.id),
        Equals("version", operation.version),
        put={
            "state": after.state.value,
            "failure_code": code,
            "needs_attention": is_seen,
            "version": after.version,
            "updated_at": to_sortable(at),
            **_place_of(after),
        },
        remove=() if is_seen else _PLACE,
    )
    return after, step


def _place_of(operation: Operation) -> dict[str, Value]:
    """In the index of what is looked after."""
    if operation.due_at is None:
        return {}
    kind = ATTENTION if operation.needs_attention else OPEN
    return {
        "open_shard": keys.open_shard(kind, operation.id),
        "opened_at": to_sortable(operation.due_at),
    }


def refund_steps(before: Transaction | None, after: Transaction, *, at: datetime) -> list[Update]:
    """What refunds that are seen for the first time, or changed, make of their own rows and of
    the operations that asked for them."""
    known = {refund.provider_id: refund for refund in before.refunds} if before else {}
    steps = []
    for refund in after.refunds:
        if known.get(refund.provider_id) == refund:
            continue
        steps.append(shown_refund(refund, after, at=at))
        if refund.operation_id is not None:
            steps.append(_evidence(refund, refund.operation_id, at=at))
    return steps


def _evidence(refund: Refund, operation_id: str, *, at: datetime) -> Update:
    state = _STATE_BY_REFUND[refund.status]
    put: dict[str, Value] = {
        "state": state.value,
        "result_id": refund.provider_id,
        "failure_code": failure_code_of(refund),
        "needs_attention": False,
        "updated_at": to_sortable(at),
    }
    remove = _PLACE
    if not state.is_over:
        put["open_shard"] = keys.open_shard(OPEN, operation_id)
        put["opened_at"] = to_sortable(at + _PENDING_LOOK)
        remove = ()
    return Update(
        keys.operation(operation_id), Present(), put=put, add={"version": 1}, remove=remove
    )
