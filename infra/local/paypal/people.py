"""What buyers, banks and the merchant's people do at PayPal, not through us."""

from collections.abc import Callable
from typing import Any

from infra.local.paypal.account import Account
from infra.local.paypal.billing.lifecycle import end, reactivate, start, suspend
from infra.local.paypal.disputing import close_dispute, open_dispute, update_dispute
from infra.local.paypal.errors import unprocessable
from infra.local.paypal.money import read_money
from infra.local.paypal.payers import payer_for
from infra.local.paypal.payments import clear_payment
from infra.local.paypal.printed_refunds import as_refund
from infra.local.paypal.printed_subscriptions import as_subscription
from infra.local.paypal.reading import optional, text
from infra.local.paypal.refunding import (
    complete_refund,
    fail_refund,
    refund_payment,
    refuse_if_forbidden,
    remaining_minor,
    reverse_payment,
)
from infra.local.paypal.resources.orders import approve_order
from infra.local.paypal.resources.subscription_terms import consent, expired_approval
from infra.local.paypal.resources.vault import approve_setup, remove_payment_token
from infra.local.provider.exchange import Json

type PersonsAction = Callable[[Account, Json], Any]


def approve(account: Account, body: Json) -> Json:
    """The buyer says yes on PayPal's page: `{subscription | order | setup_token, buyer?: {…}}`.

    `buyer` may name `email_address`, `name`, `address` and `conduct` (payers.py).
    """
    buyer = body.get("buyer") or {}
    if "order" in body:
        return approve_order(account, account.get("order", body["order"]), buyer)
    if "setup_token" in body:
        return approve_setup(account, account.get("setup_token", body["setup_token"]), buyer)
    return approve_subscription(account, account.get("subscription", body["subscription"]), buyer)


def approve_subscription(account: Account, subscription: Json, buyer: Json) -> Json:
    expires_at = subscription["created_at"] + account.settings.approval_seconds
    if subscription["status"] != "APPROVAL_PENDING" or expires_at <= account.now():
        raise expired_approval()
    payer = payer_for(account, {**subscription["subscriber"], **buyer})
    account.change(subscription, payer=payer["id"])
    if subscription["user_action"] == "CONTINUE":  # the merchant has to activate it
        account.change(subscription, status="APPROVED", status_at=account.now())
    else:
        start(account, subscription)
    return as_subscription(account, subscription)


def approve_revision(account: Account, body: Json) -> Json:
    subscription = consent(account, account.get("subscription", body["subscription"]))
    return as_subscription(account, subscription)


def decline_revision(account: Account, body: Json) -> Json:
    subscription = account.get("subscription", body["subscription"])
    return as_subscription(account, account.change(subscription, revision=None))


def _living(account: Account, body: Json, *statuses: str) -> Json:
    subscription = account.get("subscription", body["subscription"])
    if subscription["status"] not in statuses:
        raise unprocessable("SUBSCRIPTION_STATUS_INVALID", f"It is {subscription['status']}.")
    return subscription


def cancel(account: Account, body: Json) -> Json:
    """On PayPal's site; `by` is `buyer` or `merchant`."""
    subscription = _living(account, body, "ACTIVE", "SUSPENDED")
    note = body.get("note") or f"Cancelled by the {body.get('by', 'buyer')} on PayPal's site"
    end(account, subscription, "CANCELLED", note=note)
    return as_subscription(account, subscription)


def suspend_by_hand(account: Account, body: Json) -> Json:
    """On PayPal's site; a buyer who removes the funding source does the same."""
    by = body.get("by", "buyer")
    subscription = _living(account, body, "ACTIVE")
    suspend(account, subscription, note=body.get("note"), by=by)
    return as_subscription(account, subscription)


def reactivate_by_hand(account: Account, body: Json) -> Json:
    subscription = _living(account, body, "SUSPENDED")
    reactivate(account, subscription, note=body.get("note"))
    return as_subscription(account, subscription)


def buyer(account: Account, body: Json) -> Json:
    """How a buyer's money behaves from now on: `{payer | subscription, conduct}`."""
    payer_id = body.get("payer") or account.get("subscription", body["subscription"])["payer"]
    payer = account.get("payer", payer_id or "")
    return payer_for(account, {"email_address": payer["email"], "conduct": body["conduct"]})


def payment_clears(account: Account, body: Json) -> Json:
    return clear_payment(account, _pending(account, body))


def payment_denied(account: Account, body: Json) -> Json:
    return clear_payment(account, _pending(account, body), cleared=False)


