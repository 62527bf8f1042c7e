"""A subscription in words that are the same for every provider.

Billing status, access and pending intent are three things; none is inferred from another.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from frontdesk.domain.ids import derived_id
from frontdesk.domain.operation import OperationKind, Parameter
from frontdesk.domain.snapshot import (
    Installments,
    PauseBehavior,
    PendingChange,
    ProviderName,
    SubscriptionSnapshot,
    Suspension,
)


class SubscriptionStatus(StrEnum):
    ACTIVE = "active"
    TRIALING = "trialing"
    PAST_DUE = "past_due"
    PAUSED = "paused"
    CANCELED = "canceled"
    EXPIRED = "expired"
    INCOMPLETE = "incomplete"
    PENDING_APPROVAL = "pending_approval"


class AccessState(StrEnum):
    ACTIVE = "active"
    ENDING = "ending"
    ENDED = "ended"
    LIMITED = "limited"


@dataclass(frozen=True, slots=True)
class Access:
    state: AccessState
    until: datetime | None
    reason: str


@dataclass(frozen=True, slots=True)
class PendingIntent:
    """Something that will happen: `kind` is cancel, change, pause, resume or approval.

    An approval is the buyer's to give, at `approve_url`; `at` is when we stop waiting for it.
    """

    kind: str
    at: datetime | None
    approve_url: str | None = None


@dataclass(frozen=True, slots=True)
class OpenOperation:
    """What is being done with the subscription: one thing at a time, and as it was asked for.

    What `waits` has not begun: it comes after something else that is still to happen.
    """

    id: str
    kind: OperationKind
    parameters: Mapping[str, Parameter]
    approve_url: str | None = None
    approval_expires_at: datetime | None = None
    waits: bool = False


@dataclass(frozen=True, slots=True)
class Scheduled:
    """What Frontdesk itself brings about at `at`, because the provider cannot wait for it.

    `kind` is CANCEL or RESUME; `is_held` says that the provider bills nothing until then.
    `operation_id` asked for it. `tries` counts what was tried in vain since it was due, and
    `retry_at` is when it is tried again.
    """

    kind: OperationKind
    at: datetime
    operation_id: str
    is_held: bool
    tries: int = 0
    retry_at: datetime | None = None

    @property
    def due_at(self) -> datetime:
        return self.retry_at or self.at


@dataclass(frozen=True, slots=True)
class Subscription:
    """`billing_status` is the provider's own word; `amount_minor` the price of one cycle.

    `scheduled`, `access_revoked_at` and `open_operation` are ours; the rest the provider shows.
    """

    id: str
    customer_id: str
    provider: ProviderName
    provider_id: str
    created_at: datetime
    started_at: datetime
    billing_status: str
    amount_minor: int | None
    currency: str
    interval: str | None
    interval_count: int | None
    quantity: int
    product: str | None
    price: str | None
    current_period_start: datetime | None
    current_period_end: datetime | None
    cancels_at_period_end: bool = False
    cancel_at: datetime | None = None
    canceled_at: datetime | None = None
    ended_at: datetime | None = None
    trial_end: datetime | None = None
    pause: PauseBehavior | None = None
    resumes_at: datetime | None = None
    suspension: Suspension | None = None
    payment_method: str | None = None
    paid_until: datetime | None = None
    scheduled: Scheduled | None = None
    access_revoked_at: datetime | None = None
    pending_change: PendingChange | None = None
    has_lost_change: bool = False
    installments: Installments | None = None
    open_operation: OpenOperation | None = None
    version: int = 0

    @property
    def status(self) -> SubscriptionStatus:
        """One that is held only until it ends is not paused for people: it is about to end. And
        one that has ended because all was paid was not canceled."""
        shown = display_status(
            self.provider,
            self.billing_status,
            is_paused=self.pause is not None,
            suspension=self.suspension,
        )
        if shown is SubscriptionStatus.CANCELED and self.are_installments_paid:
            return SubscriptionStatus.EXPIRED
        held = self.scheduled if self.scheduled is not None and self.scheduled.is_held else None
        is_ending = held is not None and held.kind is OperationKind.CANCEL
        is_paused = shown is SubscriptionStatus.PAUSED
        return SubscriptionStatus.ACTIVE if is_paused and is_ending else shown

    @property
    def are_installments_paid(self) -> bool:
        return self.installments is not None and self.installments.are_paid

    @property
    def is_held(self) -> bool:
        """Whether the provider bills nothing because we or somebody asked it to."""
        return self.suspension is Suspension.REQUESTED

    @property
    def is_over(self) -> bool:
        return self.status in _OVER

    @property
    def awaits_approval(self) -> bool:
        return self.open_operation is not None and self.open_operation.approve_url is not None

    @property
    def pending(self) -> PendingIntent | None:
        if self.status in _OVER:
            return None
        if self.open_operation is not None and self.awaits_approval:
            asked = self.open_operation
            return PendingIntent("approval", asked.approval_expires_at, asked.approve_url)
        if self.cancels_at_period_end:
            return PendingIntent("cancel", self.current_period_end)
        if self.cancel_at is not None:
            return PendingIntent("cancel", self.cancel_at)
        if self.scheduled is not None:
            return PendingIntent(self.scheduled.kind.value, self.scheduled.at)
        if self.pending_change is not None:
            return PendingIntent("change", self.pending_change.at)
        if self.pause is not None and self.resumes_at is not None:
            return PendingIntent("resume", self.resumes_at)
        return None

    @property
    def resumption_at(self) -> datetime | None:
        """When a pause ends by itself, whoever sees to it."""
        if self.scheduled is not None and self.scheduled.kind is OperationKind.RESUME:
            return self.scheduled.at
        return self.resumes_at

    @property
    def next_payment_at(self) -> datetime | None:
        """When the next payment is tried; None when none will be."""
        if self.status in _OVER or self.status is SubscriptionStatus.INCOMPLETE:
            return None
        if self.are_installments_paid:
            return None
        is_paused = self.status is SubscriptionStatus.PAUSED or self.suspension is not None
        moment = self.resumption_at if is_paused else self.current_period_end
        pending = self.pending
        if pending is not None and pending.kind == "cancel" and _ends_first(pending, moment):
            return None
        return moment

    def access(self, *, now: datetime) -> Access:
        return _access(self, now=now)


_OVER = frozenset((SubscriptionStatus.CANCELED, SubscriptionStatus.EXPIRED))
_STRIPE_STATUSES = {
    # https://docs.stripe.com/api/subscriptions/object#subscription_object-status
    "active": SubscriptionStatus.ACTIVE,
    "trialing": SubscriptionStatus.TRIALING,
    "past_due": SubscriptionStatus.PAST_DUE,
    "unpaid": SubscriptionStatus.PAST_DUE,
    "paused": SubscriptionStatus.PAUSED,
    "canceled": SubscriptionStatus.CANCELED,
    "incomplete": SubscriptionStatus.INCOMPLETE,
    "incomplete_expired": SubscriptionStatus.EXPIRED,
}
_PAYPAL_STATUSES = {
    # https://developer.paypal.com/docs/api/subscriptions/v1/#subscriptions_get
    "APPROVAL_PENDING": SubscriptionStatus.PENDING_APPROVAL,
    "APPROVED": SubscriptionStatus.INCOMPLETE,
    "ACTIVE": SubscriptionStatus.ACTIVE,
    "SUSPENDED": SubscriptionStatus.PAUSED,
    "CANCELLED": SubscriptionStatus.CANCELED,
    "EXPIRED": SubscriptionStatus.EXPIRED,
}
PAST_DUE_GRACE = timedelta(days=7)
"""How long access stays after a renewal failed."""


def display_status(
    provider: ProviderName,
    billing_status: str,
    *,
    is_paused: bool,
    suspension: Suspension | None = None,
) -> SubscriptionStatus:
    """One status for people, whatever the provider's word is."""
    match provider:
        case ProviderName.STRIPE:
            return _stripe_status(billing_status, is_paused=is_paused)
        case ProviderName.PAYPAL:
            return _paypal_status(billing_status, suspension=suspension)


