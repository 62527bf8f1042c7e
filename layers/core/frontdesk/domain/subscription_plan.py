"""What a verb on a subscription would do, and when: pure, from its state and the moment."""

from dataclasses import replace
from datetime import datetime

from frontdesk.domain.capabilities import Capability, capability
from frontdesk.domain.errors import ConflictError, FieldProblem, InvalidInputError
from frontdesk.domain.money import Money
from frontdesk.domain.operation import OperationKind
from frontdesk.domain.plan import Effect, EffectKind, Plan, PlanWarning
from frontdesk.domain.subscription import Subscription, SubscriptionStatus
from frontdesk.domain.subscription_charges import (
    IS_AN_ESTIMATE,
    charge,
    charges_until,
    charges_when_it_goes_on,
    next_charge,
)
from frontdesk.domain.subscription_command import REFUSALS, SubscriptionWish, refusal_of
from frontdesk.domain.subscription_proration import settlement_of

_UNPAID = (
    SubscriptionStatus.INCOMPLETE,
    SubscriptionStatus.PENDING_APPROVAL,
    SubscriptionStatus.PAST_DUE,
)


def plan_of(wish: SubscriptionWish, subscription: Subscription, *, now: datetime) -> Plan:
    """Raises ConflictError with a code of REFUSALS, InvalidInputError for a moment that is past."""
    refusal = refusal_of(wish, subscription)
    if refusal is not None:
        raise ConflictError(REFUSALS[refusal], code=refusal)
    if wish.at is not None and wish.at <= now:
        raise InvalidInputError(problems=(_past(wish),))
    plan = _PLANS[wish.kind](wish, subscription, now)
    return _with_approval(plan) if _needs_buyer(wish, subscription) else plan


def _needs_buyer(wish: SubscriptionWish, subscription: Subscription) -> bool:
    how = capability(subscription.provider, wish.kind.value)
    return how is Capability.NEEDS_BUYER


def _with_approval(plan: Plan) -> Plan:
    told = PlanWarning("needs_approval", "Nothing changes before the buyer agrees at the provider.")
    return replace(plan, warnings=(*plan.warnings, told))


def _revoke_access(_: SubscriptionWish, subscription: Subscription, now: datetime) -> Plan:
    return _plan(subscription, _access(subscription, "revoked", at=now))


def _past(wish: SubscriptionWish) -> FieldProblem:
    field = "when" if wish.kind is OperationKind.CANCEL else "resume_at"
    return FieldProblem(field, "not_in_future", "The moment has to be in the future.")


def _cancel(wish: SubscriptionWish, subscription: Subscription, now: datetime) -> Plan:
    ends_at = wish.at or now
    if wish.at_period_end and subscription.current_period_end is not None:
        ends_at = max(now, subscription.current_period_end)
    paid_until = paid_until_of(subscription, now=now)
    is_later = wish.at is not None and wish.at > paid_until
    access_until = wish.revokes_access_at or (ends_at if is_later else paid_until)
    is_dated = wish.at is not None and not wish.at_period_end
    charges, told = charges_until(ends_at, subscription, now=now) if is_dated else ((), ())
    return _plan(
        subscription,
        _becomes(subscription, "canceled", at=ends_at),
        _access(subscription, "revoked" if wish.revokes_access_at else "ended", at=access_until),
        *charges,
        warnings=(
            *_warnings_of_cancellation(subscription, is_at_once=ends_at == now),
            *_dropped_change(subscription),
            *told,
        ),
    )


def _warnings_of_cancellation(
    subscription: Subscription, *, is_at_once: bool
) -> tuple[PlanWarning, ...]:
    if not is_at_once:
        return ()
    return (
        PlanWarning("not_reversible", "A cancellation at once cannot be undone."),
        PlanWarning("nothing_is_refunded", "What was paid is given back only by a refund."),
    )


def _dropped_change(subscription: Subscription) -> tuple[PlanWarning, ...]:
    if subscription.pending_change is None:
        return ()
    return (PlanWarning("pending_change_is_dropped", "The change that is pending is dropped."),)


def _undo_cancel(_: SubscriptionWish, subscription: Subscription, now: datetime) -> Plan:
    charges, told = charges_when_it_goes_on(subscription, now=now)
    return _plan(subscription, _becomes(subscription, "active", at=now), *charges, warnings=told)


