"""What came of an operation on a subscription, now that the provider shows how it stands."""

from dataclasses import dataclass, replace

from frontdesk.domain.operation import OperationKind
from frontdesk.domain.snapshot import SubscriptionSnapshot
from frontdesk.domain.subscription import OpenOperation, Scheduled, Subscription
from frontdesk.domain.subscription_command import SubscriptionWish, is_fulfilled, wish_of
from frontdesk.domain.subscription_emulation import Emulation, scheduled_by


@dataclass(frozen=True, slots=True)
class Outcome:
    """An operation that was open and is not any more has succeeded, or failed with the code."""

    subscription: Subscription
    failure_code: str | None = None


def with_what_is_ours(
    before: Subscription | None, after: Subscription, snapshot: SubscriptionSnapshot
) -> Outcome:
    """`after`, as the provider shows it, with what only we know: what is being done with it, what
    is done later, and that access was revoked."""
    if before is None:
        return Outcome(after)
    kept = replace(
        after,
        scheduled=_standing(before.scheduled, after, snapshot),
        access_revoked_at=before.access_revoked_at,
        open_operation=before.open_operation,
    )
    operation = before.open_operation
    if operation is None:
        return Outcome(kept)
    if _has_come_true(operation, kept, snapshot):
        return Outcome(_concluded(operation, kept, snapshot))
    if kept.is_over:
        # Whatever was accepted or is on its way, nothing can come of it any more.
        return Outcome(replace(kept, open_operation=None), "subscription_is_over")
    return Outcome(kept)


def _standing(
    scheduled: Scheduled | None, after: Subscription, snapshot: SubscriptionSnapshot
) -> Scheduled | None:
    """A hold that somebody has taken back at the provider is over, and so is what it was for, even
    if somebody has paused it again since: that is another pause than ours."""
    if scheduled is None or after.is_over:
        return None
    is_taken_back = scheduled.is_held and not _is_held_by(scheduled.operation_id, after, snapshot)
    return None if is_taken_back else scheduled


def _is_held_by(operation_id: str, after: Subscription, snapshot: SubscriptionSnapshot) -> bool:
    return after.is_held and snapshot.operation_id == operation_id


def _has_come_true(
    operation: OpenOperation, after: Subscription, snapshot: SubscriptionSnapshot
) -> bool:
    """A subscription that names our operation was changed by it, whatever was done to it since.
    What waits for a refund has not begun, whoever does the same meanwhile."""
    if operation.waits:
        return False
    if snapshot.operation_id == operation.id or operation.kind is OperationKind.REVOKE_ACCESS:
        return True
    wish = wish_of(operation.kind, operation.parameters)
    if after.is_over:
        return is_fulfilled(wish, after)
    match wish.emulation:
        case Emulation.HOLD:
            return after.is_held
        case Emulation.RELEASE:
            return not after.is_held
        case Emulation.WAIT | Emulation.FORGET:
            return True
        case _:
            return is_fulfilled(wish, after)


def _concluded(
    operation: OpenOperation, after: Subscription, snapshot: SubscriptionSnapshot
) -> Subscription:
    wish = wish_of(operation.kind, operation.parameters)
    return replace(
        after,
        scheduled=_scheduled(wish, operation, after, snapshot),
        access_revoked_at=wish.revokes_access_at or after.access_revoked_at,
        open_operation=None,
    )


def _scheduled(
    wish: SubscriptionWish,
    operation: OpenOperation,
    after: Subscription,
    snapshot: SubscriptionSnapshot,
) -> Scheduled | None:
    """What somebody else had paused already is not held by us, and what was asked for is waited
    for all the same. What was scheduled is done once its own verb has come true."""
    if wish.emulation in (Emulation.RELEASE, Emulation.FORGET) or after.is_over:
        return None
    later = scheduled_by(wish, operation_id=operation.id)
    if later is None:
        is_done = after.scheduled is not None and after.scheduled.kind is wish.kind
        return None if is_done else after.scheduled
    if not later.is_held or _is_held_by(operation.id, after, snapshot):
        return later
    return replace(later, is_held=False) if after.is_held else None
