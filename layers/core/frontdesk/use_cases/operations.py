"""Brings an operation from its record to the provider, and to the truth about what came of it.

    record ──▶ provider ──▶ mirror ──▶ what the provider shows ends it
       1          2            3

A crash after 1, in 2 or after 2 leaves an open record. Whoever looks after it (the same request
sent again, the janitor) looks for evidence first, and repeats the call only while the provider
still knows its key. Nothing here is believed but what the provider shows: an answer that was lost
and one that came late end the same way.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from frontdesk.domain.errors import UnavailableError
from frontdesk.domain.operation import (
    APPROVAL_PATIENCE,
    FIRST_PART_FAILED,
    LEASE,
    LOOK_FOR_A_HUMAN_EVERY,
    LOOK_FOR_ACCEPTED_AFTER,
    SECOND_LOOK_AFTER,
    Operation,
    OperationKind,
    OperationState,
    may_follow,
    may_send_again,
    needs_a_human_if_failed,
    shown_within,
    wait_for_first_part,
    wait_for_next_look,
)
from frontdesk.domain.snapshot import ObjectKind, ObjectReference, ProviderName
from frontdesk.ports.clock import Clock
from frontdesk.ports.commands import (
    Accepted,
    CommandAnswer,
    CommandRejectedError,
    ProviderCommands,
)
from frontdesk.ports.mirror import StaleReadError
from frontdesk.ports.operations import OperationStore
from frontdesk.ports.provider import ProviderError
from frontdesk.use_cases.mirror import Mirror, mirror_object
from frontdesk.use_cases.refund_submission import submit_credit_memo, submit_refund
from frontdesk.use_cases.subscription_submission import sent_kind, submit_change

_A_HUMAN_DECIDES_FROM_MINOR = 100_000
"""An operation about this much is not given up by a machine."""
_TRIES = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class OperationWorld:
    """What operations need. `commands` are asked for the operation's own provider."""

    operations: OperationStore
    commands: Mapping[ProviderName, ProviderCommands]
    mirror: Mirror
    clock: Clock


# --- the two ways in ---------------------------------------------------------------------------


def perform(operation: Operation, *, world: OperationWorld) -> Operation:
    """Submits an operation that was just admitted; answers what is known of it afterwards.

    May be called again at any time, by anybody: the provider's key is the operation's own.
    """
    if operation.submitted_at is not None:
        return look_after(operation, world=world)
    return _begin(operation, world=world)


def look_after(operation: Operation, *, world: OperationWorld) -> Operation:
    """What is done with an operation that is open for too long."""
    if operation.state.is_over:
        return _reminded(operation, world=world) if operation.needs_attention else operation
    if operation.submitted_at is None:
        return _begin(operation, world=world)
    found, was_seen = _look(operation, world=world)
    if found.state.is_over:
        return found
    if found.state is OperationState.PENDING:
        return _waited_for(found, was_seen=was_seen, world=world)
    if not was_seen:
        return _postponed(found, OperationState.UNKNOWN, world=world)
    if _is_key_known(found, world=world):
        return _send(found, world=world)
    return _missing(found, world=world)


def _waited_for(operation: Operation, *, was_seen: bool, world: OperationWorld) -> Operation:
    """Accepted, and not shown yet."""
    if was_seen and _is_approval_over(operation, world=world):
        return _failed(operation, code="approval_expired", world=world)
    if was_seen and _has_to_show(operation):
        return _not_shown(operation, world=world)
    return _postponed(operation, OperationState.PENDING, world=world)


def withdraw(operation: Operation, *, code: str, world: OperationWorld) -> Operation:
    """Ends what waits for a buyer, unless the buyer has agreed meanwhile. Who agrees afterwards is
    not lost: the mirror shows what the provider shows.

    Raises UnavailableError when it cannot be known whether the buyer has agreed.
    """
    found, was_seen = _look(operation, world=world)
    if found.state.is_over:
        return found
    if not was_seen:
        raise UnavailableError("Whether the buyer has agreed cannot be known now.")
    return _failed(found, code=code, world=world)


def _is_approval_over(operation: Operation, *, world: OperationWorld) -> bool:
    expires_at = operation.approval_expires_at
    return expires_at is not None and expires_at <= world.clock.now()


