"""What a change of the price costs now and next."""

from dataclasses import dataclass
from datetime import datetime

from frontdesk.domain.capabilities import PRICE_NOTICE
from frontdesk.domain.money import step_of
from frontdesk.domain.operation import OperationKind
from frontdesk.domain.rounding import share_of
from frontdesk.domain.subscription import Subscription, SubscriptionStatus
from frontdesk.domain.subscription_charges import renewals
from frontdesk.domain.subscription_command import SubscriptionWish


@dataclass(frozen=True, slots=True)
class Settlement:
    """Minor units. `due_now_minor` below zero is a credit towards the next invoice."""

    due_now_minor: int
    next_minor: int | None
    next_at: datetime | None
    is_estimate: bool = False


def settlement_of(
    wish: SubscriptionWish, subscription: Subscription, *, now: datetime
) -> Settlement:
    """To the second, as Stripe prorates (https://docs.stripe.com/billing/subscriptions/prorations).

    Nothing is prorated in a trial, where nothing has been paid.
    """
    before, after = subscription.amount_minor or 0, wish.amount_minor or 0
    end = subscription.current_period_end
    is_trial = subscription.status is SubscriptionStatus.TRIALING
    if is_trial or wish.proration in (None, "none") or end is None:
        return Settlement(0, after, _first_renewal(wish, subscription, now=now))
    difference = _share(after, subscription, now) - _share(before, subscription, now)
    if wish.proration == "invoice_now":
        return Settlement(difference, after, end, is_estimate=True)
    return Settlement(0, max(after + difference, 0), end, is_estimate=True)


def _first_renewal(
    wish: SubscriptionWish, subscription: Subscription, *, now: datetime
) -> datetime | None:
    """The first that costs the new price: a provider may want to know of it some time before."""
    if wish.kind is not OperationKind.REPRICE or subscription.interval is None:
        return subscription.current_period_end
    in_time = now + PRICE_NOTICE[subscription.provider]
    return next((at for at in renewals(subscription, now=now) if at >= in_time), None)


def _share(amount_minor: int, subscription: Subscription, now: datetime) -> int:
    """The part of a cycle's price that falls on what is left of it."""
    start, end = subscription.current_period_start, subscription.current_period_end
    if start is None or end is None or end <= start:
        return 0
    left, whole = int((end - max(now, start)).total_seconds()), int((end - start).total_seconds())
    step = step_of(subscription.currency, provider=subscription.provider)
    return share_of(amount_minor, max(left, 0), whole, step=step)


def unused_minor(
    paid_minor: int, subscription: Subscription, *, paid_until: datetime, now: datetime
) -> int:
    """What of a payment for the present period falls on the part of it that is still to come.

    A trial's period was paid by nobody. A payment for a part of the period only (a change in its
    midst) counts as if it were for the whole: never more than is due goes back.
    """
    start, end = subscription.current_period_start, subscription.current_period_end
    if subscription.status is SubscriptionStatus.TRIALING or start is None or end is None:
        return 0
    whole = int((end - start).total_seconds())
    left = int((min(paid_until, end) - max(now, start)).total_seconds())
    if whole <= 0 or left <= 0:
        return 0
    step = step_of(subscription.currency, provider=subscription.provider)
    return share_of(paid_minor, min(left, whole), whole, step=step)
