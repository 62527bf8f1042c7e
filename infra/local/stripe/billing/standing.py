"""A subscription's status, as its invoices are paid or fail, and its end."""

from infra.local.stripe.account import Account
from infra.local.stripe.wire import Json

ENDED = ("canceled", "incomplete_expired")
LIVE_SCHEDULE = ("active", "not_started")


def change_subscription(account: Account, subscription: Json, changes: Json) -> Json:
    """Announced once it exists for the caller: `created` already carries the first status."""
    is_new = account.store.notes.get(subscription["id"], {}).get("is_new")
    events = () if is_new else ("customer.subscription.updated",)
    return account.change(subscription, changes, *events)


def subscription_of(account: Account, invoice: Json) -> Json | None:
    details = (invoice.get("parent") or {}).get("subscription_details") or {}
    return account.store.find(details.get("subscription") or "")


def invoice_was_paid(account: Account, invoice: Json) -> None:
    _set_delinquent(account, invoice["customer"], is_delinquent=False)
    subscription = subscription_of(account, invoice)
    if subscription is None:
        return
    if account.note(subscription["id"]).get("resumes_with") == invoice["id"]:
        resume_status(account, subscription)
    elif subscription["status"] in ("incomplete", "past_due", "unpaid"):
        change_subscription(account, subscription, {"status": "active"})


def resume_status(account: Account, subscription: Json) -> None:
    account.note(subscription["id"]).pop("resumes_with", None)
    account.change(
        subscription,
        {"status": "active", "status_details": None},
        "customer.subscription.resumed",
        "customer.subscription.updated",
    )


def payment_failed(account: Account, invoice: Json) -> None:
    _set_delinquent(account, invoice["customer"], is_delinquent=True)
    subscription = subscription_of(account, invoice)
    if subscription is not None and subscription["status"] in ("active", "trialing"):
        change_subscription(account, subscription, {"status": "past_due"})


def retries_exhausted(account: Account, invoice: Json) -> None:
    """What the dashboard's setting says happens when the last retry has failed."""
    subscription = subscription_of(account, invoice)
    if subscription is None or subscription["status"] != "past_due":
        return
    match account.settings.after_last_retry:
        case "cancel":
            end_subscription(account, subscription, reason="payment_failed")
        case "unpaid":
            change_subscription(account, subscription, {"status": "unpaid"})


def end_subscription(
    account: Account,
    subscription: Json,
    *,
    reason: str = "cancellation_requested",
    status: str = "canceled",
) -> Json:
    """`canceled_at` keeps the time of the request; `ended_at` is when it really ended. A schedule
    that still governs it ends with it."""
    _cancel_schedule(account, subscription)
    details = subscription["cancellation_details"]
    account.change(
        subscription,
        {
            "status": status,
            "ended_at": account.now(),
            "canceled_at": subscription["canceled_at"] or account.now(),
            "cancellation_details": {**details, "reason": details["reason"] or reason},
        },
    )
    for invoice in account.store.linked("invoice", "subscription", subscription["id"]):
        if invoice["status"] in ("draft", "open"):
            account.change(invoice, {"auto_advance": False, "next_payment_attempt": None})
    account.emit("customer.subscription.deleted", subscription)
    return subscription


def _set_delinquent(account: Account, customer_id: str, *, is_delinquent: bool) -> None:
    customer = account.store.find(customer_id)
    if customer is not None:
        account.change(customer, {"delinquent": is_delinquent}, "customer.updated")


def schedule_of(account: Account, subscription: Json) -> Json | None:
    """The schedule that governs the subscription; None where none does, or none does any more."""
    found = account.store.find(subscription["schedule"] or "")
    return found if found is not None and found["status"] in LIVE_SCHEDULE else None


def _cancel_schedule(account: Account, subscription: Json) -> None:
    schedule = schedule_of(account, subscription)
    if schedule is not None:
        changes = {"status": "canceled", "canceled_at": account.now(), "current_phase": None}
        account.change(schedule, changes, "subscription_schedule.canceled")