def _begin(operation: Operation, *, world: OperationWorld) -> Operation:
    """What comes after another operation waits for it to be so far, and fails with it."""
    if operation.after is None:
        return _send(operation, world=world)
    first = world.operations.get(operation.after)
    if first is None or first.state is OperationState.FAILED:
        return _failed(operation, code=FIRST_PART_FAILED, world=world)
    if first.needs_attention:
        # A human decides about the money, and so about what goes with it.
        return _failed(operation, code="first_part_undecided", world=world)
    if may_follow(operation, first):
        return _send(_after(first, operation), world=world)
    wait = wait_for_first_part(first, now=world.clock.now())
    return _kept(operation, operation, wait=wait, world=world)


def _after(first: Operation, operation: Operation) -> Operation:
    """With what the first has made at the provider, where the second is about that."""
    if operation.kind is not OperationKind.CREDIT_MEMO:
        return operation
    return replace(operation, parameters={**operation.parameters, "refund": first.result_id})


def _reminded(operation: Operation, *, world: OperationWorld) -> Operation:
    """It failed, and a human may have done it since."""
    found, _ = _look(operation, world=world)
    if found.state is not operation.state:
        return found
    return _kept(found, found, wait=LOOK_FOR_A_HUMAN_EVERY, world=world)


# --- sending -----------------------------------------------------------------------------------


def _send(operation: Operation, *, world: OperationWorld) -> Operation:
    """Never under a key that the provider may have forgotten: then it would be another call."""
    if not _is_key_known(operation, world=world):
        raise ValueError("The operation's key is too old to be sent again.")
    try:
        operation = _submitting(operation, world=world)
    except StaleReadError:
        return _as_it_stands(operation, world=world)
    try:
        answer = _SUBMISSIONS[operation.kind](operation, world.commands[operation.provider])
    except CommandRejectedError as error:
        return _refused(operation, code=error.code, world=world)
    except ProviderError:
        return _postponed(operation, OperationState.UNKNOWN, world=world)
    return _accepted(operation, answer, world=world)


def _submitting(operation: Operation, *, world: OperationWorld) -> Operation:
    now = world.clock.now()
    after = replace(
        operation,
        state=OperationState.SUBMITTING,
        submitted_at=operation.submitted_at or now,
    )
    return world.operations.keep_open(operation, after, due_at=now + LEASE)


def _accepted(operation: Operation, answer: CommandAnswer, *, world: OperationWorld) -> Operation:
    """It has happened, or will: from here on it is never sent again, and money is never given up.
    A change that the provider does not show in time is (`_not_shown`)."""
    result_id = answer.result_id if isinstance(answer, Accepted) else None
    found, _ = _look(replace(operation, result_id=result_id), world=world)
    if found.state is not OperationState.SUBMITTING:
        return found
    if isinstance(answer, Accepted):
        accepted = replace(found, state=OperationState.PENDING, result_id=result_id)
    else:
        accepted = replace(
            found,
            state=OperationState.PENDING,
            approve_url=answer.approve_url,
            approval_expires_at=world.clock.now() + APPROVAL_PATIENCE,
        )
    return _kept(found, accepted, wait=LOOK_FOR_ACCEPTED_AFTER, world=world)


def _refused(operation: Operation, *, code: str, world: OperationWorld) -> Operation:
    """Refused perhaps because an earlier try of the same operation has done it already."""
    found, was_seen = _look(operation, world=world)
    if found.state is not OperationState.SUBMITTING:
        return found
    if not was_seen:
        return _postponed(found, OperationState.UNKNOWN, world=world)
    return _failed(found, code=code, world=world)


_SUBMISSIONS: Mapping[OperationKind, Callable[[Operation, ProviderCommands], CommandAnswer]] = {
    OperationKind.REFUND: submit_refund,
    OperationKind.CREDIT_MEMO: submit_credit_memo,
    OperationKind.CANCEL: submit_change,
    OperationKind.UNDO_CANCEL: submit_change,
    OperationKind.PAUSE: submit_change,
    OperationKind.RESUME: submit_change,
    OperationKind.CHANGE: submit_change,
    OperationKind.REPRICE: submit_change,
    OperationKind.DROP_PENDING: submit_change,
    OperationKind.REVOKE_ACCESS: submit_change,
}


# --- looking -----------------------------------------------------------------------------------


def _look(operation: Operation, *, world: OperationWorld) -> tuple[Operation, bool]:
    """What stands now, and whether the provider was seen: the mirror ends the operation in its
    own transaction if there is evidence."""
    try:
        mirror_object(_evidence_of(operation), mirror=world.mirror)
    except ProviderError:
        return _as_it_stands(operation, world=world), False
    return _as_it_stands(operation, world=world), True


