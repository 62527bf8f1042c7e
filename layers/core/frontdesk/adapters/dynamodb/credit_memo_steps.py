"""The steps that tell of a credit memo: its operation, and the refund that it belongs to."""

from datetime import datetime

from frontdesk.adapters.dynamodb.operation_item import operation_from
from frontdesk.adapters.dynamodb.operations import Item, Update
from frontdesk.adapters.dynamodb.refund_item import refund_with_memo
from frontdesk.adapters.dynamodb.subscription_admission import over_step
from frontdesk.domain.operation import Operation, OperationKind, OperationState
from frontdesk.domain.refund import MemoRecord
from frontdesk.domain.snapshot import CreditMemoSnapshot


def memo_of_operation(operation: Operation, *, at: datetime) -> Update:
    """How it stands while only its operation tells."""
    memo = MemoRecord(operation.state, operation.result_id, operation.failure_code)
    return refund_with_memo(operation.after or "", memo, at=at)


def memo_evidence(memo: CreditMemoSnapshot, item: Item | None, *, at: datetime) -> list[Update]:
    """`item` is the operation that the memo names, if there is one.

    Whoever can write a memo's metadata in the dashboard must not end another operation of ours:
    it has to be one that corrects the same invoice, and that no other memo has ended.
    """
    operation = operation_from(item) if item else None
    if operation is None or not _is_for(operation, memo):
        return []
    shown = MemoRecord(OperationState.SUCCEEDED, memo.provider_id)
    return [
        over_step(operation.id, at=at, result_id=memo.provider_id),
        refund_with_memo(operation.after or "", shown, at=at),
    ]


def _is_for(operation: Operation, memo: CreditMemoSnapshot) -> bool:
    is_its_invoice = (operation.provider, operation.subject_provider_id) == (
        memo.provider,
        memo.invoice,
    )
    is_open = operation.state is not OperationState.SUCCEEDED
    return operation.kind is OperationKind.CREDIT_MEMO and is_its_invoice and is_open
