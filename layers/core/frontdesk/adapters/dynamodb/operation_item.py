"""An operation's item, and the steps by which evidence ends it."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, cast

from frontdesk.adapters.dynamodb import keys
from frontdesk.adapters.dynamodb.operations import Item, Present, Update, Value
from frontdesk.domain.operation import Operation, OperationKind, OperationState
from frontdesk.domain.snapshot import ProviderName, RefundStatus
from frontdesk.domain.times import from_text, to_sortable
from frontdesk.domain.transaction import Refund, Transaction

OPEN = "OPERATION"
_PENDING_LOOK = timedelta(hours=1)
_STATE_BY_REFUND = {
    RefundStatus.PENDING: OperationState.PENDING,
    RefundStatus.REQUIRES_ACTION: OperationState.PENDING,
    RefundStatus.SUCCEEDED: OperationState.SUCCEEDED,
    RefundStatus.FAILED: OperationState.FAILED,
    RefundStatus.CANCELED: OperationState.FAILED,
}


def operation_item(operation: Operation, *, opened_at: datetime, at: datetime) -> Item:
    """`opened_at` is when to look after it next."""
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
        "submitted_at": to_sortable(operation.submitted_at) if operation.submitted_at else None,
        "looks": operation.looks,
        "result_id": operation.result_id,
        "failure_code": operation.failure_code,
        "needs_attention": operation.needs_attention,
        "version": operation.version,
        "created_at": to_sortable(operation.requested_at),
        "updated_at": to_sortable(at),
        "open_shard": keys.open_shard(OPEN, operation.id),
        "opened_at": to_sortable(opened_at),
    }


def operation_from(item: Item) -> Operation:
    fields = cast("dict[str, Any]", item)
    submitted_at = fields["submitted_at"]
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
        submitted_at=from_text(submitted_at) if submitted_at else None,
        looks=fields["looks"],
        result_id=fields["result_id"],
        failure_code=fields["failure_code"],
        needs_attention=fields["needs_attention"],
        version=fields["version"],
    )


def evidence_steps(before: Transaction | None, after: Transaction, *, at: datetime) -> list[Update]:
    """What refunds that are seen for the first time, or changed, make of their operations."""
    known: Mapping[str | None, Refund] = (
        {refund.operation_id: refund for refund in before.refunds} if before else {}
    )
    return [
        _evidence(refund, refund.operation_id, at=at)
        for refund in after.refunds
        if refund.operation_id is not None
        and (
            refund.operation_id not in known
            or known[refund.operation_id].status is not refund.status
        )
    ]


def _evidence(refund: Refund, operation_id: str, *, at: datetime) -> Update:
    state = _STATE_BY_REFUND[refund.status]
    put: dict[str, Value] = {
        "state": state.value,
        "result_id": refund.provider_id,
        "failure_code": f"refund_{refund.status}" if state is OperationState.FAILED else None,
        "needs_attention": False,
        "updated_at": to_sortable(at),
    }
    remove: tuple[str, ...] = ("open_shard", "opened_at")
    if not state.is_over:
        put["opened_at"] = to_sortable(at + _PENDING_LOOK)
        remove = ()
    return Update(
        keys.operation(operation_id), Present(), put=put, add={"version": 1}, remove=remove
    )
