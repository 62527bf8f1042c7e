"""Does what is due: ends and resumptions that a provider could not wait for by itself.

Each is an operation of its own, whose id follows from the one that scheduled it, so however often
and by whomever it is tried, it is done once.
"""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from datetime import datetime, timedelta

from frontdesk.domain.errors import UnavailableError
from frontdesk.domain.operation import Operation, OperationState, part_id_of
from frontdesk.domain.snapshot import ObjectKind, ObjectReference
from frontdesk.domain.subscription import Scheduled, Subscription
from frontdesk.ports.due_subscriptions import DueSubscriptions
from frontdesk.ports.mirror import StaleReadError
from frontdesk.ports.operations import AlreadyAdmittedError, NotAdmittedError
from frontdesk.use_cases.mirror import mirror_object
from frontdesk.use_cases.operation_sweep import SweepReport
from frontdesk.use_cases.operations import OperationWorld, look_after, perform

_PUT_OFF_FOR = timedelta(minutes=1)
_FIRST_RETRY_AFTER = timedelta(minutes=1)
_LONGEST_RETRY = timedelta(hours=6)
_MOST_DOUBLINGS = 10


def carry_out_due(
    *, due: DueSubscriptions, world: OperationWorld, until: datetime, limit: int = 100
) -> SweepReport:
    """As many as can be done before `until`. One that fails does not keep the others waiting."""
    done = 0
    errors: Counter[str] = Counter()
    for subscription_id in due.due(now=world.clock.now(), limit=limit):
        if world.clock.now() >= until:
            break
        done += 1
        try:
            if not _carry_out(subscription_id, due=due, world=world):
                errors["Refused"] += 1
        except Exception as error:
            errors[type(error).__name__] += 1
            _put_off(subscription_id, due=due, world=world)
    return SweepReport(done, errors)


def _carry_out(subscription_id: str, *, due: DueSubscriptions, world: OperationWorld) -> bool:
    """False when the provider refuses. Looks first: somebody may have done or undone it there."""
    seen = due.read(subscription_id)
    if seen is None:
        return True
    reference = ObjectReference(seen.provider, ObjectKind.SUBSCRIPTION, seen.provider_id)
    mirror_object(reference, mirror=world.mirror)
    standing = due.read(subscription_id)
    scheduled = standing.scheduled if standing else None
    if standing is None or scheduled is None or scheduled.due_at > world.clock.now():
        return True
    try:
        done = _done(standing, scheduled, world=world)
    except NotAdmittedError:
        return True  # something else is being done with it: the next minute
    if done.state is OperationState.FAILED:
        _count(subscription_id, scheduled, due=due, world=world)
        return False
    if not done.state.is_over:
        _put_off(subscription_id, due=due, world=world)  # looked after as an operation
    return True


def _done(subscription: Subscription, scheduled: Scheduled, *, world: OperationWorld) -> Operation:
    asked = world.operations.get(scheduled.operation_id)
    now = world.clock.now()
    operation = Operation(
        id=part_id_of(scheduled.operation_id, f"due:{scheduled.tries}"),
        kind=scheduled.kind,
        state=OperationState.REQUESTED,
        provider=subscription.provider,
        customer_id=subscription.customer_id,
        subject_id=subscription.id,
        subject_provider_id=subscription.provider_id,
        requested_by=asked.requested_by if asked else "frontdesk",
        requested_at=now,
    )
    try:
        admitted = world.operations.admit_change(operation, seen_version=subscription.version)
    except AlreadyAdmittedError as error:
        return look_after(error.operation, world=world)
    return perform(admitted, world=world)


def _count(
    subscription_id: str, scheduled: Scheduled, *, due: DueSubscriptions, world: OperationWorld
) -> None:
    """The provider refuses: tried again later and later, and seen by whoever watches what is due.

    A try that was counted already is not counted twice.
    """
    standing = due.read(subscription_id)
    if standing is None or standing.scheduled != scheduled:
        return
    wait = min(_FIRST_RETRY_AFTER * 2 ** min(scheduled.tries, _MOST_DOUBLINGS), _LONGEST_RETRY)
    with suppress(StaleReadError):
        due.postpone(standing, retry_at=world.clock.now() + wait, is_in_vain=True)


def _put_off(subscription_id: str, *, due: DueSubscriptions, world: OperationWorld) -> None:
    """So that it does not keep the others waiting. Whoever changed it meanwhile knows better."""
    with suppress(StaleReadError, UnavailableError):
        standing = due.read(subscription_id)
        if standing is not None and standing.scheduled is not None:
            due.postpone(standing, retry_at=world.clock.now() + _PUT_OFF_FOR, is_in_vain=False)
