"""Operations in their table. Admission is one transaction with the reservation."""

import os
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from frontdesk.adapters.dynamodb import keys
from frontdesk.adapters.dynamodb.credit_memo_steps import memo_of_operation
from frontdesk.adapters.dynamodb.operation_item import (
    ATTENTION,
    OPEN,
    failed,
    operation_from,
    operation_item,
)
from frontdesk.adapters.dynamodb.operations import (
    Absent,
    AllOf,
    AtLeast,
    Condition,
    Equals,
    Gateway,
    Key,
    Put,
    Query,
    TransactionRefusedError,
    TransactionStep,
    Update,
)
from frontdesk.adapters.dynamodb.refund_item import asked_refund, refund_of_operation
from frontdesk.adapters.dynamodb.refund_request_item import approval_steps, request_steps
from frontdesk.adapters.dynamodb.subscription_admission import (
    approval_step,
    beginning_step,
    marking_step,
    releasing_step,
)
from frontdesk.adapters.dynamodb.transaction_item import transaction_from, transaction_item
from frontdesk.domain.operation import LEASE, Operation, OperationKind
from frontdesk.domain.refund_request import RefundRequest
from frontdesk.domain.times import to_sortable
from frontdesk.ports.clock import Clock
from frontdesk.ports.mirror import StaleReadError
from frontdesk.ports.operations import AlreadyAdmittedError, NotAdmittedError, Part
from frontdesk.ports.refund_requests import JudgedOtherwiseError, RequestNotOpenError


