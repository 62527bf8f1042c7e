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
    REVOKE_ACCESS = "revoke_access"
    CREDIT_MEMO = "credit_memo"


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

    `submitted_at` is the first time that the provider was called with the operation's key, `looks`
    how often somebody has looked after it since, `missing_since` the first look that found nothing
    of it after the provider had forgotten the key. `due_at` is when to look after it next, None
    once it is over. One that is part of a larger plan begins `after` another operation was
    accepted, and fails with it (`may_follow`). Where the provider waits for the buyer, the buyer
    can agree at `approve_url` until we stop waiting (`approval_expires_at`). A failure that
    `needs_attention` is looked at again until a human has done what failed.
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
    missing_since: datetime | None = None
    result_id: str | None = None
    failure_code: str | None = None
    needs_attention: bool = False
    after: str | None = None
    approve_url: str | None = None
    approval_expires_at: datetime | None = None
    due_at: datetime | None = None
    version: int = 0

    @property
    def is_in_flight(self) -> bool:
        """Somebody is at it, or was when it died."""
        return self.state in (OperationState.REQUESTED, OperationState.SUBMITTING)


def part_id_of(operation_id: str, part: str) -> str:
    """The operation that is one part of another: the cancellation that goes with a refund."""
    return derived_id("op", origin=f"operation:{operation_id}:{part}")


FIRST_PART_FAILED = "first_part_failed"
_ACCEPTED = frozenset((OperationState.PENDING, OperationState.SUCCEEDED))


def may_follow(part: Operation, first: Operation) -> bool:
    """Whether a part may begin, now that the operation which it comes after is so far.

    What was accepted may still fail. A subscription ends all the same, because it must not be
    renewed while a bank takes its days: its end stands, and the amount can be refunded anew. A
    credit memo waits for the money, because nobody can take it back
    (https://docs.stripe.com/api/credit_notes/void).
    """
    if part.kind is OperationKind.CREDIT_MEMO:
        return first.state is OperationState.SUCCEEDED
    return first.state in _ACCEPTED


def needs_a_human_if_failed(operation: Operation, *, code: str) -> bool:
    """The money has gone and its tax is not corrected: nobody would notice by themselves."""
    return operation.kind is OperationKind.CREDIT_MEMO and code != FIRST_PART_FAILED


def idempotency_key_of(operation_id: str) -> str:
    """What the provider is given. Never made of amounts: two equal refunds are legal."""
    return f"op:{operation_id}"


KEY_IS_SURE_FOR = timedelta(hours=23)
"""Stripe remembers a key for 24 hours (https://docs.stripe.com/api/idempotent_requests)."""

_ASK_THE_FIRST_PART_AFTER = (timedelta(minutes=1), timedelta(minutes=10))
"""At least, and at most: a bank may take days."""
LOOK_FOR_ACCEPTED_AFTER = timedelta(minutes=1)
SECOND_LOOK_AFTER = timedelta(minutes=10)
LOOK_FOR_A_HUMAN_EVERY = timedelta(days=1)
APPROVAL_PATIENCE = timedelta(hours=24)
"""How long we wait for a buyer who has to agree. One who agrees later is not lost: the mirror shows
what the provider shows."""
_SHOWN_WITHIN = {
    # A resumption is paid first (https://docs.stripe.com/api/subscriptions/resume: 23 hours), and
    # what a subscription sells or costs may be told late.
    OperationKind.RESUME: timedelta(hours=24),
    OperationKind.CHANGE: timedelta(hours=24),
    OperationKind.REPRICE: timedelta(hours=24),
}


def shown_within(kind: OperationKind) -> timedelta:
    """How long after its acceptance a provider may take to show a change of a subscription."""
    return _SHOWN_WITHIN.get(kind, SECOND_LOOK_AFTER)


LEASE = timedelta(seconds=45)
"""How long a submission may take before somebody else looks after it; a call takes 25 s at most."""

_FIRST_LOOKS_AFTER = {
    OperationState.UNKNOWN: (timedelta(minutes=1), timedelta(hours=1)),
    OperationState.PENDING: (timedelta(hours=1), timedelta(days=1)),
}
"""The first wait, doubled with each look, and the longest."""


def wait_for_next_look(operation: Operation) -> timedelta:
    first, longest = _FIRST_LOOKS_AFTER[operation.state]
    doublings: int = 2 ** min(operation.looks, 10)
    return min(first * doublings, longest)


def wait_for_first_part(first: Operation, *, now: datetime) -> timedelta:
    """Until somebody will have looked after it."""
    shortest, longest = _ASK_THE_FIRST_PART_AFTER
    due_at = first.due_at or now
    return min(max(due_at - now, shortest), longest)


def may_send_again(operation: Operation, *, now: datetime, window: timedelta) -> bool:
    """Whether the provider still knows the operation's key, so that a repeat is the same call.

    `window` is how long this provider remembers a key of this kind of call.
    """
    return operation.submitted_at is None or now - operation.submitted_at < window