def _pending(account: Account, body: Json) -> Json:
    payment = account.get("payment", body["payment"])
    if payment["status"] != "PENDING":
        raise unprocessable("NOT_PENDING", f"It is {payment['status']}.")
    return payment


def refund(account: Account, body: Json) -> Json:
    """The merchant refunds on PayPal's site: `{payment, amount?: money, note_to_payer?}`."""
    payment = account.get("payment", body["payment"])
    asked = optional(body, "amount", read_money)
    amount = refuse_if_forbidden(account, payment, asked, invoice_id=None)
    note = text(body, "note_to_payer", longest=255)
    return as_refund(account, refund_payment(account, payment, amount, note_to_payer=note))


def refund_completes(account: Account, body: Json) -> Json:
    refund = account.get("refund", body["refund"])
    if refund["status"] != "PENDING":
        raise unprocessable("NOT_PENDING", f"It is {refund['status']}.")
    return complete_refund(account, refund)


def refund_fails(account: Account, body: Json) -> Json:
    return _undo_refund(account, body, "FAILED")


def refund_cancelled(account: Account, body: Json) -> Json:
    return _undo_refund(account, body, "CANCELLED")


def _undo_refund(account: Account, body: Json, status: str) -> Json:
    refund = account.get("refund", body["refund"])
    if refund["status"] not in ("PENDING", "COMPLETED"):
        raise unprocessable("NOT_PENDING", f"It is {refund['status']}.")
    return fail_refund(account, refund, status=status)


def reverse(account: Account, body: Json) -> Json:
    """PayPal takes what is left of a payment back without a case."""
    payment = account.get("payment", body["payment"])
    amount = remaining_minor(account, payment)
    if amount == 0 or payment["status"] in ("PENDING", "DECLINED"):
        raise unprocessable("NOTHING_TO_REVERSE", f"The payment is {payment['status']}.")
    return reverse_payment(account, payment, amount, reason=body.get("reason", "BUYER_COMPLAINT"))


def dispute(account: Account, body: Json) -> Json:
    """`{payment, amount?: money, reason?, stage?: INQUIRY | CHARGEBACK}`."""
    amount = optional(body, "amount", read_money)
    return open_dispute(
        account,
        account.get("payment", body["payment"]),
        amount_minor=amount[0] if amount else None,
        reason=body.get("reason", "UNAUTHORISED"),
        stage=body.get("stage", "INQUIRY"),
    )


def dispute_update(account: Account, body: Json) -> Json:
    found = account.get("dispute", body["dispute"])
    status = body.get("status", "UNDER_REVIEW")
    return update_dispute(account, found, status=status, stage=body.get("stage"))


def dispute_close(account: Account, body: Json) -> Json:
    """`outcome` as in `dispute_outcome`, such as `RESOLVED_SELLER_FAVOUR`."""
    return close_dispute(account, account.get("dispute", body["dispute"]), outcome=body["outcome"])


def remove_wallet(account: Account, body: Json) -> Json:
    """The buyer takes the saved wallet away on PayPal's site."""
    token = account.get("payment_token", body["payment_token"])
    remove_payment_token(account, token)
    return token


def simulate(account: Account, body: Json) -> Json:
    """An event of any type about anything: `{event_type, resource_type?, resource?}`."""
    resource = body.get("resource") or {}
    account.emit(
        body["event_type"],
        body.get("resource_type", "simulated"),
        resource,
        "Simulated",
        version=body.get("resource_version", ""),
    )
    return dict(resource)


def activate_plan_by_hand(account: Account, body: Json) -> Json:
    plan = account.get("plan", body["plan"])
    return account.change(plan, status=body.get("status", "ACTIVE"))


PEOPLE: dict[str, PersonsAction] = {
    "approve": approve,
    "approve_revision": approve_revision,
    "buyer": buyer,
    "cancel": cancel,
    "decline_revision": decline_revision,
    "dispute": dispute,
    "dispute_close": dispute_close,
    "dispute_update": dispute_update,
    "payment_clears": payment_clears,
    "payment_denied": payment_denied,
    "plan": activate_plan_by_hand,
    "reactivate": reactivate_by_hand,
    "refund": refund,
    "refund_cancelled": refund_cancelled,
    "refund_completes": refund_completes,
    "refund_fails": refund_fails,
    "remove_wallet": remove_wallet,
    "reverse": reverse,
    "simulate": simulate,
    "suspend": suspend_by_hand,
}