def _stripe_status(billing_status: str, *, is_paused: bool) -> SubscriptionStatus:
    """Paused collection leaves Stripe's own status as it was
    (https://docs.stripe.com/billing/subscriptions/pause-payment), so it is looked at first."""
    status = _STRIPE_STATUSES[billing_status]
    may_pause = status in (SubscriptionStatus.ACTIVE, SubscriptionStatus.TRIALING)
    if is_paused and (may_pause or status is SubscriptionStatus.PAST_DUE):
        return SubscriptionStatus.PAUSED
    return status


def _paypal_status(billing_status: str, *, suspension: Suspension | None) -> SubscriptionStatus:
    """PayPal has one word for a wish and for failed payments."""
    if suspension is Suspension.PAYMENT_FAILED:
        return SubscriptionStatus.PAST_DUE
    return _PAYPAL_STATUSES[billing_status]


def _ends_first(pending: PendingIntent, moment: datetime | None) -> bool:
    return pending.at is None or moment is None or pending.at <= moment


def _access(subscription: Subscription, *, now: datetime) -> Access:
    """The policy table of access; the first line that fits decides.

    What was revoked has ended then, or before if it had.
    """
    revoked_at = subscription.access_revoked_at
    if revoked_at is not None:
        paid_for = _access(replace(subscription, access_revoked_at=None), now=now)
        ended_at = paid_for.until if paid_for.state is AccessState.ENDED else None
        if ended_at is not None and ended_at < revoked_at:
            return paid_for
        return Access(AccessState.ENDED, revoked_at, "revoked")
    period_end = subscription.current_period_end
    match subscription.status:
        case SubscriptionStatus.INCOMPLETE | SubscriptionStatus.PENDING_APPROVAL:
            return Access(AccessState.LIMITED, None, "first_payment_missing")
        case SubscriptionStatus.EXPIRED:
            never_paid = subscription.billing_status == "incomplete_expired"
            reason = "never_paid" if never_paid else "completed"
            given_until = _latest(subscription.ended_at, subscription.paid_until)
            return _access_at_the_end(given_until, reason, now=now)
        case SubscriptionStatus.CANCELED:
            ended_at = subscription.ended_at or subscription.canceled_at or period_end
            given_until = _latest(ended_at, subscription.paid_until)
            return _access_at_the_end(given_until, "canceled", now=now)
        case SubscriptionStatus.PAUSED:
            return _access_while_paused(subscription, now=now)
        case SubscriptionStatus.PAST_DUE:
            return _access_while_past_due(subscription, now=now)
        case _:
            return _access_while_live(subscription, now=now)


