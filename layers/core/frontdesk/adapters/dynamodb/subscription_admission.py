"""One change of a subscription at a time: the mark that its operation leaves on it.

    admission ──▶ mark ──▶ the mirror sees it done: SUCCEEDED, and the mark is gone
                      └──▶ refused or given up:     FAILED,    and the mark is gone

The mark of a refund's part waits until the part begins: before, nothing that is seen is its doing.

Each is one transaction, and each counts the subscription's version up, so that whoever read it
before writes nothing.
"""

from datetime import datetime

from frontdesk.adapters.dynamodb import keys
from frontdesk.adapters.dynamodb.operations import AllOf, Equals, Missing, Present, Update, Value
from frontdesk.adapters.dynamodb.subscription_item import OPEN_OPERATION, open_operation_value
from frontdesk.domain.operation import Operation, OperationState
from frontdesk.domain.subscription import OpenOperation
from frontdesk.domain.times import to_sortable


def marking_step(operation: Operation, *, seen_version: int, at: datetime) -> Update:
    """Only while the subscription is what it was, and nothing else is being done with it."""
    mark = OpenOperation(
        operation.id, operation.kind, operation.parameters, waits=operation.after is not None
    )
    return Update(
        keys.subscription(operation.subject_id),
        AllOf((Equals("version", seen_version), Missing(OPEN_OPERATION))),
        put={OPEN_OPERATION: open_operation_value(mark), "updated_at": to_sortable(at)},
        add={"version": 1},
    )


def beginning_step(operation: Operation, *, at: datetime) -> Update:
    """What it waited for has happened: from here on the mirror may see it done."""
    return Update(
        keys.subscription(operation.subject_id),
        Equals(f"{OPEN_OPERATION}.id", operation.id),
        put={f"{OPEN_OPERATION}.waits": False, "updated_at": to_sortable(at)},
        add={"version": 1},
    )


def releasing_step(operation: Operation, *, at: datetime) -> Update:
    return Update(
        keys.subscription(operation.subject_id),
        Equals(f"{OPEN_OPERATION}.id", operation.id),
        put={"updated_at": to_sortable(at)},
        add={"version": 1},
        remove=(OPEN_OPERATION,),
    )


def approval_step(operation: Operation, *, at: datetime) -> Update:
    """The mark says where the buyer can agree."""
    expires_at = operation.approval_expires_at
    return Update(
        keys.subscription(operation.subject_id),
        Equals(f"{OPEN_OPERATION}.id", operation.id),
        put={
            f"{OPEN_OPERATION}.approve_url": operation.approve_url,
            f"{OPEN_OPERATION}.approval_expires_at": to_sortable(expires_at)
            if expires_at
            else None,
            "updated_at": to_sortable(at),
        },
        add={"version": 1},
    )


def ending_step(done: OpenOperation, *, failure_code: str | None, at: datetime) -> Update:
    """Beside the write that takes the mark away."""
    return over_step(done.id, failure_code=failure_code, at=at)


def over_step(
    operation_id: str, *, at: datetime, failure_code: str | None = None, **told: Value
) -> Update:
    """It has succeeded, or failed with the code."""
    state = OperationState.SUCCEEDED if failure_code is None else OperationState.FAILED
    return Update(
        keys.operation(operation_id),
        Present(),
        put={
            "state": state.value,
            "failure_code": failure_code,
            "needs_attention": False,
            "updated_at": to_sortable(at),
            **told,
        },
        add={"version": 1},
        remove=("open_shard", "opened_at"),
    )
