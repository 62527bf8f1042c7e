"""What may be asked of a subscription in which state, and when it has come true.

Pure rules: the same for the customer and for the merchant, and for every provider. Who may ask
for what (the shop's settings) is decided before, what the provider can do beside it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any

from frontdesk.domain.capabilities import Capability, capability
from frontdesk.domain.operation import OperationKind, Parameter
from frontdesk.domain.subscription import Subscription, SubscriptionStatus
from frontdesk.domain.times import from_text, to_sortable


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscriptionWish:
    """One verb and what it takes; fields beyond the verb's own are None.

    `at` is when a cancellation or a pause ends; without it and `at_period_end`, a cancellation is
    at once and a pause lasts until further notice. To undo a cancellation, `at_period_end` says
    which kind it was; a change at the period's end has that end in `at`. `proration` is a word of
    `ports.commands.Proration`. To drop a change, `price` and `quantity` are what stays.
    `emulation` says how it is brought about where the provider cannot
    (`domain.subscription_emulation`), and `revokes_access_at` that access ends then, whatever was
    paid.
    """

    kind: OperationKind
    at: datetime | None = None
    at_period_end: bool = False
    price: str | None = None
    amount_minor: int | None = None
    currency: str | None = None
    quantity: int | None = None
    proration: str | None = None
    reason: str | None = None
    comment: str | None = None
    emulation: str | None = None
    revokes_access_at: datetime | None = None


_MOMENTS = ("at", "revokes_access_at")
_FIELDS = tuple(field.name for field in fields(SubscriptionWish) if field.name != "kind")


def parameters_of(wish: SubscriptionWish) -> dict[str, Parameter]:
    """The wish as an operation keeps it: without what it does not say."""
    said = {name: getattr(wish, name) for name in _FIELDS}
    return {
        name: to_sortable(value) if isinstance(value, datetime) else value
        for name, value in said.items()
        if value is not None and value is not False
    }


def wish_of(kind: OperationKind, parameters: Mapping[str, Parameter]) -> SubscriptionWish:
    said: dict[str, Any] = {name: parameters[name] for name in _FIELDS if name in parameters}
    said |= {name: from_text(said[name]) for name in _MOMENTS if name in said}
    return SubscriptionWish(kind=kind, **said)


# --- what is refused -------------------------------------------------------------------------

REFUSALS: Mapping[str, str] = {
    "subscription_is_over": "The subscription is over.",
    "first_payment_missing": "The subscription has not begun: its first payment is missing.",
    "already_canceling": "The subscription ends at that moment already.",
    "nothing_to_undo": "No cancellation is pending.",
    "cancellation_pending": "The subscription is about to end; undo that first.",
    "already_paused": "The subscription is paused already.",
    "not_paused": "The subscription is not paused.",
    "subscription_is_paused": "The subscription is paused; resume it first.",
    "payment_overdue": "A payment is overdue; it has to be made first.",
    "nothing_to_change": "The subscription is like that already.",
    "nothing_to_drop": "No change is pending.",
    "change_pending": "A change is pending; drop it first.",
    "installments_are_fixed": "What is paid in instalments keeps its price.",
    "ends_before": "The last instalment's time is over before that.",
    "price_is_unknown": "The price of this subscription is not a fixed amount.",
    "operation_in_progress": "Another change of this subscription is under way.",
    "access_is_revoked": "Access was revoked already.",
    "not_offered_by_provider": "The payment provider cannot do that.",
}
"""Why a verb is not possible now: the code of the 409 and its sentence."""

_INEXACT = timedelta(days=1)
_OVER = (SubscriptionStatus.CANCELED, SubscriptionStatus.EXPIRED)
_NOT_BEGUN = (SubscriptionStatus.INCOMPLETE, SubscriptionStatus.PENDING_APPROVAL)


def refusal_of(wish: SubscriptionWish, subscription: Subscription) -> str | None:
    """A code of REFUSALS, or None when the state allows it."""
    if subscription.status in _OVER and wish.kind is not OperationKind.REVOKE_ACCESS:
        return "subscription_is_over"
    if not _is_offered(wish.kind, subscription):
        return "not_offered_by_provider"
    return _REFUSALS_BY_VERB[wish.kind](wish, subscription)


def _is_offered(kind: OperationKind, subscription: Subscription) -> bool:
    verb = _CAPABILITY_BY_VERB.get(kind)
    if verb is None:
        return True
    return capability(subscription.provider, verb) is not Capability.NONE


def _cancel_refusal(wish: SubscriptionWish, subscription: Subscription) -> str | None:
    is_at_once = wish.at is None and not wish.at_period_end
    if is_at_once:
        return None
    if subscription.status in _NOT_BEGUN:
        return "first_payment_missing"
    if subscription.status is SubscriptionStatus.PAUSED and _is_stopped(subscription):
        # Its period does not go on, so there is no end to wait for.
        return "subscription_is_paused"
    if is_fulfilled(wish, subscription):
        return "already_canceling"
    if _completes_before(wish, subscription):
        return "ends_before"
    # Another end of ours would first have to take back what was done for this one.
    is_ours = _is_canceling(subscription) and subscription.scheduled is not None
    return "cancellation_pending" if is_ours else None


def _completes_before(wish: SubscriptionWish, subscription: Subscription) -> bool:
    """A later end would be more payments than were agreed."""
    plan = subscription.installments
    if plan is None or plan.completes_at is None or wish.at is None:
        return False
    return not wish.at_period_end and wish.at >= plan.completes_at


def _undo_cancel_refusal(_: SubscriptionWish, subscription: Subscription) -> str | None:
    return None if _is_canceling(subscription) else "nothing_to_undo"


def _pause_refusal(_: SubscriptionWish, subscription: Subscription) -> str | None:
    if subscription.status is SubscriptionStatus.PAUSED:
        return "already_paused"
    return _not_in_order(subscription) or _change_pending(subscription)


def _resume_refusal(_: SubscriptionWish, subscription: Subscription) -> str | None:
    if subscription.status is not SubscriptionStatus.PAUSED:
        return "not_paused"
    # Moving the end of a plan of n payments would drop the change.
    return _change_pending(subscription) if subscription.installments is not None else None


def _change_refusal(wish: SubscriptionWish, subscription: Subscription) -> str | None:
    if subscription.status is SubscriptionStatus.PAUSED:
        return "subscription_is_paused"
    refusal = _not_in_order(subscription)
    if refusal is None and subscription.installments is not None:
        refusal = "installments_are_fixed"
    if refusal is None and subscription.amount_minor is None:
        refusal = "price_is_unknown"
    if refusal is None and _changes_nothing(wish, subscription):
        refusal = "nothing_to_change"
    return refusal


def _changes_nothing(wish: SubscriptionWish, subscription: Subscription) -> bool:
    """What is sold already is no change, though it would drop the one that is pending."""
    is_sold = not wish.at_period_end and _has_price(wish, subscription)
    return is_fulfilled(wish, subscription) or (wish.kind is OperationKind.CHANGE and is_sold)


def _price_refusal(wish: SubscriptionWish, subscription: Subscription) -> str | None:
    """A change that is pending brings a price of its own."""
    is_prorated = wish.proration not in (None, "none")
    if is_prorated and capability(subscription.provider, "proration") is Capability.NONE:
        return "not_offered_by_provider"
    return _change_refusal(wish, subscription) or _change_pending(subscription)


def _revocation_refusal(_: SubscriptionWish, subscription: Subscription) -> str | None:
    return "access_is_revoked" if subscription.access_revoked_at else None


def _change_pending(subscription: Subscription) -> str | None:
    return "change_pending" if _is_changing(subscription) else None


def _drop_refusal(_: SubscriptionWish, subscription: Subscription) -> str | None:
    if subscription.awaits_approval:
        return None
    if not _is_changing(subscription):
        return "nothing_to_drop"
    return "installments_are_fixed" if subscription.installments is not None else None


def _not_in_order(subscription: Subscription) -> str | None:
    if subscription.status in _NOT_BEGUN:
        return "first_payment_missing"
    if subscription.status is SubscriptionStatus.PAST_DUE:
        return "payment_overdue"
    return "cancellation_pending" if _is_canceling(subscription) else None


_REFUSALS_BY_VERB = {
    OperationKind.CANCEL: _cancel_refusal,
    OperationKind.UNDO_CANCEL: _undo_cancel_refusal,
    OperationKind.PAUSE: _pause_refusal,
    OperationKind.RESUME: _resume_refusal,
    OperationKind.CHANGE: _change_refusal,
    OperationKind.REPRICE: _price_refusal,
    OperationKind.DROP_PENDING: _drop_refusal,
    OperationKind.REVOKE_ACCESS: _revocation_refusal,
}
_CAPABILITY_BY_VERB = {
    OperationKind.CANCEL: "cancel",
    OperationKind.UNDO_CANCEL: "undo_cancel",
    OperationKind.PAUSE: "pause",
    OperationKind.RESUME: "resume",
    OperationKind.CHANGE: "change",
    OperationKind.REPRICE: "price",
    OperationKind.DROP_PENDING: "change",
}
VERBS = tuple(_REFUSALS_BY_VERB)


def _is_stopped(subscription: Subscription) -> bool:
    """Billing itself stands still, not only the collection of what is billed."""
    return subscription.pause is None


# --- when it has come true -------------------------------------------------------------------


def is_fulfilled(wish: SubscriptionWish, subscription: Subscription) -> bool:
    """Whether the provider shows what was wished for, whoever brought it about."""
    is_over = subscription.status in _OVER
    if wish.kind is OperationKind.REVOKE_ACCESS:
        return subscription.access_revoked_at is not None
    if wish.kind is OperationKind.CANCEL:
        return is_over or _ends_as_wished(wish, subscription)
    return not is_over and _stands_as_wished(wish, subscription)


def _ends_as_wished(wish: SubscriptionWish, subscription: Subscription) -> bool:
    scheduled = subscription.scheduled
    if scheduled is not None and scheduled.kind is OperationKind.CANCEL:
        if wish.at_period_end and scheduled.is_held and wish.at is not None:
            # The end of a period that is held is told less exactly than while it ran.
            return abs(scheduled.at - wish.at) < _INEXACT
        return wish.at is not None and _same_second(scheduled.at, wish.at)
    if wish.at_period_end:
        return subscription.cancels_at_period_end
    return wish.at is not None and _same_second(subscription.cancel_at, wish.at)


def _stands_as_wished(wish: SubscriptionWish, subscription: Subscription) -> bool:
    is_paused = subscription.status is SubscriptionStatus.PAUSED
    match wish.kind:
        case OperationKind.UNDO_CANCEL:
            return not _is_canceling(subscription)
        case OperationKind.PAUSE:
            return is_paused and _same_second(subscription.resumption_at, wish.at)
        case OperationKind.RESUME:
            return not is_paused
        case OperationKind.CHANGE:
            return _sells_as_wished(wish, subscription)
        case OperationKind.REPRICE:
            return subscription.amount_minor == wish.amount_minor
        case OperationKind.DROP_PENDING:
            return not _is_changing(subscription) and _has_price(wish, subscription)
        case _:
            return False


def _sells_as_wished(wish: SubscriptionWish, subscription: Subscription) -> bool:
    """Whether it does already, or will: what is pending is what a change that may wait has made,
    and what one that is made now has still to drop."""
    change = subscription.pending_change
    if change is None:
        return _has_price(wish, subscription)
    is_pending = change.price == wish.price and wish.quantity in (None, change.quantity)
    return wish.at_period_end and is_pending


def _has_price(wish: SubscriptionWish, subscription: Subscription) -> bool:
    is_quantity_right = wish.quantity in (None, subscription.quantity)
    return subscription.price == wish.price and is_quantity_right


def _is_changing(subscription: Subscription) -> bool:
    pending = subscription.pending
    return pending is not None and pending.kind == "change"


def _is_canceling(subscription: Subscription) -> bool:
    pending = subscription.pending
    return pending is not None and pending.kind == "cancel"


def _same_second(one: datetime | None, other: datetime | None) -> bool:
    """Providers keep whole seconds."""
    if one is None or other is None:
        return one is other
    return one.replace(microsecond=0) == other.replace(microsecond=0)
