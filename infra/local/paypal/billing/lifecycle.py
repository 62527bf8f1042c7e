"""How a subscription gets from one status to the next, by people and by time."""

from infra.local.paypal.account import Account
from infra.local.paypal.billing.charging import bill_period, is_paid, retry_bill
from infra.local.paypal.billing.schedule import (
    billing_instant,
    current_cycle,
    next_billing_hour,
    period_end,
)
from infra.local.paypal.printed_subscriptions import announce
from infra.local.paypal.terms import terms_of
from infra.local.provider.exchange import Json


def start(account: Account, subscription: Json) -> None:
    """The buyer agreed: billing begins now, or on the day that was asked for."""
    now = account.now()
    starts_at = max(now, subscription["starts_at"])
    account.change(
        subscription,
        status="ACTIVE",
        status_at=now,
        starts_at=starts_at,
        activated_at=now,
        anchor_at=billing_instant(starts_at),
        anchor_periods=0,
        next_billing_at=max(now, billing_instant(starts_at)) if starts_at > now else now,
    )
    # Told before the first bill: what the event carries is provisional, as at PayPal.
    announce(account, subscription, "ACTIVATED", "Subscription activated")
    if not _takes_setup_fee(account, subscription):
        return
    if subscription["next_billing_at"] <= now:
        bill(account, subscription)


def _takes_setup_fee(account: Account, subscription: Json) -> bool:
    """Whether the subscription lives on after its setup fee was asked for."""
    preferences = terms_of(account, subscription)["payment_preferences"]
    fee = preferences["setup_fee_minor"]
    if not fee or is_paid(account, subscription, fee):
        return True
    if preferences["setup_fee_failure_action"] == "CONTINUE":
        account.change(subscription, outstanding_minor=fee)
        return True
    end(account, subscription, "CANCELLED", note="The setup fee could not be collected.")
    return False


def bill(account: Account, subscription: Json) -> None:
    cycle = current_cycle(subscription, terms_of(account, subscription))
    if cycle is None:
        return
    bill_period(account, subscription, cycle)
    _expire_if_asked(account, subscription)


def _expire_if_asked(account: Account, subscription: Json) -> None:
    expires_now = account.settings.expires == "with_last_payment"
    if subscription["ends_at"] is not None and expires_now and not subscription["retry"]:
        end(account, subscription, "EXPIRED", note=None)


def suspend(account: Account, subscription: Json, *, note: str | None, by: str) -> None:
    """`by` says who wished it: `merchant`, `buyer`."""
    account.change(
        subscription,
        status="SUSPENDED",
        status_at=account.now(),
        note=note,
        suspended_by=by,
        retry=None,
    )
    announce(account, subscription, "SUSPENDED", "Subscription suspended")


def reactivate(account: Account, subscription: Json, *, note: str | None) -> None:
    """Bills that were due meanwhile are not made up for, but the next one may be due at once.

    Seen at https://www.paypal-community.com/t5/REST-APIs/td-p/3131544: `next_billing_time` became
    10:00 of the same day.
    """
    now = account.now()
    account.change(subscription, status="ACTIVE", status_at=now, note=note, suspended_by=None)
    due_at = subscription["next_billing_at"]
    if due_at is not None and due_at <= now:
        _skip_missed(account, subscription)
    event_type = account.settings.reactivated_event.removeprefix("BILLING.SUBSCRIPTION.")
    announce(account, subscription, event_type, "Subscription activated")


def _skip_missed(account: Account, subscription: Json) -> None:
    now = account.now()
    cycle = current_cycle(subscription, terms_of(account, subscription))
    if account.settings.reactivation_billing == "soon" or cycle is None:
        at = next_billing_hour(now)
        account.change(subscription, next_billing_at=at, anchor_at=at, anchor_periods=0)
        return
    while subscription["next_billing_at"] <= now:
        subscription["next_billing_at"] = period_end(subscription, cycle)
        subscription["anchor_periods"] += 1
    account.touch(subscription)


def end(account: Account, subscription: Json, status: str, *, note: str | None) -> None:
    """`CANCELLED` or `EXPIRED`: for good."""
    account.change(
        subscription,
        status=status,
        status_at=account.now(),
        note=note,
        next_billing_at=None,
        ends_at=None,
        retry=None,
        revision=None,
    )
    announce(account, subscription, status, f"Subscription {status.lower()}")


def due_at(_account: Account, subscription: Json) -> int | None:
    if subscription["status"] != "ACTIVE":
        return None
    if subscription["retry"]:
        next_try: int | None = subscription["retry"]["next_at"]
        return next_try
    instants = (subscription["next_billing_at"], subscription["ends_at"])
    return min((at for at in instants if at is not None), default=None)


def act(account: Account, subscription: Json) -> None:
    now = account.now()
    if subscription["retry"]:
        retry_bill(account, subscription)
        _expire_if_asked(account, subscription)
    elif subscription["ends_at"] is not None and subscription["ends_at"] <= now:
        end(account, subscription, "EXPIRED", note=None)
    else:
        bill(account, subscription)
