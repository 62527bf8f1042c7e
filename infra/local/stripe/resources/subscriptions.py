"""/v1/subscriptions: begin, pause, resume, end. Changing what is sold is in plan_changes."""

from infra.local.provider.calendar import DAY_SECONDS, next_boundary
from infra.local.stripe.account import Account
from infra.local.stripe.billing.collection import collect_invoice, method_for, would_decline
from infra.local.stripe.billing.lifecycle import bill, pause, period_of, resume, start
from infra.local.stripe.billing.proration import credit_unused
from infra.local.stripe.billing.standing import ENDED, end_subscription
from infra.local.stripe.billing.taxes import rates_of
from infra.local.stripe.errors import invalid_request, no_such, refused
from infra.local.stripe.resources.plan_changes import update_subscription
from infra.local.stripe.resources.subscription_items import new_item
from infra.local.stripe.routes import Call, Route, route
from infra.local.stripe.shapes import payment_settings, untaxed
from infra.local.stripe.store import list_object
from infra.local.stripe.wire import (
    Json,
    flag,
    integer,
    mapping,
    mappings,
    merged_metadata,
    one_of,
    required,
    text,
)

_METHODS = ("charge_automatically", "send_invoice")
_BEHAVIORS = ("allow_incomplete", "default_incomplete", "error_if_incomplete")
_MISSING_METHOD = ("create_invoice", "cancel", "pause")
_FEEDBACK = (
    "customer_service",
    "low_quality",
    "missing_features",
    "other",
    "switched_service",
    "too_complex",
    "too_expensive",
    "unused",
)


def create_subscription(call: Call) -> Json:
    account, params = call.account, call.params
    customer = account.get("customer", required(params, "customer"), param="customer")
    subscription = _new_subscription(account, params, customer)
    behavior = one_of(params, "payment_behavior", _BEHAVIORS, "allow_incomplete")
    automatic = subscription["collection_method"] == "charge_automatically"
    charge_now = automatic and behavior != "default_incomplete"
    if charge_now and subscription["status"] != "trialing":
        _refuse_unpayable(account, customer, subscription, behavior)
    start(account, subscription, charge_now=charge_now)
    return subscription


def _refuse_unpayable(account: Account, customer: Json, subscription: Json, behavior: str) -> None:
    method = method_for(account, customer, subscription)
    total = sum(i["price"]["unit_amount"] * i["quantity"] for i in subscription["items"]["data"])
    if total and method is None:
        raise invalid_request(
            "This customer has no attached payment source or default payment method. Please "
            "consider adding a default payment method.",
            code="resource_missing",
        )
    decline = would_decline(account, method)
    if total and decline and behavior == "error_if_incomplete":
        raise decline


def _new_subscription(account: Account, params: Json, customer: Json) -> Json:
    now = account.now()
    subscription_id = account.ids.new("sub")
    items = [new_item(account, given, subscription_id) for given in mappings(params, "items")]
    if not items:
        raise invalid_request(
            "Missing required param: items.", code="parameter_missing", param="items"
        )
    currency = items[0]["price"]["currency"]
    if len({(i["price"]["currency"], str(i["price"]["recurring"])) for i in items}) > 1:
        raise invalid_request("All prices must have the same currency and interval.", param="items")
    trial_end = _trial_end(account, params)
    end = trial_end or next_boundary(now, items[0]["price"]["recurring"], now)
    for item in items:
        item |= {"current_period_start": now, "current_period_end": end}
    collection_method = one_of(params, "collection_method", _METHODS, "charge_automatically")
    method = text(params, "default_payment_method")
    if method:
        account.get("payment_method", method, param="default_payment_method")
    at_period_end = flag(params, "cancel_at_period_end")
    if collection_method == "send_invoice" and "days_until_due" not in params:
        raise invalid_request("You must pass `days_until_due`.", param="days_until_due")
    missing = mapping(mapping(params, "trial_settings"), "end_behavior")
    return {
        "id": subscription_id,
        "object": "subscription",
        "application": None,
        "application_fee_percent": None,
        "automatic_tax": untaxed(with_provider=False),
        "billing_cycle_anchor": end if trial_end else now,
        "billing_cycle_anchor_config": None,
        "billing_mode": {
            "flexible": {"proration_discounts": "included"},
            "type": "flexible",
            "updated_at": now,
        },
        "billing_schedules": [],
        "billing_thresholds": None,
        "cancel_at": end if at_period_end else integer(params, "cancel_at"),
        "cancel_at_period_end": at_period_end,
        "canceled_at": now if at_period_end or "cancel_at" in params else None,
        "cancellation_details": {
            "comment": None,
            "feedback": None,
            "feedback_option": None,
            "reason": "cancellation_requested" if at_period_end else None,
        },
        "collection_method": collection_method,
        "created": now,
        "currency": currency,
        "customer": customer["id"],
        "customer_account": None,
        "days_until_due": integer(params, "days_until_due"),
        "default_payment_method": method,
        "default_source": None,
        "default_tax_rates": rates_of(account, params),
        "description": text(params, "description"),
        "discounts": [],
        "ended_at": None,
        "invoice_settings": {
            "account_tax_ids": None,
            "custom_fields": None,
            "description": None,
            "footer": None,
            "issuer": {"type": "self"},
        },
        "items": list_object(items, f"/v1/subscription_items?subscription={subscription_id}"),
        "latest_invoice": None,
        "livemode": False,
        "managed_payments": None,
        "metadata": merged_metadata({}, params),
        "next_pending_invoice_item_invoice": None,
        "on_behalf_of": None,
        "pause_collection": None,
        "payment_settings": {**payment_settings(), "save_default_payment_method": "off"},
        "pending_invoice_item_interval": None,
        "pending_setup_intent": None,
        "pending_update": None,
        "schedule": None,
        "start_date": now,
        "status": _first_status(trial_end, collection_method),
        "status_details": None,
        "test_clock": None,
        "transfer_data": None,
        "trial_end": trial_end,
        "trial_settings": {
            "end_behavior": {
                "missing_payment_method": one_of(
                    missing, "missing_payment_method", _MISSING_METHOD, "create_invoice"
                )
            }
        },
        "trial_start": now if trial_end else None,
    }


