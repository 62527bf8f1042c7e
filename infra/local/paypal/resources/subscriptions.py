"""Subscriptions: made, read, suspended, activated, cancelled, their outstanding balance captured.

Suspend, activate, cancel and revise know no request id: asked twice, they refuse the second time.
"""

from infra.local.paypal.account import Account
from infra.local.paypal.billing.charging import charge_outstanding
from infra.local.paypal.billing.lifecycle import end, reactivate, start, suspend
from infra.local.paypal.errors import PayPalError, invalid_value, missing, unprocessable
from infra.local.paypal.money import money, read_money
from infra.local.paypal.payers import full_name
from infra.local.paypal.printed_subscriptions import (
    announce,
    as_minimal_subscription,
    as_subscription,
    last_failed_payment,
)
from infra.local.paypal.reading import (
    known_only,
    mapping,
    one_of,
    optional,
    required_text,
    text,
)
from infra.local.paypal.resources.plans import as_inline_plan
from infra.local.paypal.resources.subscription_terms import PATCH_ROUTES
from infra.local.paypal.routes import HOUR_SECONDS, Call, Route, reading, silent
from infra.local.paypal.terms import currency_of, overridden, read_quantity, terms_of
from infra.local.paypal.times import read_time, written
from infra.local.provider.exchange import Json

_EXTRA_FIELDS = ("last_failed_payment", "plan")


def create_subscription(call: Call) -> Json:
    account, body = call.account, call.body
    known_only(
        body,
        "plan_id start_time quantity shipping_amount subscriber application_context custom_id plan "
        "auto_renewal",
    )
    plan = account.get("plan", required_text(body, "plan_id", longest=50))
    if plan["status"] != "ACTIVE":
        raise unprocessable(
            "PLAN_STATUS_INVALID",
            "Invalid plan status for subscription creation; plan status should be active.",
        )
    subscription = account.add(
        "subscription",
        account.new_id("I-", 12),
        status="APPROVAL_PENDING",
        status_at=account.now(),
        token=account.new_id("BA-", 17),
        **_read_agreement(account, plan, body),
        **_unbilled(),
    )
    announce(account, subscription, "CREATED", "Subscription created")
    return subscription


def _read_agreement(account: Account, plan: Json, body: Json) -> Json:
    shipping = optional(body, "shipping_amount", _read_shipping)
    if shipping and shipping[1] != currency_of(plan):
        raise unprocessable(
            "CURRENCY_MISMATCH", "The currency code is different from the plan's currency code."
        )
    context = mapping(body, "application_context")
    actions = ("SUBSCRIBE_NOW", "CONTINUE")
    return {
        "plan_id": plan["id"],
        "override": overridden(account, plan, mapping(body, "plan")),
        "quantity": read_quantity(body, plan),
        "shipping_minor": shipping[0] if shipping else 0,
        "subscriber": _read_subscriber(body),
        "custom_id": text(body, "custom_id"),
        "starts_at": _read_start(account, body),
        "user_action": one_of(context, "user_action", actions, "SUBSCRIBE_NOW"),
        "urls": [context.get("return_url"), context.get("cancel_url")],
    }


def _unbilled() -> Json:
    """What the subscription's life will fill in."""
    return {
        "payer": None,
        "note": None,
        "activated_at": None,
        "suspended_by": None,
        "revision": None,
        "cycles_completed": {},
        "anchor_at": None,
        "anchor_periods": 0,
        "next_billing_at": None,
        "ends_at": None,
        "retry": None,
        "outstanding_minor": 0,
        "failed_payments_count": 0,
        "last_payment": None,
        "last_failed_payment": None,
    }


def _read_shipping(given: object, field: str) -> tuple[int, str]:
    return read_money(given, field, allow_zero=True)


def _read_subscriber(body: Json) -> Json:
    given = mapping(body, "subscriber")
    known_only(
        given,
        "name email_address payer_id phone shipping_address payment_source",
        within="/subscriber",
    )
    if "payment_source" in given:
        raise unprocessable(
            "CARD_SUBSCRIPTIONS_NOT_ENABLED",
            "The account is not setup to be able to process subscriptions funded by card payments.",
        )
    mapping(given, "name", within="/subscriber")
    text(given, "email_address", within="/subscriber", longest=254)
    address = mapping(given, "shipping_address", within="/subscriber")
    mapping(address, "address", within="/subscriber/shipping_address")
    return given


def _read_start(account: Account, body: Json) -> int:
    if body.get("start_time") is None:
        return account.now()
    starts_at = read_time(body["start_time"], "/start_time")
    if starts_at < account.now():
        raise invalid_value("/start_time", body["start_time"])
    return starts_at


def present_subscription(call: Call, subscription: Json) -> Json:
    if call.wants_representation:
        return as_subscription(call.account, subscription)
    return as_minimal_subscription(call.account, subscription)


def get_subscription(call: Call) -> Json:
    account = call.account
    subscription = account.get("subscription", call.id)
    printed = as_subscription(account, subscription)
    wanted = call.query.get("fields", "").split(",") if call.query.get("fields") else []
    if set(wanted) - set(_EXTRA_FIELDS):
        raise invalid_value("fields", call.query["fields"], location="query")
    if "plan" in wanted:
        plan = account.get("plan", subscription["plan_id"])
        terms = terms_of(account, subscription)
        printed["plan"] = {"product_id": plan["product_id"], **as_inline_plan(plan, terms)}
    failed = last_failed_payment(account, subscription)
    if "last_failed_payment" in wanted and failed and "billing_info" in printed:
        printed["billing_info"]["last_failed_payment"] = failed
    return printed


