"""What a caller may wish for: the one place where the customer and the merchant differ.

The verbs themselves are the same for both; the shop's settings bind the customer only.
"""

from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from frontdesk.domain.capabilities import Capability, capability
from frontdesk.domain.card_number import has_card_number
from frontdesk.domain.errors import (
    ConflictError,
    FieldProblem,
    ForbiddenError,
    InvalidInputError,
)
from frontdesk.domain.money import Money, ensure_chargeable
from frontdesk.domain.operation import OperationKind
from frontdesk.domain.settings import PlanChangeRules, Proration, Settings, Timing
from frontdesk.domain.subscription import Subscription
from frontdesk.domain.subscription_command import SubscriptionWish

PLANNED_BY_SHOP = "planned_by_shop"
_DAYS = {
    "day": Fraction(1),
    "week": Fraction(7),
    "month": Fraction(365, 12),
    "year": Fraction(365),
}
_PRORATIONS = {
    Proration.NONE: "none",
    Proration.NEXT_INVOICE: "prorate",
    Proration.INVOICE_NOW: "invoice_now",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelOrder:
    """`when` is `now`, `period_end` or a moment."""

    when: str | datetime
    reason: str | None = None
    comment: str | None = None
    refund: str = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceTarget:
    """What the subscription is to cost: a provider's price, and its amount for one cycle."""

    offer_id: str
    price: str
    amount_minor: int
    currency: str
    interval: str
    interval_count: int
    quantity: int


def cancel_wish(
    order: CancelOrder, subscription: Subscription, *, rules: Settings | None
) -> SubscriptionWish:
    """`rules` bind a customer; None for the merchant. Raises ForbiddenError, InvalidInputError."""
    for field, text in (("reason", order.reason), ("comment", order.comment)):
        _ensure_no_card_number(field, text)
    if rules is not None and rules.cancellation.timing is Timing.PERIOD_END:
        _ensure_not_early(order.when, subscription)
    return SubscriptionWish(
        kind=OperationKind.CANCEL,
        at=order.when if isinstance(order.when, datetime) else None,
        at_period_end=order.when == "period_end",
        reason=order.reason,
        comment=order.comment,
    )


def ensure_refund_fits(order: CancelOrder) -> None:
    """Raises InvalidInputError: a time that is still given is not paid back too."""
    for field, text in (("reason", order.reason), ("comment", order.comment)):
        _ensure_no_card_number(field, text)
    if order.when != "now":
        told = "Only an end at once (`when` is `now`) can give money back."
        problem = FieldProblem("refund", "refund_needs_end_at_once", told)
        raise InvalidInputError(told, code="refund_needs_end_at_once", problems=(problem,))


def _ensure_no_card_number(field: str, text: str | None) -> None:
    if text is not None and has_card_number(text):
        raise _wrong(field, "card_number_not_allowed", "Card numbers must not be sent here.")


def _ensure_not_early(when: str | datetime, subscription: Subscription) -> None:
    end = subscription.current_period_end
    is_early = when == "now" or (isinstance(when, datetime) and end is not None and when < end)
    if is_early:
        raise ForbiddenError(
            "This shop lets subscriptions end with their period, not before.",
            code="early_end_not_offered",
        )


def undo_cancel_wish(subscription: Subscription, *, is_customer: bool) -> SubscriptionWish:
    """Raises ConflictError: whoever cancels and takes it back must not keep a price that the shop
    had planned to end."""
    if is_customer and subscription.has_lost_change:
        raise _planned_by_shop()
    return SubscriptionWish(
        kind=OperationKind.UNDO_CANCEL, at_period_end=subscription.cancels_at_period_end
    )


def pause_wish(resume_at: datetime | None) -> SubscriptionWish:
    return SubscriptionWish(kind=OperationKind.PAUSE, at=resume_at)


def reprice_wish(amount: Money, *, is_now: bool, subscription: Subscription) -> SubscriptionWish:
    """`amount` is for one cycle, all units. Raises InvalidInputError, AmountRefusedError."""
    quantity = max(subscription.quantity, 1)
    if amount.currency != subscription.currency:
        raise _wrong("amount.currency", "other_currency", "A subscription keeps its currency.")
    if amount.amount % quantity:
        raise _wrong(
            "amount.amount", "not_divisible", "The amount is not a whole price for each unit."
        )
    unit_price = Money(amount.amount // quantity, amount.currency)
    for one in (unit_price, amount):
        ensure_chargeable(one, provider=subscription.provider)
    return SubscriptionWish(
        kind=OperationKind.REPRICE,
        amount_minor=amount.amount,
        currency=amount.currency,
        proration="invoice_now" if is_now else "none",
    )


def change_wish(
    target: PriceTarget,
    subscription: Subscription,
    *,
    proration: str | None,
    rules: PlanChangeRules,
    is_customer: bool,
) -> SubscriptionWish:
    """When it is made follows the shop's rules. Staff who say how it is settled want it now.

    Raises ConflictError, ForbiddenError, InvalidInputError.
    """
    if target.currency != subscription.currency:
        raise _wrong("offer_id", "other_currency", "A subscription keeps its currency.")
    if is_customer:
        _ensure_not_planned(subscription)
        _ensure_allowed(target, proration=proration, rules=rules)
    is_settled_now = proration is not None and not is_customer
    timing = rules.upgrades if is_upgrade(target, subscription) else rules.downgrades
    waits = timing is Timing.PERIOD_END and not is_settled_now
    chosen = _proration(proration, subscription, rules=rules)
    return SubscriptionWish(
        kind=OperationKind.CHANGE,
        at=subscription.current_period_end if waits else None,
        at_period_end=waits,
        price=target.price,
        amount_minor=target.amount_minor,
        currency=target.currency,
        quantity=target.quantity,
        proration="none" if waits else _PRORATIONS[chosen],
    )


def drop_wish(subscription: Subscription, *, is_customer: bool) -> SubscriptionWish:
    """Raises ConflictError."""
    if is_customer:
        _ensure_not_planned(subscription)
    return SubscriptionWish(
        kind=OperationKind.DROP_PENDING, price=subscription.price, quantity=subscription.quantity
    )


def _ensure_not_planned(subscription: Subscription) -> None:
    change = subscription.pending_change
    if change is not None and not change.is_ours:
        raise _planned_by_shop()


def _planned_by_shop() -> ConflictError:
    return ConflictError("The shop has planned a change of it; ask the shop.", code=PLANNED_BY_SHOP)


def _proration(
    asked: str | None, subscription: Subscription, *, rules: PlanChangeRules
) -> Proration:
    """The shop's rule is for where it can be had; asking for it elsewhere is refused."""
    if capability(subscription.provider, "proration") is not Capability.NONE:
        return Proration(asked) if asked else rules.proration
    if asked not in (None, Proration.NONE):
        raise ConflictError(
            "The payment provider does not prorate.", code="not_offered_by_provider"
        )
    return Proration.NONE


def _ensure_allowed(target: PriceTarget, *, proration: str | None, rules: PlanChangeRules) -> None:
    if target.offer_id not in rules.allowed_offer_ids:
        raise ForbiddenError("This shop does not offer that change.", code="offer_not_allowed")
    if proration is not None and proration != rules.proration:
        raise ForbiddenError("This shop settles changes otherwise.", code="proration_not_offered")


def is_upgrade(target: PriceTarget, subscription: Subscription) -> bool:
    """A cycle that costs more and is not shorter. What a day costs misleads: from a year to a
    month it rises (https://docs.stripe.com/api/customer_portal/configurations/object, the
    conditions of `schedule_at_period_end`)."""
    before = _days(subscription.interval, subscription.interval_count)
    is_shorter = _days(target.interval, target.interval_count) < before
    return not is_shorter and target.amount_minor > (subscription.amount_minor or 0)


def _days(interval: str | None, count: int | None) -> Fraction:
    return _DAYS[interval or "month"] * (count or 1)


def _wrong(field: str, code: str, message: str) -> InvalidInputError:
    return InvalidInputError(problems=(FieldProblem(field, code, message),))
