"""An operation: something that we do at a provider, on record before it is done.

    REQUESTED ──▶ SUBMITTING ──▶ PENDING ──▶ SUCCEEDED | FAILED
                      │ ▲            ▲
                      ▼ │ (same key) │ evidence
                    UNKNOWN ─────────┘

Its id is the provider's idempotency key and stands in the provider's object, so the effect can be
found again whatever became of our answer. Only evidence from the provider ends UNKNOWN.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType

from frontdesk.domain.ids import derived_id
from frontdesk.domain.snapshot import ProviderName

type Parameter = str | int | bool | None


class OperationKind(StrEnum):
    REFUND = "refund"
    CANCEL = "cancel"
    UNDO_CANCEL = "undo_cancel"
    PAUSE = "pause"
    RESUME = "resume"
    CHANGE = "change"
    REPRICE = "reprice"
    DROP_PENDING = "drop_pending"


class OperationState(StrEnum):
    REQUESTED = "requested"
    SUBMITTING = "submitting"
    PENDING = "pending"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    UNKNOWN = "unknown"

    @property
    def is_over(self) -> bool:
        return self in (OperationState.SUCCEEDED, OperationState.FAILED)


@dataclass(frozen=True, slots=True)
class Operation:
    """`subject_id` is ours (a transaction, a subscription), `subject_provider_id` the provider's.

    `submitted_at` is the first time that the provider was called with the operation's key;
    `looks` counts the searches for evidence since.
    """

    id: str
    kind: OperationKind
    state: OperationState
    provider: ProviderName
    customer_id: str
    subject_id: str
    subject_provider_id: str
    requested_by: str
    requested_at: datetime
    parameters: Mapping[str, Parameter] = field(default_factory=lambda: MappingProxyType({}))
    submitted_at: datetime | None = None
    looks: int = 0
    result_id: str | None = None
    failure_code: str | None = None
    needs_attention: bool = False
    version: int = 0


def operation_id_of(*, caller: str, route: str, idempotency_key: str) -> str:
    """The same command is the same operation for ever, whatever has been forgotten meanwhile."""
    return derived_id("op", origin=f"operation:{caller}:{route}:{idempotency_key}")


def part_id_of(operation_id: str, part: str) -> str:
    """The operation that is one part of another: the cancellation that goes with a refund."""
    return derived_id("op", origin=f"operation:{operation_id}:{part}")


def idempotency_key_of(operation_id: str) -> str:
    """What the provider is given. Never made of amounts: two equal refunds are legal."""
    return f"op:{operation_id}"


KEY_IS_SURE_FOR = timedelta(hours=23)
"""Stripe remembers a key for 24 hours (https://docs.stripe.com/api/idempotent_requests)."""

SECOND_LOOK_AFTER = timedelta(minutes=10)
_FIRST_LOOK_AFTER = timedelta(minutes=1)
_LONGEST_WAIT = timedelta(hours=1)
LEASE = timedelta(seconds=45)
"""How long a submission may take before somebody else looks after it; a call takes 25 s at most."""


def next_look_at(operation: Operation, *, now: datetime) -> datetime:
    doublings: int = 2 ** min(operation.looks, 10)
    return now + min(_FIRST_LOOK_AFTER * doublings, _LONGEST_WAIT)


def may_send_again(operation: Operation, *, now: datetime, window: timedelta) -> bool:
    """Whether the provider still knows the operation's key, so that a repeat is the same call.

    `window` is how long this provider remembers a key of this kind of call.
    """
    return operation.submitted_at is None or now - operation.submitted_at < window
