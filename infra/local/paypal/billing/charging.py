"""A bill: how much, whether it is paid, and what follows when it is not.

Source of the retries: https://developer.paypal.com/platforms/subscriptions/customize/payment-failure-retry
"""

from infra.local.paypal.account import Account
from infra.local.paypal.billing.schedule import count_cycle, move_on, period_end
from infra.local.paypal.payments import record_payment
from infra.local.paypal.pricing import in_force, price_minor, tax_minor
from infra.local.paypal.printed_subscriptions import announce
from infra.local.paypal.terms import currency_of, cycle_of, terms_of
from infra.local.provider.calendar import DAY_SECONDS
from infra.local.provider.exchange import Json


def amount_of(account: Account, subscription: Json, cycle: Json) -> int:
    """One period, without what is outstanding. A free period is free of shipping, too."""
    scheme = cycle["pricing_scheme"]
    if scheme is not None:
        freeze = account.settings.price_freeze_days
        scheme = in_force(scheme, at=account.now(), freeze_days=freeze)
    net = price_minor(scheme, subscription["quantity"])
    if net == 0:
        return 0
    net += int(subscription["shipping_minor"])
    return net + tax_minor(terms_of(account, subscription)["taxes"], net)


def bill_period(account: Account, subscription: Json, cycle: Json) -> None:
    """The bill of a period that begins now, with what is outstanding."""
    terms = terms_of(account, subscription)
    period = amount_of(account, subscription, cycle)
    included = 0
    if period and terms["payment_preferences"]["auto_bill_outstanding"]:
        included = subscription["outstanding_minor"]
    total = period + included
    if total == 0 or is_paid(account, subscription, total):
        subscription["outstanding_minor"] -= included
        _begin_period(account, subscription, cycle)
        return
    retry = {
        "amount_minor": total,
        "new_minor": period,
        "sequence": cycle["sequence"],
        "failures": 0,
        "next_at": None,
    }
    account.change(subscription, retry=retry)
    _note_failure(account, subscription)


def retry_bill(account: Account, subscription: Json) -> None:
    retry = subscription["retry"]
    if not is_paid(account, subscription, retry["amount_minor"]):
        _note_failure(account, subscription)
        return
    included = retry["amount_minor"] - retry["new_minor"]
    subscription["outstanding_minor"] -= included
    _close_retry(account, subscription)


def charge_outstanding(account: Account, subscription: Json, amount_minor: int) -> Json | None:
    """What the merchant captures; None when the buyer's money says no."""
    payer = account.get("payer", subscription["payer"])
    if payer["conduct"] == "declines":
        return None
    subscription["outstanding_minor"] -= amount_minor
    return _record(account, subscription, payer, amount_minor)


def is_paid(account: Account, subscription: Json, amount_minor: int) -> bool:
    payer = account.get("payer", subscription["payer"])
    if payer["conduct"] == "declines":
        return False
    subscription["failed_payments_count"] = 0
    _record(account, subscription, payer, amount_minor)
    return True


def _record(account: Account, subscription: Json, payer: Json, amount_minor: int) -> Json:
    subscription["last_payment"] = {"amount_minor": amount_minor, "at": account.now()}
    return record_payment(
        account,
        payer,
        amount_minor,
        currency_of(terms_of(account, subscription)),
        channel="sale",
        subscription=subscription["id"],
        order=None,
        custom_id=subscription["custom_id"],
        invoice_id=None,
    )


def _begin_period(account: Account, subscription: Json, cycle: Json) -> None:
    terms = terms_of(account, subscription)
    count_cycle(subscription, cycle)
    move_on(subscription, cycle, terms)
    account.touch(subscription)


def _close_retry(account: Account, subscription: Json) -> None:
    cycle = cycle_of(terms_of(account, subscription), subscription["retry"]["sequence"])
    subscription["retry"] = None
    _begin_period(account, subscription, cycle)


def _note_failure(account: Account, subscription: Json) -> None:
    """Told each time; counted, and owed, when the last try of the period failed."""
    settings, retry = account.settings, subscription["retry"]
    retry["failures"] += 1
    next_try = account.now() + settings.retry_days * DAY_SECONDS
    is_last = retry["failures"] > settings.retries_max or next_try >= _next_period(
        account, subscription
    )
    retry["next_at"] = None if is_last else next_try
    subscription["last_failed_payment"] = {
        "amount_minor": retry["amount_minor"],
        "at": account.now(),
        "retry_at": retry["next_at"],
    }
    if is_last:
        subscription["failed_payments_count"] += 1
        subscription["outstanding_minor"] += retry["new_minor"]
        _close_retry(account, subscription)
    account.touch(subscription)
    announce(account, subscription, "PAYMENT.FAILED", "Payment failed on subscription")
    if is_last:
        _suspend_at_threshold(account, subscription)


def _next_period(account: Account, subscription: Json) -> int:
    cycle = cycle_of(terms_of(account, subscription), subscription["retry"]["sequence"])
    return period_end(subscription, cycle)


def _suspend_at_threshold(account: Account, subscription: Json) -> None:
    preferences = terms_of(account, subscription)["payment_preferences"]
    threshold = preferences["payment_failure_threshold"]
    if not threshold or subscription["failed_payments_count"] < threshold:
        return
    account.change(
        subscription,
        status="SUSPENDED",
        status_at=account.now(),
        note="The payment failure threshold was reached.",
        suspended_by="failures",
    )
    announce(account, subscription, "SUSPENDED", "Subscription suspended")