def _evidence_of(operation: Operation) -> ObjectReference:
    """Where the provider shows what came of it."""
    match operation.kind:
        case OperationKind.REFUND:
            kind, name = ObjectKind.PAYMENT, operation.subject_provider_id
        case OperationKind.CREDIT_MEMO if operation.result_id is not None:
            kind, name = ObjectKind.CREDIT_MEMO, operation.result_id
        case OperationKind.CREDIT_MEMO:
            kind, name = ObjectKind.INVOICE, operation.subject_provider_id
        case _:
            kind, name = ObjectKind.SUBSCRIPTION, operation.subject_provider_id
    return ObjectReference(operation.provider, kind, name)


def _as_it_stands(operation: Operation, *, world: OperationWorld) -> Operation:
    return world.operations.get(operation.id) or operation


def _is_key_known(operation: Operation, *, world: OperationWorld) -> bool:
    window = world.commands[operation.provider].key_window(sent_kind(operation))
    return may_send_again(operation, now=world.clock.now(), window=window)


def _missing(operation: Operation, *, world: OperationWorld) -> Operation:
    """Long after the call the provider shows nothing of it. Looked for twice, ten minutes apart,
    it has failed; where much money is at stake, a human decides."""
    now = world.clock.now()
    if operation.missing_since is None:
        after = replace(operation, missing_since=now)
        return _kept(operation, after, wait=SECOND_LOOK_AFTER, world=world)
    if now - operation.missing_since < SECOND_LOOK_AFTER:
        return operation
    if _is_for_a_human(operation):
        after = replace(operation, needs_attention=True)
        return _kept(operation, after, wait=LOOK_FOR_A_HUMAN_EVERY, world=world)
    return _failed(operation, code="never_reached_provider", world=world)


def _has_to_show(operation: Operation) -> bool:
    """Of a refund, its name is proof enough; a buyer takes as long as buyers take."""
    is_money = operation.kind in (OperationKind.REFUND, OperationKind.CREDIT_MEMO)
    return not is_money and operation.approve_url is None


def _not_shown(operation: Operation, *, world: OperationWorld) -> Operation:
    """The provider accepted it and does not show it: it was undone at the same moment, or not paid.
    Nobody may be kept from the subscription by that for ever."""
    now = world.clock.now()
    accepted_at = operation.submitted_at or operation.requested_at
    if now - accepted_at < shown_within(operation.kind):
        return _postponed(operation, OperationState.PENDING, world=world)
    if operation.missing_since is None:
        after = replace(operation, missing_since=now)
        return _kept(operation, after, wait=SECOND_LOOK_AFTER, world=world)
    if now - operation.missing_since < SECOND_LOOK_AFTER:
        return operation
    return _failed(operation, code="undone_at_provider", world=world)


def _is_for_a_human(operation: Operation) -> bool:
    """Money that may have left; a price that may have changed is plain to see."""
    if operation.kind is not OperationKind.REFUND:
        return False
    amount = operation.parameters.get("amount_minor")
    return isinstance(amount, int) and amount >= _A_HUMAN_DECIDES_FROM_MINOR


# --- keeping what was learnt; whoever was faster knows better ----------------------------------


def _postponed(operation: Operation, state: OperationState, *, world: OperationWorld) -> Operation:
    after = replace(operation, state=state)
    wait = wait_for_next_look(after)
    return _kept(operation, replace(after, looks=after.looks + 1), wait=wait, world=world)


def _kept(
    operation: Operation, after: Operation, *, wait: timedelta, world: OperationWorld
) -> Operation:
    try:
        return world.operations.keep_open(operation, after, due_at=world.clock.now() + wait)
    except StaleReadError:
        return _as_it_stands(operation, world=world)


def _failed(operation: Operation, *, code: str, world: OperationWorld) -> Operation:
    """The payment that it gives back may be changing too: then once more."""
    needs_a_human = needs_a_human_if_failed(operation, code=code)
    look_again_at = world.clock.now() + LOOK_FOR_A_HUMAN_EVERY if needs_a_human else None
    for _ in range(_TRIES):
        try:
            return world.operations.fail(operation, code=code, look_again_at=look_again_at)
        except StaleReadError:
            standing = _as_it_stands(operation, world=world)
            if standing.version != operation.version:
                return standing
    return operation