class DynamoOperations:
    def __init__(self, gateway: Gateway, *, clock: Clock) -> None:
        self._gateway = gateway
        self._clock = clock

    def get(self, operation_id: str) -> Operation | None:
        item = self._gateway.get(keys.operation(operation_id))
        return operation_from(item) if item else None

    # --- admission ---------------------------------------------------------------------------

    def admit_refund(
        self,
        operation: Operation,
        *,
        amount_minor: int,
        seen_version: int | None = None,
        parts: Sequence[Part] = (),
        approves: RefundRequest | None = None,
    ) -> Operation:
        now = self._clock.now()
        wanted: list[Condition] = [
            AtLeast("refundable_minor", amount_minor),
            Equals("is_refund_blocked", False),
        ]
        if seen_version is not None:
            wanted.append(Equals("version", seen_version))
        reserve = Update(
            keys.transaction(operation.customer_id, operation.subject_id),
            AllOf(tuple(wanted)),
            put={f"reservations.{operation.id}": amount_minor, "updated_at": to_sortable(now)},
            add={"refundable_minor": -amount_minor, "version": 1},
        )
        marks = (
            marking_step(part.operation, seen_version=part.seen_version, at=now)
            for part in parts
            if part.seen_version is not None
        )
        asked = asked_refund(operation, with_memo=_has_memo(parts), at=now)
        others: list[TransactionStep] = [reserve, asked, *marks]
        decision = request_steps(approves, at=now) if approves is not None else []
        approval = approval_steps(approves, at=now) if approves is not None else []
        operations = [operation, *(part.operation for part in parts)]
        own = len(operations) + len(others)
        try:
            return self._admit(operations, [*others, *decision, *approval], now=now)
        except TransactionRefusedError as error:
            refused_last = max(error.failed)
            if refused_last >= own + len(decision):
                raise JudgedOtherwiseError from error
            raise (RequestNotOpenError if refused_last >= own else NotAdmittedError) from error

    def admit_change(self, operation: Operation, *, seen_version: int) -> Operation:
        now = self._clock.now()
        mark = marking_step(operation, seen_version=seen_version, at=now)
        try:
            return self._admit([operation], [mark], now=now)
        except TransactionRefusedError as error:
            raise NotAdmittedError from error

    def _admit(
        self, operations: Sequence[Operation], others: Sequence[TransactionStep], *, now: datetime
    ) -> Operation:
        """Looked after by the janitor if whoever admits it dies before submitting it.

        Raises AlreadyAdmittedError, TransactionRefusedError.
        """
        admitted = [replace(one, due_at=now + LEASE) for one in operations]
        rows = [
            Put(keys.operation(one.id), operation_item(one, at=now), Absent()) for one in admitted
        ]
        try:
            self._gateway.transact([*rows, *others], token=os.urandom(16).hex())
        except TransactionRefusedError as error:
            if 0 in error.failed:
                standing = self.get(admitted[0].id)
                if standing is not None:
                    raise AlreadyAdmittedError(standing) from error
            raise
        return admitted[0]

    # --- on the way --------------------------------------------------------------------------

    def keep_open(self, before: Operation, after: Operation, *, due_at: datetime) -> Operation:
        now = self._clock.now()
        after = replace(after, due_at=due_at, version=before.version + 1)
        item = operation_item(after, at=now)
        steps: list[TransactionStep] = [
            Put(keys.operation(after.id), item, Equals("version", before.version))
        ]
        if _shows_differently(before, after):
            steps.append(_shown(after, at=now))
        if _begins(before, after):
            steps.append(beginning_step(after, at=now))
        if after.approve_url != before.approve_url:
            steps.append(approval_step(after, at=now))
        self._transact(steps)
        return after

    def fail(
        self, operation: Operation, *, code: str, look_again_at: datetime | None = None
    ) -> Operation:
        now = self._clock.now()
        after, step = failed(operation, code=code, at=now, look_again_at=look_again_at)
        steps: list[TransactionStep] = [step]
        match operation.kind:
            case OperationKind.REFUND:
                steps += [_shown(after, at=now), *self._release(operation, now=now)]
            case OperationKind.CREDIT_MEMO:
                steps.append(_shown(after, at=now))
            case _:
                steps.append(releasing_step(operation, at=now))
        self._transact(steps)
        return after

    def _release(self, operation: Operation, *, now: datetime) -> list[TransactionStep]:
        """Gives back what the operation holds of its payment, wherever that stands by now.

        Written whole, as the mirror writes it: what is left is always reckoned, never added up.
        """
        pointer = self._gateway.get(keys.transaction_pointer(operation.subject_id)) or {}
        owner = str(pointer.get("customer_id", operation.customer_id))
        key = keys.transaction(owner, operation.subject_id)
        item = self._gateway.get(key)
        if item is None:
            raise StaleReadError
        before = transaction_from(item)
        kept = {op: n for op, n in before.reservations.items() if op != operation.id}
        after = replace(before, reservations=kept, version=before.version + 1)
        return [Put(key, transaction_item(after, at=now), Equals("version", before.version))]

    def _transact(self, steps: list[TransactionStep]) -> None:
        try:
            self._gateway.transact(steps, token=os.urandom(16).hex())
        except TransactionRefusedError as error:
            raise StaleReadError from error

    # --- what is open ------------------------------------------------------------------------

    def due(self, *, now: datetime, limit: int) -> Sequence[Operation]:
        names: dict[Key, str] = {}
        for shard in (*keys.open_shards(OPEN), *keys.open_shards(ATTENTION)):
            query = Query(
                "operations", shard, index="unfinished", below=to_sortable(now), limit=limit
            )
            for row in self._gateway.query(query).items:
                names[Key("operations", str(row["pk"]), str(row["sk"]))] = str(row["opened_at"])
        longest = sorted(names, key=lambda key: names[key])[:limit]
        found = self._gateway.get_many(longest)
        standing = [operation_from(found[key]) for key in longest if key in found]
        return [one for one in standing if one.due_at is not None and one.due_at <= now]


def _begins(before: Operation, after: Operation) -> bool:
    """Whether a part that has waited does so no more; a paper has marked nothing."""
    is_first_try = before.submitted_at is None and after.submitted_at is not None
    is_marked = after.kind is not OperationKind.CREDIT_MEMO
    return is_first_try and after.after is not None and is_marked


def _has_memo(parts: Sequence[Part]) -> bool:
    return any(part.operation.kind is OperationKind.CREDIT_MEMO for part in parts)


def _shows_differently(before: Operation, after: Operation) -> bool:
    """Whether the refund is to be shown in another way."""
    if after.kind not in (OperationKind.REFUND, OperationKind.CREDIT_MEMO):
        return False
    told = (after.state, after.needs_attention, after.failure_code)
    return told != (before.state, before.needs_attention, before.failure_code)


def _shown(operation: Operation, *, at: datetime) -> Update:
    """The refund that the operation is, or that its paper belongs to."""
    if operation.kind is OperationKind.REFUND:
        return refund_of_operation(operation, at=at)
    return memo_of_operation(operation, at=at)