def _latest(*moments: datetime | None) -> datetime | None:
    return max(filter(None, moments), default=None)


def _access_at_the_end(ended_at: datetime | None, reason: str, *, now: datetime) -> Access:
    """What was paid for is given: billing may be over before the time that it paid for."""
    if ended_at is not None and now < ended_at:
        return Access(AccessState.ENDING, ended_at, reason)
    return Access(AccessState.ENDED, ended_at, reason)


def _access_while_paused(subscription: Subscription, *, now: datetime) -> Access:
    """Voided invoices give nothing for the time after what was paid; the other behaviours
    leave the service running (https://docs.stripe.com/billing/subscriptions/pause-payment)."""
    period_end = subscription.current_period_end
    if subscription.pause in (PauseBehavior.KEEP_AS_DRAFT, PauseBehavior.MARK_UNCOLLECTIBLE):
        return _access_while_live(subscription, now=now)
    # Stripe's periods go on while their invoices are voided: then the last one was not paid.
    period_end = subscription.paid_until or period_end
    is_paid_ahead = period_end is not None and now < period_end
    if is_paid_ahead and (subscription.pause is PauseBehavior.VOID or subscription.suspension):
        return Access(AccessState.ENDING, period_end, "paused")
    return Access(AccessState.LIMITED, period_end, "paused")


def _access_while_past_due(subscription: Subscription, *, now: datetime) -> Access:
    if subscription.billing_status == "unpaid":
        return Access(AccessState.LIMITED, None, "payment_failed")
    # Stripe's period advances before its renewal is collected, so it began when the payment
    # failed; one that the provider suspended for it stays in the period that was paid last.
    is_suspended = subscription.suspension is not None
    period_start, period_end = subscription.current_period_start, subscription.current_period_end
    started = period_end if is_suspended else period_start
    deadline = None if started is None else started + PAST_DUE_GRACE
    if deadline is not None and now >= deadline:
        return Access(AccessState.LIMITED, deadline, "payment_failed")
    return Access(AccessState.ACTIVE, deadline, "payment_overdue")


def _access_while_live(subscription: Subscription, *, now: datetime) -> Access:
    """An end that is due ends access, though whoever sees to it may be late."""
    pending = subscription.pending
    if pending is not None and pending.kind == "cancel":
        if pending.at is not None and pending.at <= now:
            paid_until = subscription.paid_until or pending.at
            return _access_at_the_end(max(pending.at, paid_until), "canceled", now=now)
        return Access(AccessState.ENDING, pending.at, "cancellation_scheduled")
    if subscription.status is SubscriptionStatus.TRIALING:
        return Access(AccessState.ACTIVE, None, "trial")
    return Access(AccessState.ACTIVE, None, "paid")


def subscription_id_of(snapshot: SubscriptionSnapshot) -> str:
    origin = f"{snapshot.provider}:subscription:{snapshot.provider_id}"
    return derived_id("sub", origin=origin, at=snapshot.created_at)


def subscription_of(
    snapshot: SubscriptionSnapshot, *, customer_id: str, version: int
) -> Subscription:
    return Subscription(
        id=subscription_id_of(snapshot),
        customer_id=customer_id,
        provider=snapshot.provider,
        provider_id=snapshot.provider_id,
        created_at=snapshot.created_at,
        started_at=snapshot.started_at,
        billing_status=snapshot.status,
        amount_minor=snapshot.amount_minor,
        currency=snapshot.currency,
        interval=snapshot.interval,
        interval_count=snapshot.interval_count,
        quantity=snapshot.quantity,
        product=snapshot.product,
        price=snapshot.price,
        current_period_start=snapshot.current_period_start,
        current_period_end=snapshot.current_period_end,
        cancels_at_period_end=snapshot.cancels_at_period_end,
        cancel_at=snapshot.cancel_at,
        canceled_at=snapshot.canceled_at,
        ended_at=snapshot.ended_at,
        trial_end=snapshot.trial_end,
        pause=snapshot.pause,
        resumes_at=snapshot.resumes_at,
        suspension=snapshot.suspension,
        payment_method=snapshot.payment_method,
        paid_until=snapshot.paid_until,
        pending_change=snapshot.pending_change,
        has_lost_change=snapshot.has_lost_change,
        installments=snapshot.installments,
        version=version,
    )
