"""Operations in their table. Admission is one transaction with the reservation."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import uuid4

from frontdesk.adapters.dynamodb import keys
from frontdesk.adapters.dynamodb.operation_item import OPEN, operation_from, operation_item
from frontdesk.adapters.dynamodb.operations import (
    Absent,
    AllOf,
    AtLeast,
    ConditionFailedError,
    Equals,
    Gateway,
    Key,
    Put,
    Query,
    TransactionRefusedError,
    TransactionStep,
    Update,
    Write,
)
from frontdesk.domain.operation import LEASE, Operation, OperationKind, OperationState
from frontdesk.domain.times import to_sortable
from frontdesk.ports.clock import Clock
from frontdesk.ports.mirror import StaleReadError
from frontdesk.ports.operations import AlreadyAdmittedError, NotAdmittedError


class DynamoOperations:
    def __init__(self, gateway: Gateway, *, clock: Clock) -> None:
        self._gateway = gateway
        self._clock = clock

    def get(self, operation_id: str) -> Operation | None:
        item = self._gateway.get(keys.operation(operation_id))
        return operation_from(item) if item else None

    def admit_refund(
        self, operation: Operation, *, amount_minor: int, parts: Sequence[Operation] = ()
    ) -> None:
        now = self._clock.now()
        reserve = Update(
            keys.transaction(operation.customer_id, operation.subject_id),
            AllOf((AtLeast("refundable_minor", amount_minor), Equals("is_refund_blocked", False))),
            put={f"reservations.{operation.id}": amount_minor, "updated_at": to_sortable(now)},
            add={"refundable_minor": -amount_minor, "version": 1},
        )
        self._admit(operation, reserve, parts=parts, now=now)

    def _admit(
        self, operation: Operation, reserve: Update, *, parts: Sequence[Operation], now: datetime
    ) -> None:
        """Looked after by the janitor if whoever admits it dies before submitting it."""
        rows = [self._put(one, opened_at=now + LEASE, now=now) for one in (operation, *parts)]
        try:
            self._gateway.transact([*rows, reserve], token=uuid4().hex)
        except TransactionRefusedError as error:
            if 0 in error.failed:
                standing = self.get(operation.id)
                if standing is not None:
                    raise AlreadyAdmittedError(standing) from error
            raise NotAdmittedError from error

    def _put(self, operation: Operation, *, opened_at: datetime, now: datetime) -> Put:
        item = operation_item(operation, opened_at=opened_at, at=now)
        return Put(keys.operation(operation.id), item, Absent())

    def submitting(self, operation: Operation, *, now: datetime) -> Operation:
        after = replace(
            operation,
            state=OperationState.SUBMITTING,
            submitted_at=operation.submitted_at or now,
            version=operation.version + 1,
        )
        return self._replace(operation, after, opened_at=now + LEASE)

    def postpone(
        self, operation: Operation, *, state: OperationState, until: datetime, looked: bool
    ) -> Operation:
        after = replace(
            operation,
            state=state,
            looks=operation.looks + (1 if looked else 0),
            version=operation.version + 1,
        )
        return self._replace(operation, after, opened_at=until)

    def _replace(self, before: Operation, after: Operation, *, opened_at: datetime) -> Operation:
        item = operation_item(after, opened_at=opened_at, at=self._clock.now())
        self._write(Put(keys.operation(after.id), item, Equals("version", before.version)))
        return after

    def _write(self, write: Write) -> None:
        try:
            self._gateway.write(write)
        except ConditionFailedError as error:
            raise StaleReadError from error

    def fail(self, operation: Operation, *, code: str) -> Operation:
        now = self._clock.now()
        after = replace(
            operation,
            state=OperationState.FAILED,
            failure_code=code,
            version=operation.version + 1,
        )
        row = Update(
            keys.operation(operation.id),
            Equals("version", operation.version),
            put={
                "state": after.state.value,
                "failure_code": code,
                "version": after.version,
                "updated_at": to_sortable(now),
            },
            remove=("open_shard", "opened_at"),
        )
        try:
            self._gateway.transact([row, *self._release(operation, now=now)], token=uuid4().hex)
        except TransactionRefusedError as error:
            raise StaleReadError from error
        return after

    def _release(self, operation: Operation, *, now: datetime) -> list[TransactionStep]:
        """Frees what the operation holds; what the mirror has freed already is gone."""
        if operation.kind is not OperationKind.REFUND:
            return []
        amount = operation.parameters["amount_minor"]
        if not isinstance(amount, int):
            raise TypeError("A refund's amount is a number of minor units.")
        path = f"reservations.{operation.id}"
        return [
            Update(
                keys.transaction(operation.customer_id, operation.subject_id),
                Equals(path, amount),
                put={"updated_at": to_sortable(now)},
                add={"refundable_minor": amount, "version": 1},
                remove=(path,),
            )
        ]

    def due(self, *, now: datetime, limit: int) -> Sequence[Operation]:
        names: list[Key] = []
        for shard in keys.open_shards(OPEN):
            query = Query(
                "operations", shard, index="unfinished", below=to_sortable(now), limit=limit
            )
            rows = self._gateway.query(query).items
            names += [Key("operations", str(row["pk"]), str(row["sk"])) for row in rows]
        found = self._gateway.get_many(names)
        due = [operation_from(item) for item in found.values()]
        return sorted((o for o in due if not o.state.is_over), key=lambda o: o.requested_at)[:limit]
