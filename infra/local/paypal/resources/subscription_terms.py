"""Changing what a subscriber agreed to: by the merchant alone (patch), or with consent (revise)."""

import copy
import re
from typing import Any

from infra.local.paypal.account import Account
from infra.local.paypal.errors import PayPalError, invalid_value, unprocessable
from infra.local.paypal.money import lean_money, read_money
from infra.local.paypal.patching import Operation, operations
from infra.local.paypal.pricing import read_scheme, replaced
from infra.local.paypal.printed_subscriptions import announce, approve_link, links_of
from infra.local.paypal.reading import (
    flag,
    integer,
    known_only,
    mapping,
    read_percentage,
    text,
)
from infra.local.paypal.routes import Call, Route, silent
from infra.local.paypal.terms import (
    currency_of,
    cycle_of,
    overridden,
    own_terms,
    read_quantity,
    terms_of,
)
from infra.local.paypal.times import read_time
from infra.local.provider.exchange import Json

_LIVING = ("ACTIVE", "SUSPENDED")
_CYCLE = re.compile(r"/plan/billing_cycles/@sequence==(\d{1,2})/(.+)")


def patch_subscription(call: Call) -> None:
    account = call.account
    subscription = account.get("subscription", call.id)
    changes = operations(call.body)
    if subscription["status"] not in _LIVING:
        raise unprocessable(
            "SUBSCRIPTION_STATUS_INVALID",
            "Invalid subscription status for patch action; subscription status should be either "
            "active or suspended.",
        )
    draft = copy.deepcopy(subscription)  # all operations or none
    for operation in changes:
        _patch(account, draft, operation)
    account.change(subscription, **draft)
    announce(account, subscription, "UPDATED", "Subscription updated")


def _patch(account: Account, subscription: Json, operation: Operation) -> None:
    in_cycle = _CYCLE.fullmatch(operation.path)
    if in_cycle:
        _patch_cycle(account, subscription, operation, int(in_cycle[1]), in_cycle[2])
        return
    if operation.path.startswith("/plan/"):
        _patch_plan(account, subscription, operation)
        return
    match operation.path:
        case "/custom_id":
            operation.refuse_unless("add", "replace")
            subscription["custom_id"] = operation.text(longest=127)
        case "/shipping_amount":
            operation.refuse_unless("add", "replace")
            subscription["shipping_minor"] = _amount(account, subscription, operation)
        case "/subscriber/shipping_address":
            operation.refuse_unless("add", "replace")
            subscription["subscriber"]["shipping_address"] = operation.mapping()
        case "/billing_info/outstanding_balance":
            operation.refuse_unless("replace")
            _patch_outstanding(account, subscription, operation)
        case "/start_time":
            operation.refuse_unless("replace")
            read_time(operation.value, operation.path)
            raise unprocessable(
                "INVALID_START_TIME",
                "The start time cannot be updated for a subscription that has been activated.",
            )
        case _:
            raise operation.unknown_path()


def _amount(account: Account, subscription: Json, operation: Operation) -> int:
    amount, currency = read_money(operation.value, operation.path, allow_zero=True)
    if currency != currency_of(terms_of(account, subscription)):
        raise unprocessable(
            "CURRENCY_MISMATCH",
            "The currency code is different from the subscription's currency code.",
        )
    return amount


def _patch_outstanding(account: Account, subscription: Json, operation: Operation) -> None:
    amount = _amount(account, subscription, operation)
    if amount > subscription["outstanding_minor"]:
        raise unprocessable(
            "AMOUNT_GREATER_THAN_OUTSTANDING_BALANCE",
            "The new outstanding balance cannot be greater than the current outstanding balance.",
        )
    subscription["outstanding_minor"] = amount


def _patch_cycle(
    account: Account, subscription: Json, operation: Operation, sequence: int, what: str
) -> None:
    cycle = cycle_of(own_terms(account, subscription), sequence)
    done = subscription["cycles_completed"].get(str(sequence), 0)
    if cycle["total_cycles"] and done >= cycle["total_cycles"]:
        raise unprocessable(
            "BILLING_CYCLE_EXECUTION_COMPLETED",
            "Update cannot be performed on a billing cycle that has completed execution.",
        )
    if what == "total_cycles":
        operation.refuse_unless("replace")
        total = integer({"value": operation.value}, "value", None, least=0, most=999)
        if 0 < total < done:
            raise unprocessable(
                "INVALID_BILLING_TOTAL_CYCLES",
                "The total cycles cannot be less than the number of billing cycles completed.",
            )
        cycle["total_cycles"] = total
        return
    operation.refuse_unless("add", "replace")
    scheme = _changed_scheme(cycle["pricing_scheme"], operation, what)
    cycle["pricing_scheme"] = replaced(
        cycle["pricing_scheme"], scheme, at=account.now(), of="subscription"
    )


def _changed_scheme(old: Json | None, operation: Operation, what: str) -> Json:
    match what:
        case "pricing_scheme/fixed_price":
            return read_scheme({"fixed_price": operation.value}, operation.path)
        case "pricing_scheme/tiers" if old and old["model"]:
            given = {"pricing_model": old["model"], "tiers": operation.value}
            return read_scheme(given, operation.path)
        case _:
            raise operation.unknown_path()


