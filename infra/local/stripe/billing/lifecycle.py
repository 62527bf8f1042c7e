"""A subscription from its start through its periods; what falls due, and what then happens."""

from infra.local.provider.calendar import DAY_SECONDS, next_boundary
from infra.local.stripe.account import Account
from infra.local.stripe.billing.collection import collect_invoice, method_for
from infra.local.stripe.billing.invoicing import (
    draft_invoice,
    finalize_invoice,
    mark_uncollectible,
    void_invoice,
)
from infra.local.stripe.billing.lines import (
    assign_items,
    item_line,
    subscription_line,
    take_pending_items,
)
from infra.local.stripe.billing.phases import leave_phase, phase_ends_at
from infra.local.stripe.billing.standing import (
    ENDED,
    change_subscription,
    end_subscription,
    resume_status,
)
from infra.local.stripe.errors import StripeError
from infra.local.stripe.wire import Json

_FIRST_PAYMENT_SECONDS = 23 * 3600
_TRIAL_NOTICE_SECONDS = 3 * DAY_SECONDS


def period_of(subscription: Json) -> tuple[int, int]:
    item = subscription["items"]["data"][0]
    return item["current_period_start"], item["current_period_end"]


def start(account: Account, subscription: Json, *, charge_now: bool) -> StripeError | None:
    """First invoice of a new subscription, free in a trial; `created` is told at the end."""
    account.note(subscription["id"])["is_new"] = True
    account.add(subscription)
    is_trial = subscription["status"] == "trialing"
    invoice = bill(account, subscription, reason="subscription_create", free=is_trial)
    decline = None
    if invoice["status"] == "open" and charge_now:
        decline = collect_invoice(account, invoice, off_session=False)
    account.note(subscription["id"]).pop("is_new")
    account.emit("customer.subscription.created", subscription)
    return decline


def bill(
    account: Account,
    subscription: Json,
    *,
    reason: str,
    free: bool = False,
    with_items: bool = True,
    finalize: bool = True,
) -> Json:
    """One invoice: the items' present period and whatever is pending for the customer."""
    customer = account.get("customer", subscription["customer"])
    pending = take_pending_items(account, customer["id"], subscription["currency"])
    items = subscription["items"]["data"] if with_items else []
    lines = [item_line(account, item) for item in pending]
    lines += [subscription_line(account, subscription, item, free=free) for item in items]
    begin, end = period_of(subscription)
    invoice = draft_invoice(
        account,
        customer,
        currency=subscription["currency"],
        lines=lines,
        reason=reason,
        period=(begin, end) if reason == "subscription_cycle" else (account.now(), account.now()),
        subscription=subscription,
        auto_advance=finalize,
        collection_method=subscription["collection_method"],
        days_until_due=subscription["days_until_due"],
        tax_rates=subscription["default_tax_rates"],
    )
    assign_items(account, pending, invoice)
    account.change(subscription, {"latest_invoice": invoice["id"]})
    return finalize_invoice(account, invoice) if finalize else invoice


def due_at(account: Account, subscription: Json) -> int | None:
    """When the clock next has something to do for this subscription."""
    status = subscription["status"]
    if status in ENDED:
        return None
    pause = subscription["pause_collection"] or {}
    instants = [
        subscription["cancel_at"],
        pause.get("resumes_at"),
        phase_ends_at(account, subscription),
    ]
    if status == "incomplete":
        instants.append(subscription["created"] + _FIRST_PAYMENT_SECONDS)
    elif status == "trialing":
        instants.append(subscription["trial_end"])
        if not account.store.notes.get(subscription["id"], {}).get("trial_notice_sent"):
            instants.append(subscription["trial_end"] - _TRIAL_NOTICE_SECONDS)
    elif status != "paused":
        instants.append(period_of(subscription)[1])
    return min((at for at in instants if at is not None), default=None)


