"""Taking the money for an invoice, and trying again when the card says no."""

from infra.local.provider.calendar import DAY_SECONDS
from infra.local.stripe.account import Account
from infra.local.stripe.billing.invoicing import default_payment, mark_paid
from infra.local.stripe.billing.standing import (
    payment_failed,
    retries_exhausted,
    subscription_of,
)
from infra.local.stripe.cards import conduct_of, decline_of
from infra.local.stripe.errors import StripeError
from infra.local.stripe.payments import confirm
from infra.local.stripe.wire import Json


def method_for(account: Account, customer: Json, subscription: Json | None = None) -> str | None:
    """The subscription's own payment method before the customer's default."""
    own = subscription["default_payment_method"] if subscription else None
    found = own or customer["invoice_settings"]["default_payment_method"]
    return str(found) if found else None


def would_decline(account: Account, method_id: str | None) -> StripeError | None:
    return decline_of(conduct_of(account, method_id)) if method_id else None


def collect_invoice(
    account: Account, invoice: Json, *, method_id: str | None = None, off_session: bool = True
) -> StripeError | None:
    """One attempt. A first invoice's subscription stays `incomplete` when it fails."""
    subscription = subscription_of(account, invoice)
    customer = account.get("customer", invoice["customer"])
    method = (
        method_id
        or invoice["default_payment_method"]
        or method_for(account, customer, subscription)
    )
    payment = default_payment(account, invoice)
    if payment is None:
        return None
    intent = account.get("payment_intent", payment["payment"]["payment_intent"])
    decline: StripeError | None = None
    if method is not None:
        intent |= {"payment_method": method, "status": "requires_confirmation"}
        decline = confirm(account, intent, off_session=off_session)
    if intent["status"] == "succeeded":
        account.change(invoice, {"attempt_count": invoice["attempt_count"] + 1, "attempted": True})
        mark_paid(account, invoice)
        return None
    _attempt_failed(account, invoice, needs_action=intent["status"] == "requires_action")
    return decline


def retry_invoice(account: Account, invoice: Json) -> None:
    account.change(invoice, {"next_payment_attempt": None})
    collect_invoice(account, invoice)
    if invoice["status"] == "open" and invoice["next_payment_attempt"] is None:
        retries_exhausted(account, invoice)


def mark_overdue(account: Account, invoice: Json) -> None:
    account.note(invoice["id"])["is_overdue"] = True
    account.change(invoice, {})
    account.emit("invoice.overdue", invoice)
    payment_failed(account, invoice)


def _attempt_failed(account: Account, invoice: Json, *, needs_action: bool) -> None:
    subscription = subscription_of(account, invoice)
    is_first = subscription is not None and subscription["status"] == "incomplete"
    attempts = invoice["attempt_count"] + 1
    days = account.settings.retry_days
    will_retry = not is_first and not needs_action and attempts <= len(days)
    next_attempt = account.now() + days[attempts - 1] * DAY_SECONDS if will_retry else None
    event = "invoice.payment_action_required" if needs_action else "invoice.payment_failed"
    account.change(
        invoice,
        {"attempt_count": attempts, "attempted": True, "next_payment_attempt": next_attempt},
        event,
    )
    payment_failed(account, invoice)