def _reason(call: Call, *, is_required: bool = True) -> str | None:
    known_only(call.body, "reason")
    if is_required and call.body.get("reason") is None:
        raise missing("/reason")
    return text(call.body, "reason", longest=128)


def _wrong_status(verb: str, wanted: str) -> PayPalError:
    return unprocessable(
        "SUBSCRIPTION_STATUS_INVALID",
        f"Invalid subscription status for {verb} action; subscription status should be {wanted}.",
    )


def suspend_subscription(call: Call) -> None:
    subscription = call.account.get("subscription", call.id)
    note = _reason(call)
    if subscription["status"] != "ACTIVE":
        raise _wrong_status("suspend", "active")
    suspend(call.account, subscription, note=note, by="merchant")


def activate_subscription(call: Call) -> None:
    account = call.account
    subscription = account.get("subscription", call.id)
    note = _reason(call, is_required=False)
    if subscription["status"] == "APPROVED":
        account.change(subscription, note=note)
        start(account, subscription)
        return
    if subscription["status"] != "SUSPENDED":
        raise _wrong_status("activate", "suspended")
    if subscription["suspended_by"] == "failures" and subscription["outstanding_minor"]:
        raise unprocessable(
            "SUBSCRIPTION_CANNOT_BE_ACTIVATED",
            "Subscription cannot be activated after payment failure threshold has reached.",
        )
    reactivate(account, subscription, note=note)


def cancel_subscription(call: Call) -> None:
    subscription = call.account.get("subscription", call.id)
    note = _reason(call)
    if subscription["status"] not in ("ACTIVE", "SUSPENDED"):
        raise _wrong_status("cancel", "active or suspended")
    end(call.account, subscription, "CANCELLED", note=note)


def capture_outstanding(call: Call) -> Json:
    account, body = call.account, call.body
    subscription = account.get("subscription", call.id)
    known_only(body, "note capture_type amount")
    required_text(body, "note", longest=128)
    one_of(body, "capture_type", ("OUTSTANDING_BALANCE",), "")
    amount, currency = read_money(body.get("amount"), "/amount")
    if subscription["status"] not in ("ACTIVE", "SUSPENDED", "EXPIRED"):
        raise _wrong_status("capture", "active or suspended or expired")
    if currency != currency_of(terms_of(account, subscription)):
        raise unprocessable(
            "CURRENCY_MISMATCH",
            "The currency code is different from the subscription's currency code.",
        )
    outstanding = subscription["outstanding_minor"]
    if outstanding <= 0:
        raise unprocessable(
            "ZERO_OUTSTANDING_BALANCE", "Current outstanding balance should be greater than zero."
        )
    if amount > outstanding:
        raise unprocessable(
            "AMOUNT_GREATER_THAN_OUTSTANDING_BALANCE",
            "The capture amount can not be greater than the current outstanding balance.",
        )
    payment = charge_outstanding(account, subscription, amount)
    if payment is None:
        raise unprocessable("SUBSCRIBER_ACCOUNT_RESTRICTED", "Subscriber Account Restricted.")
    account.touch(subscription)
    return payment


def present_transaction(call: Call, payment: Json) -> Json:
    return as_transaction(call.account, payment)


def list_transactions(call: Call) -> Json:
    account = call.account
    subscription = account.get("subscription", call.id)
    begin, finish = (
        read_time(call.query.get(name), name, location="query")
        for name in ("start_time", "end_time")
    )
    rows = [
        as_transaction(account, payment)
        for payment in reversed(account.store.linked("payment", "subscription", subscription["id"]))
        if begin <= payment["created_at"] <= finish
    ]
    path = f"/v1/billing/subscriptions/{subscription['id']}/transactions"
    return {"transactions": rows, "links": [account.link(path, "self")]}


def as_transaction(account: Account, payment: Json) -> Json:
    currency, amount = payment["currency"], payment["amount_minor"]
    payer = account.get("payer", payment["payer"])
    return {
        "id": payment["id"],
        "status": payment["status"],
        "payer_email": payer["email"],
        "payer_name": {**payer["name"], "alternate_full_name": full_name(payer)},
        "amount_with_breakdown": {
            "gross_amount": money(amount, currency),
            "fee_amount": money(payment["fee_minor"], currency),
            "net_amount": money(amount - payment["fee_minor"], currency),
        },
        "time": written(payment["created_at"]),
    }


_PATH = "/v1/billing/subscriptions"
ROUTES = (
    Route(
        "POST",
        _PATH,
        create_subscription,
        present_subscription,
        status=201,
        remembered_seconds=72 * HOUR_SECONDS,
    ),
    reading(f"{_PATH}/{{id}}", get_subscription, "fields"),
    *PATCH_ROUTES,
    silent("POST", f"{_PATH}/{{id}}/suspend", suspend_subscription),
    silent("POST", f"{_PATH}/{{id}}/activate", activate_subscription),
    silent("POST", f"{_PATH}/{{id}}/cancel", cancel_subscription),
    Route(
        "POST",
        f"{_PATH}/{{id}}/capture",
        capture_outstanding,
        present_transaction,
        remembered_seconds=72 * HOUR_SECONDS,
        is_exclusive=True,
    ),
    reading(f"{_PATH}/{{id}}/transactions", list_transactions, "start_time end_time"),
)