def act(account: Account, subscription: Json) -> None:
    now = account.now()
    pause = subscription["pause_collection"] or {}
    phase_end = phase_ends_at(account, subscription)
    if phase_end is not None and phase_end <= now:
        leave_phase(account, subscription)
    elif subscription["cancel_at"] is not None and subscription["cancel_at"] <= now:
        end_subscription(account, subscription)
    elif pause.get("resumes_at") is not None and pause["resumes_at"] <= now:
        change_subscription(account, subscription, {"pause_collection": None})
    elif subscription["status"] == "incomplete":
        expire(account, subscription)
    elif subscription["status"] == "trialing" and subscription["trial_end"] > now:
        account.note(subscription["id"])["trial_notice_sent"] = True
        account.change(subscription, {})
        account.emit("customer.subscription.trial_will_end", subscription)
    elif subscription["status"] == "trialing":
        end_trial(account, subscription)
    else:
        renew(account, subscription)


def expire(account: Account, subscription: Json) -> None:
    """The first invoice was not paid within 23 hours: terminal, and told as an update."""
    invoice = account.store.find(subscription["latest_invoice"] or "")
    account.change(
        subscription,
        {"status": "incomplete_expired", "ended_at": account.now()},
        "customer.subscription.updated",
    )
    if invoice is not None and invoice["status"] == "open":
        void_invoice(account, invoice)


def end_trial(account: Account, subscription: Json) -> None:
    customer = account.get("customer", subscription["customer"])
    settings = subscription["trial_settings"]["end_behavior"]["missing_payment_method"]
    has_method = method_for(account, customer, subscription) is not None
    if not has_method and settings == "cancel":
        end_subscription(account, subscription)
    elif not has_method and settings == "pause":
        pause(account, subscription, why="trial_end_without_payment_method")
    else:
        anchor = subscription["trial_end"]
        account.change(subscription, {"status": "active", "billing_cycle_anchor": anchor})
        enter_period(account, subscription, anchor)
        _collect_cycle(account, subscription)


def renew(account: Account, subscription: Json) -> None:
    enter_period(account, subscription, period_of(subscription)[1])
    _collect_cycle(account, subscription)


def enter_period(account: Account, subscription: Json, begin: int) -> None:
    items = subscription["items"]
    recurring = items["data"][0]["price"]["recurring"]
    end = next_boundary(subscription["billing_cycle_anchor"], recurring, begin)
    moved = [
        {**item, "current_period_start": begin, "current_period_end": end} for item in items["data"]
    ]
    change_subscription(account, subscription, {"items": {**items, "data": moved}})


def pause(account: Account, subscription: Json, *, why: str) -> Json:
    details = {
        "paused": {
            "subscription": {"type": why},
            "transitioned_at": account.now(),
            "type": "subscription",
        }
    }
    changes = {"status": "paused", "status_details": details}
    return account.change(
        subscription, changes, "customer.subscription.paused", "customer.subscription.updated"
    )


def resume(account: Account, subscription: Json, *, keep_anchor: bool) -> Json:
    """A new period begins now unless the anchor is kept; paused until its invoice is paid."""
    now = account.now()
    if not keep_anchor:
        account.change(subscription, {"billing_cycle_anchor": now})
        _move_period(account, subscription, now)
    elif period_of(subscription)[1] <= now:
        _move_period(account, subscription, now)
    else:
        resume_status(account, subscription)
        return subscription
    invoice = bill(account, subscription, reason="subscription_update")
    if invoice["status"] == "paid":
        resume_status(account, subscription)
        return subscription
    account.note(subscription["id"])["resumes_with"] = invoice["id"]
    collect_invoice(account, invoice)
    return subscription


def _move_period(account: Account, subscription: Json, begin: int) -> None:
    items = subscription["items"]
    recurring = items["data"][0]["price"]["recurring"]
    end = next_boundary(subscription["billing_cycle_anchor"], recurring, begin)
    for item in items["data"]:
        item |= {"current_period_start": begin, "current_period_end": end}
    account.change(subscription, {})


def _collect_cycle(account: Account, subscription: Json) -> None:
    paused = subscription["pause_collection"]
    behavior = paused["behavior"] if paused else None
    # An unpaid subscription still draws up invoices, but leaves them as drafts.
    stays_draft = behavior == "keep_as_draft" or subscription["status"] == "unpaid"
    invoice = bill(account, subscription, reason="subscription_cycle", finalize=not stays_draft)
    if invoice["status"] != "open":
        return
    if behavior == "void":
        void_invoice(account, invoice)
    elif behavior == "mark_uncollectible":
        mark_uncollectible(account, invoice)
    elif invoice["collection_method"] == "charge_automatically":
        collect_invoice(account, invoice)
