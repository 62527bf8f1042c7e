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
        scheduled=_standing(before.scheduled, after),
        access_revoked_at=before.access_revoked_at,
        open_operation=before.open_operation,
    )
    operation = before.open_operation
    if operation is None:
        return Outcome(kept)
    if _has_come_true(operation, kept, snapshot):
        return Outcome(_concluded(operation, kept))
    if kept.is_over:
        # Whatever was accepted or is on its way, nothing can come of it any more.
        return Outcome(replace(kept, open_operation=None), "subscription_is_over")
    return Outcome(kept)


def _standing(scheduled: Scheduled | None, after: Subscription) -> Scheduled | None:
    """A hold that somebody has taken back at the provider is over, and so is what it was for."""
    if scheduled is None or after.is_over:
        return None
    return None if scheduled.is_held and not after.is_held else scheduled


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


def _concluded(operation: OpenOperation, after: Subscription) -> Subscription:
    wish = wish_of(operation.kind, operation.parameters)
    return replace(
        after,
        scheduled=_scheduled(wish, operation, after),
        access_revoked_at=wish.revokes_access_at or after.access_revoked_at,
        open_operation=None,
    )


def _scheduled(
    wish: SubscriptionWish, operation: OpenOperation, after: Subscription
) -> Scheduled | None:
    if wish.emulation in (Emulation.RELEASE, Emulation.FORGET):
        return None
    later = scheduled_by(wish, operation_id=operation.id)
    return _standing(later, after) if later is not None else after.scheduled