def _patch_plan(account: Account, subscription: Json, operation: Operation) -> None:
    terms = own_terms(account, subscription)
    preferences, within = terms["payment_preferences"], {"value": operation.value}
    match operation.path:
        case "/plan/payment_preferences/auto_bill_outstanding":
            operation.refuse_unless("replace")
            preferences["auto_bill_outstanding"] = flag(within, "value", default=True)
        case "/plan/payment_preferences/payment_failure_threshold":
            operation.refuse_unless("replace")
            threshold = integer(within, "value", None, least=0, most=999)
            preferences["payment_failure_threshold"] = threshold
        case "/plan/taxes/percentage":
            operation.refuse_unless("add", "replace")
            _taxes(terms)["percentage"] = read_percentage(within, "value")
        case "/plan/taxes/inclusive":
            operation.refuse_unless("add", "replace")
            _taxes(terms)["inclusive"] = flag(within, "value", default=True)
        case _:
            raise operation.unknown_path()


def _taxes(terms: Json) -> Json:
    terms["taxes"] = terms["taxes"] or {"percentage": "0", "inclusive": True}
    taxes: Json = terms["taxes"]
    return taxes


def revise_subscription(call: Call) -> Json:
    """Nothing changes before the buyer consents: the answer is what they will be asked."""
    account, body = call.account, call.body
    subscription = account.get("subscription", call.id)
    known_only(body, "plan_id quantity shipping_amount shipping_address application_context plan")
    if subscription["status"] not in _LIVING:
        raise unprocessable(
            "SUBSCRIPTION_STATUS_INVALID",
            "Invalid subscription status for revise action; subscription status should be active "
            "or suspended.",
        )
    plan = _new_plan(account, subscription, body)
    changes: Json = {
        "plan_id": plan["id"],
        # "Any existing overrides will not be carried forward."
        "override": overridden(account, plan, mapping(body, "plan")),
        "quantity": read_quantity(body, plan) if "quantity" in body else subscription["quantity"],
    }
    if "shipping_amount" in body:
        amount, _ = read_money(body["shipping_amount"], "/shipping_amount", allow_zero=True)
        changes["shipping_minor"] = amount
    context = mapping(body, "application_context")
    revision = {
        "token": account.new_id("BA-", 17),
        "expires_at": account.now() + account.settings.approval_seconds,
        "changes": changes,
        "urls": [context.get("return_url"), context.get("cancel_url")],
    }
    account.change(subscription, revision=revision)
    return _as_revision(account, subscription, plan, body)


def _new_plan(account: Account, subscription: Json, body: Json) -> Json:
    old = account.get("plan", subscription["plan_id"])
    if "plan_id" not in body:
        return old
    plan = account.get("plan", text(body, "plan_id", longest=50) or "")
    if plan["product_id"] != old["product_id"]:
        raise unprocessable(
            "PLAN_PRODUCT_NOT_COMPATIBLE",
            "The old and the new plans should be for the same product.",
        )
    if plan["status"] != "ACTIVE":
        raise unprocessable("PLAN_STATUS_INVALID", "Plan status should be active.")
    if currency_of(plan) != currency_of(old):
        raise unprocessable(
            "CURRENCY_MISMATCH", "The currency code is different from the plan's currency code."
        )
    return plan


def _as_revision(account: Account, subscription: Json, plan: Json, body: Json) -> Json:
    changes = subscription["revision"]["changes"]
    given: dict[str, Any] = {
        name: body[name] for name in ("quantity", "shipping_address") if name in body
    }
    shipping = changes.get("shipping_minor", subscription["shipping_minor"])
    return {
        "plan_id": plan["id"],
        "plan_overridden": changes["override"] is not None,
        "shipping_amount": lean_money(shipping, currency_of(plan)),
        **given,
        "links": [
            approve_link(account, subscription["revision"]["token"], page="/update"),
            *links_of(account, subscription),
        ],
    }


def consent(account: Account, subscription: Json) -> Json:
    """The buyer agrees to the revision: the new terms hold from the next bill on."""
    revision = subscription["revision"]
    if revision is None or revision["expires_at"] <= account.now():
        raise expired_approval()
    changes = revision["changes"]
    if changes["plan_id"] != subscription["plan_id"]:
        changes = changes | {"cycles_completed": _trials_done(account, changes)}
    if subscription["next_billing_at"] is not None:
        changes = changes | {"anchor_at": subscription["next_billing_at"], "anchor_periods": 0}
    account.change(subscription, revision=None, retry=None, **changes)
    announce(account, subscription, "UPDATED", "Subscription updated")
    return subscription


def _trials_done(account: Account, changes: Json) -> dict[str, int]:
    """A revised subscriber does not get the new plan's trial."""
    terms = changes["override"] or account.get("plan", changes["plan_id"])
    return {
        str(cycle["sequence"]): cycle["total_cycles"]
        for cycle in terms["billing_cycles"]
        if cycle["tenure_type"] == "TRIAL"
    }


def expired_approval() -> PayPalError:
    return invalid_value("ba_token", "there is nothing to approve, or it has expired")


PATCH_ROUTES = (
    silent("PATCH", "/v1/billing/subscriptions/{id}", patch_subscription),
    Route("POST", "/v1/billing/subscriptions/{id}/revise", revise_subscription),
)
