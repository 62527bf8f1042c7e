"""Looks after what is open: the janitor's part of operations."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from frontdesk.domain.errors import UnavailableError
from frontdesk.domain.operation import Operation, OperationState
from frontdesk.ports.mirror import StaleReadError
from frontdesk.use_cases.operations import OperationWorld, look_after

_PUT_OFF_FOR = timedelta(minutes=1)
_ENOUGH_FAILURES = 3
"""In a row: then this provider is left alone until the next pass."""


@dataclass(frozen=True, slots=True)
class SweepReport:
    """`errors` counts the types of what went wrong with single operations."""

    looked_after: int
    errors: Counter[str]


def tend(*, world: OperationWorld, until: datetime, limit: int = 100) -> SweepReport:
    """Looks after the operations that are due, as many as can be done before `until`.

    One that fails does not keep the others waiting, and neither does a provider that is silent:
    what is about it is put off, so that the next pass sees what is behind.
    """
    done = 0
    errors: Counter[str] = Counter()
    silent: Counter[str] = Counter()
    for operation in world.operations.due(now=world.clock.now(), limit=limit):
        if world.clock.now() >= until:
            break
        if silent[operation.provider] >= _ENOUGH_FAILURES:
            _put_off(operation, world=world)
            continue
        done += 1
        try:
            after = look_after(operation, world=world)
        except Exception as error:
            errors[type(error).__name__] += 1
            _put_off(operation, world=world)
            continue
        silent[operation.provider] = (
            silent[operation.provider] + 1 if _got_no_answer(operation, after) else 0
        )
    return SweepReport(done, errors)


def _put_off(operation: Operation, *, world: OperationWorld) -> None:
    """Whoever changed it meanwhile has said when it is to be looked after, and without a table
    nothing can be said."""
    with suppress(StaleReadError, UnavailableError):
        due_at = world.clock.now() + _PUT_OFF_FOR
        world.operations.keep_open(operation, operation, due_at=due_at)


def _got_no_answer(before: Operation, after: Operation) -> bool:
    return after.state is OperationState.UNKNOWN and after.looks > before.looks
