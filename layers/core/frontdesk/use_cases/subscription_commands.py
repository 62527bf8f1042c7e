"""Verbs on a subscription, from the wish to what is known of its fulfilment.

look ─ plan ─ agree ─ admit (one at a time) ─ perform
  ▲                     │
  └── it has changed ◄──┘
"""

from collections.abc import Callable
from dataclasses import dataclass

from frontdesk.domain.errors import ConflictError, InvalidInputError, UnavailableError
from frontdesk.domain.operation import Operation, OperationState
from frontdesk.domain.plan import Plan
from frontdesk.domain.subscription import Subscription
from frontdesk.domain.subscription_command import REFUSALS, SubscriptionWish, parameters_of
from frontdesk.ports.operations import AlreadyAdmittedError, NotAdmittedError
from frontdesk.use_cases.operations import (
    OperationWorld,
    look_after,
    perform,
    withdraw,
)

_TRIES = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscriptionOrder:
    """Who orders what, under which operation.

    `asked` tells one order from another, for ever: the same operation id with another is refused.
    `look` answers the subscription as it stands now, `plan` raises what forbids the wish, `agree`
    raises when the plan is not the one that was shown.
    """

    subscription_id: str
    operation_id: str
    requested_by: str
    asked: str
    look: Callable[[], Subscription]
    wish: Callable[[Subscription], SubscriptionWish]
    plan: Callable[[SubscriptionWish, Subscription], Plan]
    agree: Callable[[Plan], None]


def carry_out(order: SubscriptionOrder, *, world: OperationWorld) -> Operation:
    """Does it once, however often it is ordered. Raises ConflictError, NotFoundError and what the
    order raises; an answer that is still open is looked after by the janitor."""
    standing = world.operations.get(order.operation_id)
    if standing is not None:
        return _resumed(standing, order, world=world)
    for _ in range(_TRIES):
        try:
            operation = _admit(order, world=world)
        except AlreadyAdmittedError as error:
            return _resumed(error.operation, order, world=world)
        except NotAdmittedError:
            continue
        return perform(operation, world=world)
    raise UnavailableError("The subscription changes faster than it can be ordered.")


def _resumed(standing: Operation, order: SubscriptionOrder, *, world: OperationWorld) -> Operation:
    """One that somebody is at is left to them, until they are taken for dead."""
    is_same = standing.parameters.get("asked") == order.asked
    if standing.subject_id != order.subscription_id or not is_same:
        raise InvalidInputError(
            "This Idempotency-Key was sent with another request; take a fresh one.",
            code="idempotency_key_reused",
        )
    is_waiting = standing.due_at is not None and world.clock.now() < standing.due_at
    if standing.is_in_flight and is_waiting:
        raise _in_progress()
    return look_after(standing, world=world)


def _admit(order: SubscriptionOrder, *, world: OperationWorld) -> Operation:
    subscription = order.look()
    ensure_free(subscription)
    if subscription.provider not in world.commands:
        raise ConflictError("Not possible with this provider yet.", code="not_available_yet")
    wish = order.wish(subscription)
    order.agree(order.plan(wish, subscription))
    seen_version = freed(subscription, world=world)
    operation = Operation(
        id=order.operation_id,
        kind=wish.kind,
        state=OperationState.REQUESTED,
        provider=subscription.provider,
        customer_id=subscription.customer_id,
        subject_id=subscription.id,
        subject_provider_id=subscription.provider_id,
        requested_by=order.requested_by,
        requested_at=world.clock.now(),
        parameters={**parameters_of(wish), "asked": order.asked},
    )
    return world.operations.admit_change(operation, seen_version=seen_version)


def ensure_free(subscription: Subscription) -> None:
    """Raises ConflictError while something else is being done with it. What only waits for the
    buyer's approval gives way to a new order."""
    if subscription.open_operation is not None and not subscription.awaits_approval:
        raise _in_progress()


def freed(subscription: Subscription, *, world: OperationWorld) -> int:
    """The version from which on nothing else is being done with it. Raises NotAdmittedError."""
    if subscription.open_operation is None:
        return subscription.version
    waiting = world.operations.get(subscription.open_operation.id)
    if waiting is None:
        raise NotAdmittedError
    ended = withdraw(waiting, code="superseded", world=world)
    if ended.state is not OperationState.FAILED:
        raise NotAdmittedError
    return subscription.version + 1


def _in_progress() -> ConflictError:
    code = "operation_in_progress"
    return ConflictError(REFUSALS[code], code=code)