def _pause(wish: SubscriptionWish, subscription: Subscription, now: datetime) -> Plan:
    limited_at = paid_until_of(subscription, now=now)
    effects = [_becomes(subscription, "paused", at=now, until=wish.at)]
    if wish.at is None or limited_at < wish.at:
        effects.append(_access(subscription, "limited", at=limited_at, until=wish.at))
    plan = subscription.installments
    is_unpaid = plan is not None and not plan.are_paid
    moved = PlanWarning("installments_are_moved", "What is not paid yet is paid after the pause.")
    return _plan(subscription, *effects, warnings=(moved,) if is_unpaid else ())


def _resume(_: SubscriptionWish, subscription: Subscription, now: datetime) -> Plan:
    effects = [
        _becomes(subscription, "active", at=now),
        _access(subscription, "active", at=now),
    ]
    if subscription.pause is not None or subscription.suspension is not None:
        charges, told = charges_when_it_goes_on(subscription, now=now)
        return _plan(subscription, *effects, *charges, warnings=told)
    # Billing itself was stopped: it begins a new period, which is paid now.
    due = charge(subscription, at=now)
    return _plan(subscription, *effects, due, amount_due=due.amount)


def _change(wish: SubscriptionWish, subscription: Subscription, now: datetime) -> Plan:
    if wish.at_period_end:
        return _later_change(wish, subscription, now)
    settled = settlement_of(wish, subscription, now=now)
    currency = subscription.currency
    effects = [_becomes(subscription, "changed", at=now)]
    if settled.due_now_minor:
        due = Money(settled.due_now_minor, currency)
        kind = EffectKind.CHARGE if settled.due_now_minor > 0 else EffectKind.REFUND
        detail = "charged" if settled.due_now_minor > 0 else "credited"
        effects.append(Effect(kind, subscription.id, detail, now, amount=due))
    if settled.next_at is not None:
        # Renewals that the provider still makes at the price of today.
        effects += next_charge(subscription, now=now, before=settled.next_at)
    if settled.next_minor is not None and settled.next_at is not None:
        amount = Money(settled.next_minor, currency)
        effects.append(
            Effect(EffectKind.CHARGE, subscription.id, "charged", settled.next_at, amount=amount)
        )
    warnings = (IS_AN_ESTIMATE,) if settled.is_estimate else ()
    return _plan(
        subscription,
        *effects,
        amount_due=Money(max(settled.due_now_minor, 0), currency),
        warnings=(*warnings, *_dropped_change(subscription)),
    )


def _later_change(wish: SubscriptionWish, subscription: Subscription, now: datetime) -> Plan:
    """Nothing is owed for it before it is made; then a whole cycle is."""
    at = wish.at or now
    amount = Money(wish.amount_minor or 0, subscription.currency)
    return _plan(
        subscription,
        _becomes(subscription, "changed", at=at),
        Effect(EffectKind.CHARGE, subscription.id, "charged", at, amount=amount),
        warnings=_dropped_change(subscription),
    )


def _drop_pending(_: SubscriptionWish, subscription: Subscription, now: datetime) -> Plan:
    return _plan(
        subscription,
        _becomes(subscription, "unchanged", at=now),
        *next_charge(subscription, now=now),
    )


_PLANS = {
    OperationKind.CANCEL: _cancel,
    OperationKind.UNDO_CANCEL: _undo_cancel,
    OperationKind.PAUSE: _pause,
    OperationKind.RESUME: _resume,
    OperationKind.CHANGE: _change,
    OperationKind.REPRICE: _change,
    OperationKind.DROP_PENDING: _drop_pending,
    OperationKind.REVOKE_ACCESS: _revoke_access,
}


def paid_until_of(subscription: Subscription, *, now: datetime) -> datetime:
    """Until when the customer has paid; `now` when nothing is paid ahead."""
    paid_until = subscription.paid_until
    if paid_until is None and subscription.status not in _UNPAID:
        paid_until = subscription.current_period_end
    return max(now, paid_until) if paid_until else now


def _becomes(
    subscription: Subscription, detail: str, *, at: datetime, until: datetime | None = None
) -> Effect:
    return Effect(EffectKind.SUBSCRIPTION, subscription.id, detail, at, until=until)


def _access(
    subscription: Subscription, detail: str, *, at: datetime, until: datetime | None = None
) -> Effect:
    return Effect(EffectKind.ACCESS, subscription.id, detail, at, until=until)


def _plan(
    subscription: Subscription,
    *effects: Effect,
    amount_due: Money | None = None,
    warnings: tuple[PlanWarning, ...] = (),
) -> Plan:
    return Plan(
        effects=effects,
        amount_due=amount_due or Money(0, subscription.currency),
        subject_version=subscription.version,
        warnings=warnings,
    )
