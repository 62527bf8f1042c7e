"""POST /v1/subscriptions/{id}: another price, a pause of collection, an end that was asked for."""

from dataclasses import dataclass

from infra.local.provider.calendar import next_boundary
from infra.local.stripe.account import Account
from infra.local.stripe.billing.collection import collect_invoice, method_for, would_decline
from infra.local.stripe.billing.lifecycle import bill, end_trial, period_of
from infra.local.stripe.billing.proration import credit_unused, debit_remaining
from infra.local.stripe.billing.standing import ENDED
from infra.local.stripe.cards import conduct_of
from infra.local.stripe.errors import card_declined, invalid_request, refused
from infra.local.stripe.resources.schedules import (
    follow_in_schedule,
    refuse_cancellation_beside_a_schedule,
)
from infra.local.stripe.resources.subscription_items import changed_items
from infra.local.stripe.routes import Call
from infra.local.stripe.wire import (
    Json,
    flag,
    integer,
    mapping,
    merged_metadata,
    one_of,
    required,
    text,
)

_PRORATIONS = ("create_prorations", "always_invoice", "none")
_BEHAVIORS = ("allow_incomplete", "default_incomplete", "error_if_incomplete")
_PAUSES = ("keep_as_draft", "mark_uncollectible", "void")


def update_subscription(call: Call) -> Json:
    account, params = call.account, call.params
    subscription = account.get("subscription", call.id)
    refuse_cancellation_beside_a_schedule(account, subscription, params)
    if subscription["status"] in ENDED:
        raise refused("A canceled subscription can only update its cancellation_details.")
    changes: Json = {
        "metadata": merged_metadata(subscription["metadata"], params),
        **_plain_changes(account, params),
        **_end_changes(account, subscription, params),
    }
    if "pause_collection" in params:
        changes["pause_collection"] = _pause_collection(params)
    new_items = changed_items(account, subscription, params)
    ends_trial = params.get("trial_end") == "now" and subscription["status"] == "trialing"
    if new_items is not None and not ends_trial:
        return _sell_otherwise(call, subscription, new_items, changes)
    account.change(subscription, changes, "customer.subscription.updated")
    if ends_trial:
        account.change(subscription, {"trial_end": account.now()})
        end_trial(account, subscription)
    return subscription


def _plain_changes(account: Account, params: Json) -> Json:
    changes = {name: text(params, name) for name in ("description",) if name in params}
    if "default_payment_method" in params:
        method = text(params, "default_payment_method")
        if method:
            account.get("payment_method", method, param="default_payment_method")
        changes["default_payment_method"] = method
    return changes


def _end_changes(account: Account, subscription: Json, params: Json) -> Json:
    """`cancel_at_period_end` also fills `cancel_at`; clearing it forgets the request."""
    details = {**subscription["cancellation_details"]}
    words = mapping(params, "cancellation_details")
    details |= {n: text(words, n) for n in ("comment", "feedback") if n in words}
    if "cancel_at_period_end" in params:
        ends = flag(params, "cancel_at_period_end")
        at = period_of(subscription)[1] if ends else None
    elif "cancel_at" in params:
        ends, at = False, integer(params, "cancel_at")
    else:
        return {"cancellation_details": details}
    if at is not None and at <= account.now():
        raise invalid_request("cancel_at must be in the future.", param="cancel_at")
    is_asked = at is not None
    return {
        "cancel_at": at,
        "cancel_at_period_end": ends,
        "canceled_at": account.now() if is_asked else None,
        "cancellation_details": {
            **details,
            "reason": "cancellation_requested" if is_asked else None,
        },
    }


def _pause_collection(params: Json) -> Json | None:
    given = mapping(params, "pause_collection")
    if not given:
        return None
    behavior = required(given, "behavior")
    if behavior not in _PAUSES:
        raise invalid_request("Invalid behavior", param="pause_collection[behavior]")
    return {"behavior": behavior, "resumes_at": integer(given, "resumes_at")}


@dataclass(frozen=True, slots=True)
class _Terms:
    """`restarts`: the interval changes or the anchor is moved to now, so a new period begins."""

    restarts: bool
    prorates: bool
    bills_now: bool
    at: int


def _terms(call: Call, subscription: Json, items: list[Json]) -> _Terms:
    params = call.params
    proration = one_of(params, "proration_behavior", _PRORATIONS, "create_prorations")
    is_billed = subscription["status"] != "trialing"
    before = subscription["items"]["data"][0]["price"]["recurring"]
    moves = params.get("billing_cycle_anchor") == "now" or items[0]["price"]["recurring"] != before
    return _Terms(
        restarts=moves and is_billed,
        prorates=proration != "none" and is_billed,
        bills_now=(moves or proration == "always_invoice") and is_billed,
        at=integer(params, "proration_date") or call.account.now(),
    )


def _sell_otherwise(call: Call, subscription: Json, items: list[Json], changes: Json) -> Json:
    account = call.account
    terms = _terms(call, subscription, items)
    behavior = one_of(call.params, "payment_behavior", _BEHAVIORS, "allow_incomplete")
    if terms.bills_now and behavior == "error_if_incomplete":
        _refuse_decline(account, subscription)
    if terms.prorates:
        _prorate(account, subscription, items, terms)
    if terms.restarts:
        changes["billing_cycle_anchor"] = account.now()
        items = _in_new_period(account, items)
    changes["items"] = {**subscription["items"], "data": items}
    account.change(subscription, changes, "customer.subscription.updated")
    follow_in_schedule(account, subscription)
    if terms.bills_now:
        _bill_change(account, subscription, with_items=terms.restarts)
    return subscription


def _prorate(account: Account, subscription: Json, items: list[Json], terms: _Terms) -> None:
    """A restart bills the new items in full, so only what was unused is credited."""
    before = subscription["items"]["data"]
    for item in before:
        if terms.restarts or item not in items:
            credit_unused(account, subscription, item, terms.at)
    for item in items:
        if not terms.restarts and item not in before:
            debit_remaining(account, subscription, item, terms.at)


def _in_new_period(account: Account, items: list[Json]) -> list[Json]:
    now = account.now()
    end = next_boundary(now, items[0]["price"]["recurring"], now)
    return [{**i, "current_period_start": now, "current_period_end": end} for i in items]


def _bill_change(account: Account, subscription: Json, *, with_items: bool) -> None:
    invoice = bill(account, subscription, reason="subscription_update", with_items=with_items)
    if invoice["status"] == "open" and invoice["collection_method"] == "charge_automatically":
        collect_invoice(account, invoice)


def _refuse_decline(account: Account, subscription: Json) -> None:
    customer = account.get("customer", subscription["customer"])
    method = method_for(account, customer, subscription)
    decline = would_decline(account, method)
    if decline:
        raise decline
    if method is not None and conduct_of(account, method) == "authenticates":
        raise card_declined(
            "authentication_required",
            "Payment for this subscription requires additional user action before it can be "
            "completed successfully.",
            code="subscription_payment_intent_requires_action",
        )
