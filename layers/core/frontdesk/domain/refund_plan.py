"""What a refund would do: the money, the paper, and what becomes of the subscription."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from frontdesk.domain.invoice import PaidInvoice
from frontdesk.domain.money import Money
from frontdesk.domain.operation import OperationKind
from frontdesk.domain.plan import Effect, EffectKind, Plan, PlanWarning
from frontdesk.domain.refund import RefundOrder, RefundRefusedError, amount_to_refund
from frontdesk.domain.snapshot import RefundStatus
from frontdesk.domain.subscription import Subscription
from frontdesk.domain.subscription_command import SubscriptionWish
from frontdesk.domain.subscription_plan import paid_until_of, plan_of
from frontdesk.domain.subscription_proration import unused_minor
from frontdesk.domain.transaction import Transaction

_EQUAL_REFUNDS_WITHIN = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Seen:
    """What an order is about, as it was read; the subscription only where the order touches it."""

    transaction: Transaction
    invoice: PaidInvoice | None = None
    subscription: Subscription | None = None


def plan_refund(order: RefundOrder, seen: Seen, *, now: datetime) -> Plan:
    """With a credit memo where the invoice that was paid has tax, and with what becomes of the
    subscription that was paid for.

    Raises what `amount_of` and the subscription's verb raise.
    """
    transaction = seen.transaction
    amount = amount_of(order, seen, now=now)
    effect = Effect(
        EffectKind.REFUND,
        transaction.id,
        "refund_requested",
        now,
        amount=Money(amount, transaction.currency),
    )
    plan = Plan(
        effects=(effect, *_paper(seen.invoice, now=now)),
        amount_due=Money(-amount, transaction.currency),
        subject_version=transaction.version,
        warnings=(*_warnings(transaction, amount, now=now), *_tax_warnings(seen.invoice)),
    )
    if not order.touches_subscription:
        return plan
    return _with_subscription(plan, order, _subscription_of(order, seen), now=now)


def amount_of(order: RefundOrder, seen: Seen, *, now: datetime) -> int:
    """Minor units. Raises InvalidInputError, AmountRefusedError, RefundRefusedError."""
    if not order.is_prorated:
        return amount_to_refund(seen.transaction, order.amount)
    left = amount_to_refund(seen.transaction, None)
    subscription = _subscription_of(order, seen)
    paid_until = paid_until_of(subscription, now=now)
    unused = unused_minor(
        seen.transaction.captured_minor, subscription, paid_until=paid_until, now=now
    )
    if unused == 0:
        raise RefundRefusedError("Nothing of what was paid is unused.", code="nothing_to_refund")
    return min(unused, left)


def wish_beside(
    order: RefundOrder, subscription: Subscription, *, now: datetime
) -> SubscriptionWish:
    """What becomes of the subscription: it ends at once, or only its access does."""
    revoked_at = now if order.revoke_access else None
    if not order.cancel_subscription:
        return SubscriptionWish(kind=OperationKind.REVOKE_ACCESS, revokes_access_at=revoked_at)
    return SubscriptionWish(
        kind=OperationKind.CANCEL,
        reason=order.cancel_reason,
        comment=order.cancel_comment,
        revokes_access_at=revoked_at,
    )


def needs_memo(invoice: PaidInvoice | None) -> bool:
    """A refund of tax is right only with a paper that corrects the invoice."""
    return invoice is not None and invoice.has_tax and invoice.takes_credit_memo


def _paper(invoice: PaidInvoice | None, *, now: datetime) -> Iterable[Effect]:
    """Without an amount: the money is another effect."""
    if invoice is not None and needs_memo(invoice):
        yield Effect(EffectKind.REFUND, invoice.id, "credit_memo_issued", now)


def _subscription_of(order: RefundOrder, seen: Seen) -> Subscription:
    if seen.subscription is not None:
        return seen.subscription
    if order.cancel_subscription:
        code = "payment_has_no_subscription"
    else:
        code = "payment_grants_no_access"
    raise RefundRefusedError("The payment was for no subscription.", code=code)


def _with_subscription(
    plan: Plan, order: RefundOrder, subscription: Subscription, *, now: datetime
) -> Plan:
    if subscription.open_operation is not None and not subscription.awaits_approval:
        raise RefundRefusedError("The subscription is being changed.", code="operation_in_progress")
    beside = plan_of(wish_beside(order, subscription, now=now), subscription, now=now)
    told = (one for one in beside.warnings if one.code != "nothing_is_refunded")
    return replace(
        plan,
        effects=plan.effects + beside.effects,
        subject_version=(subscription.version, *_versions(plan)),
        warnings=(*plan.warnings, *told, *_access_warnings(beside, now=now)),
    )


def _versions(plan: Plan) -> tuple[int, ...]:
    version = plan.subject_version
    return version if isinstance(version, tuple) else (version,)


def _access_warnings(beside: Plan, *, now: datetime) -> Iterable[PlanWarning]:
    """Who gives money back may not expect it: access is another thing than money."""
    if any(one.kind is EffectKind.ACCESS and one.effective_at > now for one in beside.effects):
        yield PlanWarning(
            "access_continues", "What was paid for can be used until then, unless it is revoked."
        )


def _tax_warnings(invoice: PaidInvoice | None) -> Iterable[PlanWarning]:
    if invoice is not None and invoice.has_tax and not invoice.takes_credit_memo:
        yield PlanWarning(
            "tax_is_not_corrected",
            "The invoice has tax, and no credit memo can be issued: correct it by hand.",
        )


def _warnings(
    transaction: Transaction, amount_minor: int, *, now: datetime
) -> Iterable[PlanWarning]:
    """A key does not help when a person submits the same thing twice on purpose."""
    over = (RefundStatus.FAILED, RefundStatus.CANCELED)
    equal = [
        refund.created_at
        for refund in transaction.refunds
        if refund.amount_minor == amount_minor
        and refund.status not in over
        and now - refund.created_at < _EQUAL_REFUNDS_WITHIN
    ]
    if equal:
        minutes = max(int((now - max(equal)).total_seconds() // 60), 0)
        ago = f"{minutes} minutes ago" if minutes > 1 else "a moment ago"
        yield PlanWarning("equal_refund", f"An equal refund was made on this payment {ago}.")
    elif amount_minor in transaction.reservations.values():
        yield PlanWarning("equal_refund", "An equal refund on this payment is under way.")
