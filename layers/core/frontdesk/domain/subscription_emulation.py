"""How a wish is brought about at a provider that cannot do it by itself.

    hold     billing stops at the provider now; what was wished for is done when it is due
    wait     nothing is done before it is due
    release  a hold is taken back: the provider bills again
    forget   what waits is not done

Decided once, at admission, and kept with the operation: what is due later follows from the record
and not from how things look then.
"""

from dataclasses import replace
from datetime import datetime
from enum import StrEnum

from frontdesk.domain.capabilities import Capability, capability
from frontdesk.domain.operation import OperationKind
from frontdesk.domain.subscription import Scheduled, Subscription
from frontdesk.domain.subscription_command import SubscriptionWish


class Emulation(StrEnum):
    HOLD = "hold"
    WAIT = "wait"
    RELEASE = "release"
    FORGET = "forget"


_AFTERWARDS = {
    OperationKind.CANCEL: OperationKind.CANCEL,
    OperationKind.PAUSE: OperationKind.RESUME,
}
"""What is done when it is due."""


def prepared(
    wish: SubscriptionWish, subscription: Subscription, *, now: datetime
) -> SubscriptionWish:
    """The wish with the way it is brought about; as it was where the provider does it itself."""
    match wish.kind:
        case OperationKind.CANCEL if wish.at_period_end or wish.at is not None:
            verb = "cancel_at_period_end" if wish.at_period_end else "cancel_on_date"
            return _later_end(wish, subscription, now=now) if _is_ours(verb, subscription) else wish
        case OperationKind.PAUSE if wish.at is not None and _is_ours("pause_until", subscription):
            return replace(wish, emulation=Emulation.HOLD.value)
        case OperationKind.UNDO_CANCEL if subscription.scheduled is not None:
            is_held = subscription.scheduled.is_held
            way = Emulation.RELEASE if is_held else Emulation.FORGET
            return replace(wish, at_period_end=False, emulation=way.value)
        case OperationKind.CHANGE if _needs_buyer(subscription):
            # Who has to be asked decides when; what it costs follows with the next cycle.
            return replace(wish, at=None, at_period_end=False)
        case OperationKind.DROP_PENDING if subscription.awaits_approval:
            return replace(wish, emulation=Emulation.FORGET.value)
        case _:
            return wish


def _is_ours(verb: str, subscription: Subscription) -> bool:
    return capability(subscription.provider, verb) is Capability.EMULATED


def _needs_buyer(subscription: Subscription) -> bool:
    return capability(subscription.provider, "change") is Capability.NEEDS_BUYER


def _later_end(
    wish: SubscriptionWish, subscription: Subscription, *, now: datetime
) -> SubscriptionWish:
    """Held where nothing is to be paid before the end. A period that is over has its end now."""
    paid_until = subscription.paid_until or subscription.current_period_end
    ends_at = wish.at or paid_until
    if wish.at_period_end and (ends_at is None or ends_at <= now):
        return replace(wish, at_period_end=False)
    is_paid = paid_until is not None and ends_at is not None and ends_at <= paid_until
    way = Emulation.HOLD if is_paid else Emulation.WAIT
    return replace(wish, at=ends_at, emulation=way.value)


def scheduled_by(wish: SubscriptionWish, *, operation_id: str) -> Scheduled | None:
    """What is to be done later for this wish."""
    if wish.emulation not in (Emulation.HOLD, Emulation.WAIT) or wish.at is None:
        return None
    return Scheduled(
        kind=_AFTERWARDS[wish.kind],
        at=wish.at,
        operation_id=operation_id,
        is_held=wish.emulation == Emulation.HOLD,
    )
