"""Where operations are kept: for ever, and found again while they are open."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from frontdesk.domain.operation import Operation, OperationState


class AlreadyAdmittedError(Exception):
    """The operation is on record already; `operation` is what stands there."""

    def __init__(self, operation: Operation) -> None:
        super().__init__("The operation is on record already.")
        self.operation = operation


class NotAdmittedError(Exception):
    """The subject does not allow it (any more): look at it again and say why."""


class OperationStore(Protocol):
    def get(self, operation_id: str) -> Operation | None: ...

    def admit_refund(
        self, operation: Operation, *, amount_minor: int, parts: Sequence[Operation] = ()
    ) -> None:
        """One transaction: the operation, its parts, and the amount reserved on the transaction.

        Raises AlreadyAdmittedError; NotAdmittedError when less is left, or it is disputed.
        """
        ...

    def admit_change(self, operation: Operation) -> None:
        """One transaction: the operation, and the subscription marked as being changed by it.

        Raises AlreadyAdmittedError; NotAdmittedError when another operation is under way.
        """
        ...

    def submitting(self, operation: Operation, *, now: datetime) -> Operation:
        """On record before the provider is called. Raises StaleReadError when it was changed."""
        ...

    def postpone(
        self, operation: Operation, *, state: OperationState, until: datetime, looked: bool
    ) -> Operation:
        """Still open; looked after again at `until`. Raises StaleReadError."""
        ...

    def fail(self, operation: Operation, *, code: str) -> Operation:
        """One transaction: FAILED, and what it had reserved is free. Raises StaleReadError."""
        ...

    def due(self, *, now: datetime, limit: int) -> Sequence[Operation]: ...
