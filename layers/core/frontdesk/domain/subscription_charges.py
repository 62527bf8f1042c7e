"""What a provider is going to charge for a subscription, as a plan shows it."""

from collections.abc import Iterator
from datetime import datetime
from itertools import count, islice, takewhile

from frontdesk.domain.capabilities import Capability, capability
from frontdesk.domain.cycle import end_of_cycle
from frontdesk.domain.money import Money
from frontdesk.domain.plan import Effect, EffectKind, PlanWarning
from frontdesk.domain.subscription import Subscription, SubscriptionStatus

IS_AN_ESTIMATE = PlanWarning(
    "amount_is_an_estimate", "The provider settles to the second it is done."
)
_BILLED_SOON = PlanWarning(
    "billed_soon", "The period is over: the provider may bill the next one within the hour."
)
_MORE_FOLLOW = PlanWarning("more_charges_follow", "Not every renewal until then is shown.")
_MOST_SHOWN = 24

type Charges = tuple[tuple[Effect, ...], tuple[PlanWarning, ...]]
"""And what there is to say of them."""


def charge(subscription: Subscription, *, at: datetime) -> Effect:
    """Of a whole cycle."""
    amount = Money(subscription.amount_minor or 0, subscription.currency)
    return Effect(EffectKind.CHARGE, subscription.id, "charged", at, amount=amount)


def next_charge(
    subscription: Subscription, *, now: datetime, before: datetime | None = None
) -> tuple[Effect, ...]:
    at = next(renewals(subscription, now=now), None)
    is_behind = at is not None and before is not None and at >= before
    return () if at is None or is_behind else (charge(subscription, at=at),)


def charges_when_it_goes_on(subscription: Subscription, *, now: datetime) -> Charges:
    """What was held back is billed again. A period that ended meanwhile is not made up for, but
    the next one may begin at once."""
    end = subscription.current_period_end
    if subscription.suspension is None or end is None or end > now:
        return next_charge(subscription, now=now), ()
    if not _is_charged(subscription):
        return (), ()
    return (charge(subscription, at=now),), (_BILLED_SOON,)


def charges_until(end: datetime, subscription: Subscription, *, now: datetime) -> Charges:
    """All renewals before a later end, of which the last may be for a part of a period: where the
    provider prorates, that costs less."""
    found = list(
        islice(
            takewhile(lambda at: at < end, _unpaused(subscription, now=now)),
            _MOST_SHOWN + 1,
        )
    )
    shown = tuple(charge(subscription, at=at) for at in found[:_MOST_SHOWN])
    is_prorated = capability(subscription.provider, "proration") is not Capability.NONE
    warnings = (IS_AN_ESTIMATE,) if shown and is_prorated else ()
    return shown, (*warnings, _MORE_FOLLOW) if len(found) > _MOST_SHOWN else warnings


def _unpaused(subscription: Subscription, *, now: datetime) -> Iterator[datetime]:
    """The renewals that are billed: in a pause none is."""
    all_of_them = renewals(subscription, now=now)
    is_paused = subscription.status is SubscriptionStatus.PAUSED
    if not is_paused and subscription.suspension is None:
        return all_of_them
    goes_on_at = subscription.resumption_at
    return iter(()) if goes_on_at is None else (at for at in all_of_them if at >= goes_on_at)


def renewals(subscription: Subscription, *, now: datetime) -> Iterator[datetime]:
    """From `now` on, as many as are still to be paid; without an end where there is none."""
    end, interval = subscription.current_period_end, subscription.interval
    if end is None or not _is_charged(subscription):
        return iter(())
    if interval is None:
        return iter((end,) if end >= now else ())
    plan = subscription.installments
    most = None if plan is None else plan.total - plan.paid
    return islice((at for at in _boundaries(subscription, end, interval) if at >= now), most)


def _boundaries(subscription: Subscription, end: datetime, interval: str) -> Iterator[datetime]:
    """The day of the month is that of the start, where the period ends with a shorter one."""
    day, each = subscription.started_at.day, subscription.interval_count or 1
    for intervals in count(0, each):
        yield end_of_cycle(end, interval=interval, count=intervals, billing_day=day)


def _is_charged(subscription: Subscription) -> bool:
    return subscription.amount_minor is not None and not subscription.are_installments_paid
