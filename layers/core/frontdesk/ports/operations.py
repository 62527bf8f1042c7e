"""Where operations are kept: for ever, and found again while they are open."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from frontdesk.domain.operation import Operation
from frontdesk.domain.refund_request import RefundRequest


class AlreadyAdmittedError(Exception):
    """The operation is on record already; `operation` is what stands there."""

    def __init__(self, operation: Operation) -> None:
        super().__init__("The operation is on record already.")
        self.operation = operation


class NotAdmittedError(Exception):
    """The subject does not allow it (any more): look at it again and say why."""


@dataclass(frozen=True, slots=True)
class Part:
    """An operation that is admitted together with the one that it comes after.

    `seen_version` is its subscription's; None where it is about none.
    """

    operation: Operation
    seen_version: int | None = None


class OperationStore(Protocol):
    def get(self, operation_id: str) -> Operation | None: ...

    def admit_refund(
        self,
        operation: Operation,
        *,
        amount_minor: int,
        seen_version: int | None = None,
        parts: Sequence[Part] = (),
        approves: RefundRequest | None = None,
    ) -> Operation:
        """One transaction: the operation, its refund, its parts, the amount reserved on the
        payment, and the customer's request that it `approves`. Answers what stands then.

        With `seen_version`, only while the payment is what it was then.
        Raises AlreadyAdmittedError; NotAdmittedError when less is left, it is disputed or not
        what it was, or a part's subscription is not; RequestNotOpenError when the request is no
        longer to be decided; JudgedOtherwiseError.
        """
        ...

    def admit_change(self, operation: Operation, *, seen_version: int) -> Operation:
        """One transaction: the operation, and the subscription marked as being changed by it.

        Raises AlreadyAdmittedError; NotAdmittedError when another operation is under way, or the
        subscription is not what it was.
        """
        ...

    def keep_open(self, before: Operation, after: Operation, *, due_at: datetime) -> Operation:
        """Writes `after`, to be looked after at `due_at`; what shows the operation follows.

        Raises StaleReadError when `before` is not what stands.
        """
        ...

    def fail(
        self, operation: Operation, *, code: str, look_again_at: datetime | None = None
    ) -> Operation:
        """One transaction: FAILED, and what it had reserved is free. With `look_again_at`, a
        human is to see it, and it is looked at again then. Raises StaleReadError."""
        ...

    def due(self, *, now: datetime, limit: int) -> Sequence[Operation]:
        """Open ones whose time has come, the longest waiting first."""
        ...
