"""Brings an operation from its record to the provider, and to the truth about what came of it.

    record ──▶ provider ──▶ mirror ──▶ what the provider shows ends it
       1          2            3

A crash after 1, in 2 or after 2 leaves an open record; whoever looks after it (the same request
sent again, the janitor) looks for evidence first, and repeats the call only while the provider
still knows its key.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from frontdesk.domain.operation import (
    SECOND_LOOK_AFTER,
    Operation,
    OperationKind,
    OperationState,
    may_send_again,
    next_look_at,
)
from frontdesk.domain.snapshot import ObjectKind, ObjectReference, ProviderName
from frontdesk.ports.clock import Clock
from frontdesk.ports.commands import (
    CommandRejectedError,
    ProviderCommands,
    RefundCommand,
)
from frontdesk.ports.mirror import StaleReadError
from frontdesk.ports.operations import OperationStore
from frontdesk.ports.provider import ProviderUnavailableError
from frontdesk.use_cases.mirror import Mirror, mirror_object

_LOOKS_BEFORE_GIVING_UP = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class OperationWorld:
    """What operations need. `commands` are asked for the operation's own provider."""

    operations: OperationStore
    commands: Mapping[ProviderName, ProviderCommands]
    mirror: Mirror
    clock: Clock


def perform(operation: Operation, *, world: OperationWorld) -> Operation:
    """Submits the operation and answers what is known of it afterwards.

    Safe to call again at any time, by anybody: the provider's key is the operation's own.
    """
    try:
        operation = world.operations.submitting(operation, now=world.clock.now())
    except StaleReadError:
        return _as_it_stands(operation, world=world)
    try:
        _submit(operation, commands=world.commands[operation.provider])
    except CommandRejectedError as error:
        return _refused(operation, code=error.code, world=world)
    except ProviderUnavailableError:
        return _unknown(operation, world=world, looked=False)
    return _look(operation, world=world)


def look_after(operation: Operation, *, world: OperationWorld) -> Operation:
    """What the janitor does with an operation that is open for too long."""
    found = _look(operation, world=world)
    if found.state.is_over or found.state is OperationState.PENDING:
        return found
    now = world.clock.now()
    window = world.commands[found.provider].key_window(found.kind)
    if found.submitted_at is None or may_send_again(found, now=now, window=window):
        return perform(found, world=world)
    if found.looks < _LOOKS_BEFORE_GIVING_UP:
        return _unknown(found, world=world, looked=True)
    # Twice, ten minutes apart and long after the call, the provider has shown nothing of it.
    return _failed(found, code="never_reached_provider", world=world)


def tend(*, world: OperationWorld, limit: int = 25) -> int:
    """Looks after every operation that is due; answers how many were."""
    due = world.operations.due(now=world.clock.now(), limit=limit)
    for operation in due:
        look_after(operation, world=world)
    return len(due)


def _submit(operation: Operation, *, commands: ProviderCommands) -> None:
    _SUBMISSIONS[operation.kind](operation, commands)


def _submit_refund(operation: Operation, commands: ProviderCommands) -> None:
    parameters = operation.parameters
    amount, currency, reason = (parameters.get(n) for n in ("amount_minor", "currency", "reason"))
    if not isinstance(amount, int) or not isinstance(currency, str):
        raise TypeError("A refund on record has an amount and a currency.")
    commands.refund(
        RefundCommand(
            operation_id=operation.id,
            payment=operation.subject_provider_id,
            amount_minor=amount,
            currency=currency,
            reason=reason if isinstance(reason, str) else None,
        )
    )


_SUBMISSIONS: Mapping[OperationKind, Callable[[Operation, ProviderCommands], None]] = {
    OperationKind.REFUND: _submit_refund,
}
_SUBJECTS = {OperationKind.REFUND: ObjectKind.PAYMENT}


def _subject(operation: Operation) -> ObjectReference:
    kind = _SUBJECTS.get(operation.kind, ObjectKind.SUBSCRIPTION)
    return ObjectReference(operation.provider, kind, operation.subject_provider_id)


def _look(operation: Operation, *, world: OperationWorld) -> Operation:
    """Evidence, if there is any: the mirror ends the operation in its own transaction."""
    try:
        mirror_object(_subject(operation), mirror=world.mirror)
    except ProviderUnavailableError:
        return _unknown(operation, world=world, looked=False)
    found = _as_it_stands(operation, world=world)
    if found.state is OperationState.SUBMITTING:
        # Accepted, and not shown yet.
        return _unknown(found, world=world, looked=False)
    return found


def _as_it_stands(operation: Operation, *, world: OperationWorld) -> Operation:
    return world.operations.get(operation.id) or operation


def _refused(operation: Operation, *, code: str, world: OperationWorld) -> Operation:
    """Refused perhaps because an earlier try of the same operation has done it already."""
    found = _look(operation, world=world)
    if found.state in (OperationState.SUBMITTING, OperationState.UNKNOWN):
        return _failed(found, code=code, world=world)
    return found


def _failed(operation: Operation, *, code: str, world: OperationWorld) -> Operation:
    try:
        return world.operations.fail(operation, code=code)
    except StaleReadError:
        return _as_it_stands(operation, world=world)


def _unknown(operation: Operation, *, world: OperationWorld, looked: bool) -> Operation:
    now = world.clock.now()
    until = now + SECOND_LOOK_AFTER if looked else next_look_at(operation, now=now)
    try:
        return world.operations.postpone(
            operation, state=OperationState.UNKNOWN, until=until, looked=looked
        )
    except StaleReadError:
        return _as_it_stands(operation, world=world)