def _first_status(trial_end: int | None, collection_method: str) -> str:
    if trial_end:
        return "trialing"
    return "active" if collection_method == "send_invoice" else "incomplete"


def _trial_end(account: Account, params: Json) -> int | None:
    days = integer(params, "trial_period_days")
    at = account.now() + days * DAY_SECONDS if days else integer(params, "trial_end")
    if at is not None and at <= account.now():
        raise invalid_request("Invalid timestamp: must be in the future.", param="trial_end")
    return at


def cancel_subscription(call: Call) -> Json:
    """At once. Neither credit nor a last invoice unless they are asked for."""
    account, params = call.account, call.params
    subscription = account.get("subscription", call.id)
    if subscription["status"] in ENDED:
        raise no_such("subscription", call.id)
    details = mapping(params, "cancellation_details")
    subscription["cancellation_details"] |= cancellation_words(details)
    if flag(params, "prorate"):
        for item in subscription["items"]["data"]:
            credit_unused(account, subscription, item, account.now())
    end_subscription(account, subscription)
    if flag(params, "invoice_now"):
        invoice = bill(account, subscription, reason="subscription_update", with_items=False)
        if invoice["status"] == "open":
            collect_invoice(account, invoice)
    return subscription


def cancellation_words(given: Json) -> Json:
    if "feedback" in given and text(given, "feedback") not in (None, *_FEEDBACK):
        raise invalid_request("Invalid feedback", param="cancellation_details[feedback]")
    return {name: text(given, name) for name in ("comment", "feedback") if name in given}


def pause_subscription(call: Call) -> Json:
    """Unlike `pause_collection`, this stops the periods; see status_details for the reason."""
    account, params = call.account, call.params
    subscription = account.get("subscription", call.id)
    if subscription["status"] not in ("active", "trialing", "past_due"):
        raise refused(f"A subscription that is {subscription['status']} cannot be paused.")
    bill_for = mapping(params, "bill_for")
    unused = mapping(bill_for, "unused_time_from")
    if one_of(unused, "type", ("now", "none", "item_current_period_start"), "now") != "none":
        begin, _ = period_of(subscription)
        at = begin if unused.get("type") == "item_current_period_start" else account.now()
        for item in subscription["items"]["data"]:
            credit_unused(account, subscription, item, at)
    if text(params, "invoicing_behavior") == "invoice":
        bill(account, subscription, reason="subscription_update", with_items=False)
    return pause(account, subscription, why="pause_requested")


def resume_subscription(call: Call) -> Json:
    account, params = call.account, call.params
    subscription = account.get("subscription", call.id)
    if subscription["status"] != "paused":
        raise refused("The subscription is not paused.", code="subscription_not_paused")
    anchor = mapping(params, "billing_cycle_anchor")
    kept = one_of(anchor, "type", ("now", "unchanged"), "now") == "unchanged"
    return resume(account, subscription, keep_anchor=kept)


_CREATE_PARAMS = (
    "billing_mode cancel_at cancel_at_period_end collection_method currency customer "
    "days_until_due default_payment_method default_tax_rates description items metadata "
    "off_session payment_behavior payment_settings proration_behavior trial_end "
    "trial_period_days trial_settings"
)
_UPDATE_PARAMS = (
    "billing_cycle_anchor cancel_at cancel_at_period_end cancellation_details "
    "default_payment_method description items metadata off_session pause_collection "
    "payment_behavior proration_behavior proration_date trial_end"
)
ROUTES: tuple[Route, ...] = (
    route("POST", "/v1/subscriptions", create_subscription, _CREATE_PARAMS),
    route("POST", "/v1/subscriptions/{id}", update_subscription, _UPDATE_PARAMS),
    route(
        "DELETE",
        "/v1/subscriptions/{id}",
        cancel_subscription,
        "cancellation_details invoice_now prorate",
    ),
    route(
        "POST",
        "/v1/subscriptions/{id}/pause",
        pause_subscription,
        "bill_for invoicing_behavior type",
    ),
    route(
        "POST",
        "/v1/subscriptions/{id}/resume",
        resume_subscription,
        "billing_cycle_anchor payment_behavior proration_behavior proration_date",
    ),
)
